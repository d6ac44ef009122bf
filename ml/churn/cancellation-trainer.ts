import { CANCELLATION_EVENTS } from '../../contracts/features/cancellation-facts.ts';
import { CANCELLATION_FEATURES } from '../../contracts/features/cancellation-features.ts';
import { TooLittleDataError, type Trainer } from '../training/trainer.ts';
import { CANCELLATION_TASK } from './cancellation-task.ts';
import { trainChances } from './chance-trainer.ts';
import { collectCancellations, type PastBookings, splitCancellations } from './past-bookings.ts';

/** Share of the bookings, the latest arrivals, that are held out. */
const HELD_OUT = 0.2;

/** One after the other, since all of them together are large. */
function* rowsOf(bookings: PastBookings, rules: typeof CANCELLATION_FEATURES): Iterable<(string | number | null)[]> {
  for (const { facts, today, date, outcome } of bookings)
    yield [...rules.map(({ of }) => of(facts, today)), date, outcome];
}

/** Trains the model `cancellation` from stays and bookings that have come to their end. */
export const cancellationTrainer: Trainer<PastBookings> = {
  name: CANCELLATION_TASK.name,
  task: CANCELLATION_TASK.name,
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
    return trainChances(splitCancellations(bookings, from), CANCELLATION_TASK, options);
  },
};
