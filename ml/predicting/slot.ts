const HOUR_MS = 3_600_000;

/** A turn of something that comes round every so many hours, counted from 1970 in UTC. */
export interface Slot {
  /** `2026-11-30`; with its hour, `2026-11-30T06`, where there may be several a day. */
  readonly name: string;
  /** ISO 8601 UTC instant at which the next begins. */
  readonly nextAt: string;
}

/** The slot that an instant is in: one name for all processes and all tries. */
export const slotOf = (now: string, everyHours: number): Slot => {
  const lengthMs = everyHours * HOUR_MS;
  const start = Math.floor(Date.parse(now) / lengthMs) * lengthMs;
  const name = new Date(start).toISOString().slice(0, everyHours % 24 === 0 ? 10 : 13);
  return { name, nextAt: new Date(start + lengthMs).toISOString() };
};

/** The instant so many ms after another, ISO 8601 UTC. */
export const later = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();
