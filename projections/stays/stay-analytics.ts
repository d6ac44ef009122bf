import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import type { StayEvent, StayTerms } from '../../contracts/events/stays.ts';
import { daysBetween } from '../../contracts/local-date.ts';
import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import type { Contribution, Projection, Rollup } from '../runner/projection.ts';
import { stayIndex } from './stay-index.ts';

/** What the figures need of a stay, and nothing of who stayed. */
export interface StayFacts {
  readonly tenant: string;
  readonly hotelId: string;
  readonly hotelName: string;
  readonly arrivalDate: string;
  /** UTC date of the booking. */
  readonly bookedOn: string;
  readonly channel: string;
  readonly country: string;
  readonly currency: string;
  readonly nights: number;
  readonly guests: number;
  /** Minor units a night. */
  readonly adr: number;
  readonly outcome: 'EXPECTED' | 'CANCELLED' | 'NO_SHOW';
  readonly bookedAt: string;
  readonly meal: string;
  readonly roomType: string;
  readonly marketSegment: string;
  readonly customerType: string;
}

const ofTerms = (terms: StayTerms) => ({
  hotelId: terms.hotelId,
  hotelName: terms.hotelName,
  arrivalDate: terms.arrivalDate,
  currency: terms.currency,
  nights: terms.nights,
  guests: terms.adults + terms.children + terms.babies,
  adr: terms.adr,
  meal: terms.meal,
  roomType: terms.roomType,
});

const evolve = (facts: StayFacts | undefined, event: Occurred<StayEvent>): StayFacts | undefined => {
  if (event.type === 'stay.booked.v1') {
    return {
      tenant: event.tenant,
      ...ofTerms(event.data.terms),
      bookedOn: event.time.slice(0, 10),
      channel: event.data.channel,
      country: event.data.country ?? 'unknown',
      outcome: 'EXPECTED',
      bookedAt: event.time,
      marketSegment: event.data.marketSegment,
      customerType: event.data.customerType,
    };
  }
  if (facts === undefined) return undefined;
  if (event.type === 'stay.changed.v1') return { ...facts, ...ofTerms(event.data.terms) };
  if (event.type === 'stay.cancelled.v1') return { ...facts, outcome: 'CANCELLED' };
  if (event.type === 'stay.no-show.v1') return { ...facts, outcome: 'NO_SHOW' };
  return facts;
};

/** Whole days from booking to arrival; a guest who walks in after midnight UTC counts as 0. */
const leadDays = ({ arrivalDate, bookedOn }: StayFacts): number => Math.max(0, daysBetween(bookedOn, arrivalDate));

/**
 * Cancelled and missed stays count as such and in `bookings` and `leadDays`; guests, nights and revenue are of the others,
 * those that came or are still expected.
 */
const contributionOf = (facts: StayFacts, period: string): Contribution => {
  const { tenant, hotelId, hotelName, channel, country, currency } = facts;
  const came = facts.outcome === 'EXPECTED';
  const dimensions = {
    tenant,
    source: 'stays',
    subjectId: hotelId,
    subjectName: hotelName,
    period,
    channel,
    country,
    currency,
  } satisfies Partial<AnalyticsCell>;
  const measures = {
    bookings: 1,
    arrivals: came ? 1 : 0,
    cancellations: facts.outcome === 'CANCELLED' ? 1 : 0,
    noShows: facts.outcome === 'NO_SHOW' ? 1 : 0,
    guests: came ? facts.guests : 0,
    nights: came ? facts.nights : 0,
    // + 0: no night at a negative rate would be -0.
    revenue: came ? facts.nights * facts.adr + 0 : 0,
    leadDays: leadDays(facts),
  } satisfies Omit<AnalyticsCell, keyof typeof dimensions>;
  return { key: JSON.stringify(Object.values(dimensions)), dimensions, measures };
};

const rollup = (collection: string, periodLength: number): Rollup<StayFacts> => ({
  collection,
  indexes: [{ fields: ['tenant', 'period'] }, { fields: ['tenant', 'subjectId', 'period'] }],
  contributions: (facts) => [contributionOf(facts, facts.arrivalDate.slice(0, periodLength))],
});

/** Figures of the hotels: one cell for a hotel, arrival day (`daily`) or month (`monthly`), channel, country and currency. */
export const stayAnalytics: Projection<StayFacts> = {
  name: 'stay-analytics',
  version: 2,
  handles: ['stay.booked.v1', 'stay.changed.v1', 'stay.cancelled.v1', 'stay.no-show.v1'],
  indexes: [],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (facts, event) => evolve(facts, event as unknown as Occurred<StayEvent>),
  rollups: [rollup('daily', '2016-07-01'.length), rollup('monthly', '2016-07'.length)],
  search: stayIndex,
};
