import { Temporal } from 'temporal-polyfill';

const ZONE = 'Europe/Lisbon';

const known = new Map<string, string>();
const KNOWN_LIMIT = 20_000;

/** UTC instant (ISO 8601, milliseconds) of a local date and time at the two hotels, which stand in Portugal (Europe/Lisbon). */
export const hotelInstant = (localDate: string, localTime: string): string => {
  const local = `${localDate}T${localTime}`;
  const before = known.get(local);
  if (before !== undefined) return before;
  const { epochMilliseconds } = Temporal.PlainDateTime.from(local).toZonedDateTime(ZONE);
  const instant = new Date(epochMilliseconds).toISOString();
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(local, instant);
  return instant;
};
