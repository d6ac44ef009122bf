import { daysBetween } from '../../contracts/local-date.ts';
import type { Projection } from '../runner/projection.ts';
import type { BookingFacts } from './booking-analytics.ts';

const MINUTE_MS = 60_000;

/** The bookings for analysts, one document each, with nothing of who booked. Test bookings are among them, marked so. */
export const bookingIndex: NonNullable<Projection<BookingFacts>['search']> = {
  schema: {
    name: 'booking-analytics',
    readers: 'analysts',
    texts: {},
    keywords: ['product', 'channel', 'country', 'currency', 'status', 'refund', 'test'],
    numbers: ['guests', 'revenue', 'leadDays', 'minutesToConfirm', 'placedAt', 'confirmedAt', 'endedAt', 'travelDay'],
    dates: ['placedAt', 'confirmedAt', 'endedAt', 'travelDay'],
  },
  toSearch: (facts) => ({
    tenant: facts.tenant,
    texts: {},
    keywords: {
      product: [facts.productId],
      channel: [facts.channel],
      country: [facts.country],
      currency: [facts.currency],
      status: [facts.status],
      refund: facts.refund === null ? [] : [facts.refund],
      test: [String(facts.testMode)],
    },
    numbers: {
      guests: facts.guests,
      revenue: facts.revenue,
      leadDays: Math.max(0, daysBetween(facts.bookedOn, facts.travelDate ?? facts.bookedOn)),
      ...instants({
        placedAt: facts.placedAt,
        confirmedAt: facts.confirmedAt,
        endedAt: facts.endedAt,
        travelDay: facts.travelDate,
      }),
      ...(facts.confirmedAt === null
        ? {}
        : { minutesToConfirm: (Date.parse(facts.confirmedAt) - Date.parse(facts.placedAt)) / MINUTE_MS }),
    },
    source: {},
  }),
};

/** Those that are known, in ms since 1970. */
const instants = (given: Readonly<Record<string, string | null>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, time]) => (time === null ? [] : [[name, Date.parse(time)]])),
  );
