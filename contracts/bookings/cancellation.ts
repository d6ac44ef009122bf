import type { BookedDeparture } from '../events/bookings.ts';
import type { Option } from '../events/catalogue.ts';
import type { BookingView } from '../views/booking.ts';

const MINUTES = { minute: 1, hour: 60, day: 24 * 60 } as const;

/**
 * The last instant at which a booking of the option can be cancelled: its cut-off before the start or, with opening
 * hours, before the last closing time of the day (OCTO `cancellationCutoffAmount`). Null without a departure: any time.
 */
export const cancellableUntil = (option: Option, departure: BookedDeparture | null): string | null => {
  if (departure === null) return null;
  const { amount, unit } = option.cancellationCutoff;
  return new Date(relevantInstant(departure) - amount * MINUTES[unit] * 60_000).toISOString();
};

const relevantInstant = (departure: BookedDeparture): number => {
  const last = departure.openingHours
    .map(({ to }) => to)
    .toSorted()
    .at(-1);
  if (departure.availabilityType === 'START_TIME' || last === undefined) return Date.parse(departure.startsAt);
  // The offset of the day's end: clocks change at night, before any closing time.
  const offset = /(Z|[+-]\d\d:\d\d)$/.exec(departure.localEnd)?.[0] ?? 'Z';
  return Date.parse(`${departure.localDate}T${last}:00${offset}`);
};

/** Whether a booking can be cancelled, and so changed, at `now`. */
export const isCancellable = (booking: BookingView, now: string): boolean => {
  if (booking.status === 'ON_HOLD') return booking.expiresAt === null || now < booking.expiresAt;
  if (booking.status !== 'CONFIRMED' || booking.unitItems.some((item) => item.redeemedAt !== null)) return false;
  return booking.cancellableUntil === null || now <= booking.cancellableUntil;
};
