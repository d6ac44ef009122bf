import { hash } from 'node:crypto';
import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { applyCancellationEvent, type CancellationFacts } from '../../contracts/features/cancellation-facts.ts';
import { cancellationRow } from '../../contracts/features/cancellation-features.ts';
import type { Collector } from '../training/trainer.ts';
import type { ChanceExample, ChanceSplit } from './chance-trainer.ts';

/** A booking or stay whose end is known, as it was known once. */
interface PastBooking {
  readonly facts: CancellationFacts;
  /** Local date of arrival or travel. */
  readonly date: string;
  /** Local date at which `facts` were all that was known. */
  readonly today: string;
  readonly outcome: 0 | 1;
  /** The moment of booking, or a later one that chance chose. */
  readonly moment: 'booked' | 'later';
}

/** In the order of arrival. */
export type PastBookings = readonly PastBooking[];

/** What is kept of a stream while the log is read. */
interface Following {
  facts: CancellationFacts;
  /** As it was booked or confirmed. */
  booked?: CancellationFacts;
  /** Milliseconds of the later moment. */
  later?: { readonly at: number; facts?: CancellationFacts };
}

/**
 * Keeps of each booking what was known when it was made, and at one later moment, chosen by its id, if it was still open then.
 * Bookings whose day has not come by `asOf` are left out: those of them that are known to end are the cancelled alone.
 */
export const collectCancellations = (asOf: string): Collector<PastBookings> => {
  const streams = new Map<string, Following>();
  return {
    add: (recorded) => {
      const event = recorded as unknown as Occurred<StayEvent | BookingEvent>;
      const before = streams.get(recorded.stream);
      const { later } = before ?? {};
      if (before?.facts.status === 'open' && later !== undefined && Date.parse(event.time) > later.at)
        later.facts ??= before.facts;
      const facts = applyCancellationEvent(before?.facts, event);
      if (facts === undefined) {
        streams.delete(recorded.stream);
        return;
      }
      const following: Following = before ?? { facts };
      following.facts = facts;
      if (facts.status === 'open' && event.time <= facts.bookedAt) {
        following.booked = facts;
        if (facts.date !== null) following.later = { at: momentBetween(facts.id, facts.bookedAt, facts.date) };
      }
      if (before === undefined) streams.set(recorded.stream, following);
    },
    finish: () =>
      [...streams.values()]
        .flatMap((following) => examplesOf(following, asOf.slice(0, 10)))
        .sort((a, b) => compare(a.date, b.date) || compare(a.facts.id, b.facts.id) || compare(a.moment, b.moment)),
  };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The same for the same id: a training set must not change from run to run. */
const momentBetween = (id: string, bookedAt: string, date: string): number => {
  const share = Number.parseInt(hash('sha1', id, 'hex').slice(0, 8), 16) / 2 ** 32;
  const booked = Date.parse(bookedAt);
  return booked + share * Math.max(0, Date.parse(date) - booked);
};

const examplesOf = ({ facts, booked, later }: Following, today: string): readonly PastBooking[] => {
  const { date } = facts;
  if (booked === undefined || date === null || date >= today) return [];
  if (facts.status !== 'lost' && facts.status !== 'kept') return [];
  const known = { date, outcome: facts.status === 'lost' ? 1 : 0 } as const;
  const first: PastBooking = { ...known, facts: booked, today: booked.bookedAt.slice(0, 10), moment: 'booked' };
  if (later?.facts === undefined) return [first];
  const second: PastBooking = {
    ...known,
    facts: later.facts,
    today: new Date(later.at).toISOString().slice(0, 10),
    moment: 'later',
  };
  return [first, second];
};

/**
 * Bookings with arrivals before `holdOutFrom` to learn from, later ones to measure on; those only as they were booked, since
 * two rows of one booking would count it twice.
 */
export const splitCancellations = (bookings: PastBookings, holdOutFrom: string): ChanceSplit => ({
  training: bookings.filter(({ date }) => date < holdOutFrom).map(exampleOf),
  heldOut: bookings.filter(({ date, moment }) => date >= holdOutFrom && moment === 'booked').map(exampleOf),
});

const exampleOf = ({ facts, today, outcome, date }: PastBooking): ChanceExample => ({
  row: cancellationRow(facts, today),
  outcome,
  date,
});
