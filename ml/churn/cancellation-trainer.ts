import { hash } from 'node:crypto';
import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import {
  applyCancellationEvent,
  CANCELLATION_EVENTS,
  type CancellationFacts,
} from '../../contracts/features/cancellation-facts.ts';
import { CANCELLATION_FEATURES, cancellationRow } from '../../contracts/features/cancellation-features.ts';
import { type Collector, TooLittleDataError, type Trainer } from '../training/trainer.ts';
import type { ChanceOptions } from './chance-model.ts';
import { type ChanceExample, type ChanceSplit, type ChanceTask, trainChances } from './chance-trainer.ts';

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

/** Few features a tree: agent, deposit and country would else stand at the top of all of them. */
export const CANCELLATION_BOOSTING: ChanceOptions = { trees: 300, rate: 0.05, featureShare: 0.3, rowShare: 0.7 };

const TASK: ChanceTask = {
  name: 'cancellation',
  rules: CANCELLATION_FEATURES,
  boosting: CANCELLATION_BOOSTING,
  // In nights' prices: a guest who is sent to another hotel costs more than a room that stays empty.
  costs: { falseAlarm: 1.5, missed: 1 },
  description:
    'The chance that a booking or a hotel stay is cancelled or missed by the guest, told when it is booked or changed, and daily ' +
    'until the guest comes. Meant for planning how many more to take in; not for refusing a guest.',
  limits:
    'Prices of different currencies are not told apart. Imported histories hold some values as they stood at the end of a stay ' +
    '(country, parking, waiting list), not at its booking: on new bookings it may do worse than measured here.',
};
/** Share of the bookings, the latest arrivals, that are held out. */
const HELD_OUT = 0.2;

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

/** One after the other, since all of them together are large. */
function* rowsOf(bookings: PastBookings, rules: typeof CANCELLATION_FEATURES): Iterable<(string | number | null)[]> {
  for (const { facts, today, date, outcome } of bookings)
    yield [...rules.map(({ of }) => of(facts, today)), date, outcome];
}

/** Trains the model `cancellation` from stays and bookings that have come to their end. */
export const cancellationTrainer: Trainer<PastBookings> = {
  name: TASK.name,
  task: TASK.name,
  handles: CANCELLATION_EVENTS,
  collector: ({ asOf }) => collectCancellations(asOf),
  table: (bookings) => {
    const rules = CANCELLATION_FEATURES.filter(({ of }) =>
      bookings.some(({ facts, today }) => of(facts, today) !== null),
    );
    return {
      columns: [
        ...rules.map(({ name, kind }) => ({ name, kind })),
        { name: 'date', kind: 'date' },
        { name: 'cancelled', kind: 'number' },
      ],
      rows: rowsOf(bookings, rules),
    };
  },
  train: (bookings, options) => {
    const from = bookings[Math.floor(bookings.length * (1 - HELD_OUT))]?.date;
    if (from === undefined) throw new TooLittleDataError('no booking or stay has come to its end');
    return trainCancellations(splitCancellations(bookings, from), options);
  },
};

/** Trains on a split that is given: benches compare on that of their peer. @throws TooLittleDataError */
export const trainCancellations = (split: ChanceSplit, options: Parameters<Trainer['train']>[1]) =>
  trainChances(split, TASK, options);
