import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import { daysBetween } from '../../contracts/local-date.ts';
import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import type { BookingStatus } from '../../contracts/views/booking.ts';
import type { Contribution, Projection, Rollup } from '../runner/projection.ts';
import { bookingIndex } from './booking-index.ts';

/** What the figures need of a booking, and nothing of who booked. */
export interface BookingFacts {
  readonly tenant: string;
  readonly productId: string;
  /** Local date of travel; null: open-dated. */
  readonly travelDate: string | null;
  /** UTC date on which it was placed. */
  readonly bookedOn: string;
  readonly channel: string;
  readonly country: string;
  readonly currency: string;
  readonly guests: number;
  /** Retail price in minor units. */
  readonly revenue: number;
  readonly testMode: boolean;
  /** PENDING: not confirmed so far, or never. */
  readonly outcome: 'PENDING' | 'CONFIRMED' | 'CANCELLED';
  readonly status: BookingStatus;
  readonly placedAt: string;
  readonly confirmedAt: string | null;
  /** When it was cancelled, expired or redeemed. */
  readonly endedAt: string | null;
  readonly refund: 'FULL' | 'PARTIAL' | 'NONE' | null;
  /** Tickets, and those of them that were let in. */
  readonly tickets: number;
  readonly letIn: number;
}

type Selection = Pick<
  Extract<BookingEvent, { type: 'booking.updated.v1' }>['data'],
  'productId' | 'departure' | 'pricing' | 'unitItems' | 'contact'
>;

const UNKNOWN = 'unknown';

const ofSelection = ({ productId, departure, pricing, unitItems, contact }: Selection) => ({
  productId,
  travelDate: departure?.localDate ?? null,
  country: contact.country ?? UNKNOWN,
  currency: pricing.currency,
  guests: unitItems.reduce((sum, { paxCount }) => sum + paxCount, 0),
  tickets: unitItems.length,
  revenue: pricing.retail,
});

const evolve = (facts: BookingFacts | undefined, event: Occurred<BookingEvent>): BookingFacts => {
  if (event.type === 'booking.placed.v1')
    return {
      tenant: event.tenant,
      ...ofSelection(event.data),
      bookedOn: event.time.slice(0, 10),
      channel: event.data.channel,
      testMode: event.data.testMode,
      outcome: 'PENDING',
      status: 'ON_HOLD',
      placedAt: event.time,
      confirmedAt: null,
      endedAt: null,
      refund: null,
      letIn: 0,
    };
  if (facts === undefined) throw new Error(`${event.type} of a booking that was never placed`);
  switch (event.type) {
    case 'booking.updated.v1':
      return { ...facts, ...ofSelection(event.data) };
    case 'booking.confirmed.v1':
      return {
        ...facts,
        country: event.data.contact.country ?? UNKNOWN,
        outcome: 'CONFIRMED',
        status: 'CONFIRMED',
        confirmedAt: event.time,
      };
    case 'booking.cancelled.v1':
      return {
        ...facts,
        outcome: facts.outcome === 'CONFIRMED' ? 'CANCELLED' : 'PENDING',
        status: 'CANCELLED',
        endedAt: event.time,
        refund: event.data.refund,
      };
    case 'booking.expired.v1':
      return { ...facts, status: 'EXPIRED', endedAt: event.time };
    case 'booking.redeemed.v1': {
      const letIn = facts.letIn + event.data.unitItemIds.length;
      return letIn < facts.tickets ? { ...facts, letIn } : { ...facts, letIn, status: 'REDEEMED', endedAt: event.time };
    }
    // Where they came from is personal data too: a rebuild no longer finds it.
    case 'booking.contact-forgotten.v1':
      return { ...facts, country: UNKNOWN };
    default:
      return facts;
  }
};

/** Nothing of bookings that were never confirmed or were made to try things out. An open-dated one counts on the day of booking. */
const contributionsOf = (facts: BookingFacts, periodLength: number): readonly Contribution[] => {
  if (facts.outcome === 'PENDING' || facts.testMode) return [];
  const { tenant, productId, channel, country, currency, bookedOn, travelDate } = facts;
  const day = travelDate ?? bookedOn;
  const travels = facts.outcome === 'CONFIRMED';
  const dimensions = {
    tenant,
    source: 'bookings',
    subjectId: productId,
    // Products are renamed; whoever shows figures finds the name by the id.
    subjectName: productId,
    period: day.slice(0, periodLength),
    channel,
    country,
    currency,
  } satisfies Partial<AnalyticsCell>;
  const measures = {
    bookings: 1,
    arrivals: travels ? 1 : 0,
    cancellations: travels ? 0 : 1,
    noShows: 0,
    guests: travels ? facts.guests : 0,
    nights: 0,
    revenue: travels ? facts.revenue : 0,
    leadDays: Math.max(0, daysBetween(bookedOn, day)),
  } satisfies Omit<AnalyticsCell, keyof typeof dimensions>;
  return [{ key: JSON.stringify(Object.values(dimensions)), dimensions, measures }];
};

const rollup = (collection: string, periodLength: number): Rollup<BookingFacts> => ({
  collection,
  indexes: [{ fields: ['tenant', 'period'] }, { fields: ['tenant', 'subjectId', 'period'] }],
  contributions: (facts) => contributionsOf(facts, periodLength),
});

/** Figures of the tours: one cell for a product, day of travel (`daily`) or month (`monthly`), channel, country and currency. */
export const bookingAnalytics: Projection<BookingFacts> = {
  name: 'booking-analytics',
  version: 2,
  handles: [
    'booking.placed.v1',
    'booking.updated.v1',
    'booking.confirmed.v1',
    'booking.cancelled.v1',
    'booking.expired.v1',
    'booking.redeemed.v1',
    'booking.contact-forgotten.v1',
  ],
  indexes: [],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (facts, event) => evolve(facts, event as unknown as Occurred<BookingEvent>),
  rollups: [rollup('daily', '2026-07-01'.length), rollup('monthly', '2026-07'.length)],
  search: bookingIndex,
};
