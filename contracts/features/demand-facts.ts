import type { BookingEvent } from '../events/bookings.ts';
import type { Occurred } from '../events/define.ts';
import type { DepartureEvent } from '../events/departures.ts';
import type { StayEvent, StayTerms } from '../events/stays.ts';
import { daysBetween } from '../local-date.ts';

/**
 * `booked`: parties that arrive at a hotel, people booked on a product. `departures`, `capacity` (seats) and `unlimited` (departures
 * without a limit) tell what a product offers on a day.
 */
export const DEMAND_MEASURES = ['booked', 'departures', 'capacity', 'unlimited'] as const;
export type DemandMeasure = (typeof DEMAND_MEASURES)[number];

/** What was moved so many days ahead, or more, counts as moved then: forecasts look at most 90 days ahead. */
export const FARTHEST_LEAD = 91;
/** What is corrected so long after the day counts as corrected then. */
export const NEAREST_LEAD = -31;

/** By how much a measure of a day changed, and how many days before it. Sums over moves are what was known of a day on a day. */
export interface DemandMove {
  readonly subjectKind: 'product' | 'hotel';
  readonly subjectId: string;
  /** Local date of travel or arrival. */
  readonly date: string;
  readonly measure: DemandMeasure;
  /** Whole days from the UTC date of the change to `date`, from NEAREST_LEAD to FARTHEST_LEAD; negative: after it. */
  readonly lead: number;
  readonly amount: number;
}

interface Terms extends Pick<DemandMove, 'subjectKind' | 'subjectId'> {
  /** Null: open-dated, which counts on the day on which it came to stand. */
  readonly date: string | null;
  readonly amounts: Readonly<Partial<Record<DemandMeasure, number>>>;
}

/** One stay, booking or departure, as far as demand is concerned; nothing of who booked. */
export interface DemandFacts {
  readonly tenant: string;
  /** What counts while it stands. */
  readonly terms: Terms;
  /** Whether it stands: neither cancelled nor missed; of a booking also confirmed. */
  readonly stands: boolean;
  /** No two of the same day, measure and lead, none of 0: however often it is changed, few. */
  readonly moves: readonly DemandMove[];
}

export type DemandEvent = StayEvent | BookingEvent | DepartureEvent;

/** The event types that change demand. */
export const DEMAND_EVENTS = [
  'stay.booked.v1',
  'stay.changed.v1',
  'stay.cancelled.v1',
  'stay.no-show.v1',
  'booking.placed.v1',
  'booking.updated.v1',
  'booking.confirmed.v1',
  'booking.cancelled.v1',
  'departure.scheduled.v1',
  'departure.capacity-changed.v1',
  'departure.closed.v1',
  'departure.reopened.v1',
] as const satisfies readonly DemandEvent['type'][];

/**
 * A stream's facts after one more of its events. What changed is put on the days before (or after) the day of travel on which it
 * became known, by the event's time: so what was known at any time can be told later, also of history that is imported late.
 * Undefined for what never counts: test bookings, and events before the first.
 */
export const applyToDemand = (
  facts: DemandFacts | undefined,
  event: Occurred<DemandEvent>,
): DemandFacts | undefined => {
  const first = firstFacts(event);
  if (first !== undefined) return recounted({ ...first, stands: false }, first, event.time);
  if (facts === undefined) return undefined;
  const next = { ...facts, ...changeOf(facts, event) };
  return recounted(facts, datedOnce(next, facts, event.time), event.time);
};

const firstFacts = (event: Occurred<DemandEvent>): DemandFacts | undefined => {
  const { tenant } = event;
  switch (event.type) {
    case 'stay.booked.v1':
      return { tenant, terms: ofStay(event.data.terms), stands: true, moves: [] };
    case 'booking.placed.v1':
      return event.data.testMode ? undefined : { tenant, terms: ofBooking(event.data), stands: false, moves: [] };
    case 'departure.scheduled.v1': {
      const { productId: subjectId, localDate: date, capacity } = event.data;
      const terms: Terms = { subjectKind: 'product', subjectId, date, amounts: ofCapacity(capacity) };
      return { tenant, terms, stands: true, moves: [] };
    }
    default:
      return undefined;
  }
};

const changeOf = ({ terms }: DemandFacts, event: Occurred<DemandEvent>): Partial<DemandFacts> => {
  switch (event.type) {
    case 'stay.changed.v1':
      return { terms: ofStay(event.data.terms) };
    case 'booking.updated.v1':
      return { terms: ofBooking(event.data) };
    case 'departure.capacity-changed.v1':
      return { terms: { ...terms, amounts: ofCapacity(event.data.capacity) } };
    case 'booking.confirmed.v1':
    case 'departure.reopened.v1':
      return { stands: true };
    case 'stay.cancelled.v1':
    case 'stay.no-show.v1':
    case 'booking.cancelled.v1':
    case 'departure.closed.v1':
      return { stands: false };
    default:
      return {};
  }
};

const ofStay = ({ hotelId, arrivalDate }: StayTerms): Terms => ({
  subjectKind: 'hotel',
  subjectId: hotelId,
  date: arrivalDate,
  amounts: { booked: 1 },
});

type Selection = Pick<
  Extract<BookingEvent, { type: 'booking.updated.v1' }>['data'],
  'productId' | 'departure' | 'unitItems'
>;

const ofBooking = ({ productId, departure, unitItems }: Selection): Terms => ({
  subjectKind: 'product',
  subjectId: productId,
  date: departure?.localDate ?? null,
  amounts: { booked: unitItems.reduce((people, { paxCount }) => people + paxCount, 0) },
});

const ofCapacity = (capacity: number | null): Terms['amounts'] =>
  capacity === null ? { departures: 1, unlimited: 1 } : { departures: 1, capacity };

/** An open-dated booking keeps the day on which it came to stand. */
const datedOnce = (next: DemandFacts, before: DemandFacts, time: string): DemandFacts => {
  if (!next.stands || next.terms.date !== null) return next;
  const date = before.stands && before.terms.date !== null ? before.terms.date : time.slice(0, 10);
  return { ...next, terms: { ...next.terms, date } };
};

const recounted = (before: DemandFacts, after: DemandFacts, time: string): DemandFacts => ({
  ...after,
  moves: merged([...before.moves, ...movesOf(before, time, -1), ...movesOf(after, time, 1)]),
});

const movesOf = ({ terms, stands }: DemandFacts, time: string, sign: 1 | -1): readonly DemandMove[] => {
  const { subjectKind, subjectId, date, amounts } = terms;
  if (!stands || date === null) return [];
  const days = daysBetween(time.slice(0, 10), date);
  const lead = Math.min(FARTHEST_LEAD, Math.max(NEAREST_LEAD, days));
  return DEMAND_MEASURES.flatMap((measure) => {
    const amount = sign * (amounts[measure] ?? 0);
    return amount === 0 ? [] : [{ subjectKind, subjectId, date, measure, lead, amount }];
  });
};

const merged = (moves: readonly DemandMove[]): readonly DemandMove[] => {
  const byPlace = new Map<string, DemandMove>();
  for (const move of moves) {
    const place = `${move.subjectKind}|${move.date}|${move.measure}|${move.lead}|${move.subjectId}`;
    byPlace.set(place, { ...move, amount: move.amount + (byPlace.get(place)?.amount ?? 0) });
  }
  return [...byPlace.values()].filter(({ amount }) => amount !== 0);
};
