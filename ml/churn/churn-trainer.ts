import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { ACTIVITY_FEATURES, activityRow, HORIZON_DAYS } from '../../contracts/features/customer-activity.ts';
import {
  applyPurchaseEvent,
  type CustomerPurchase,
  PURCHASE_EVENTS,
} from '../../contracts/features/customer-purchase.ts';
import { addDays } from '../../contracts/local-date.ts';
import { type Collector, TooLittleDataError, type Trainer } from '../training/trainer.ts';
import { type ChanceExample, trainChances } from './chance-trainer.ts';
import { CHURN_TASK } from './churn-task.ts';

/** Purchases of each customer, and until when they are known. */
export interface PurchaseHistory {
  readonly customers: ReadonlyMap<string, readonly CustomerPurchase[]>;
  /** ISO 8601 UTC instant. */
  readonly asOf: string;
}

/**
 * Days before the newest snapshot of those that are learned from, about a month apart. The horizon of each has passed before
 * the newest begins: what is measured on is not seen in training.
 */
const LEARNED_BEFORE = [HORIZON_DAYS + 62, HORIZON_DAYS + 32, HORIZON_DAYS + 1];

/** Keeps every purchase with its customer. */
const collectPurchases = (asOf: string): Collector<PurchaseHistory> => {
  const purchases = new Map<string, CustomerPurchase>();
  return {
    add: (recorded) => {
      const event = recorded as unknown as Occurred<StayEvent | BookingEvent>;
      const purchase = applyPurchaseEvent(purchases.get(recorded.stream), event);
      if (purchase === undefined) purchases.delete(recorded.stream);
      else purchases.set(recorded.stream, purchase);
    },
    finish: () => {
      const customers = new Map<string, CustomerPurchase[]>();
      for (const purchase of purchases.values()) {
        if (purchase.customerId === null) continue;
        const same = customers.get(purchase.customerId);
        if (same === undefined) customers.set(purchase.customerId, [purchase]);
        else same.push(purchase);
      }
      return { customers, asOf };
    },
  };
};

/** The newest day whose horizon has passed. */
const newestSnapshot = ({ asOf }: PurchaseHistory): string => addDays(asOf.slice(0, 10), -HORIZON_DAYS);

/** Who had bought by the beginning of a UTC day, what was known of them then, and whether they bought nothing in the horizon after it. */
const snapshotOf = ({ customers }: PurchaseHistory, date: string): readonly ChanceExample[] => {
  const at = `${date}T00:00:00.000Z`;
  const end = `${addDays(date, HORIZON_DAYS)}T00:00:00.000Z`;
  return [...customers.keys()].sort().flatMap((customer) => {
    const purchases = customers.get(customer) ?? [];
    const row = activityRow(purchases, at);
    if (row === undefined) return [];
    const came = purchases.some(({ boughtAt }) => boughtAt !== null && boughtAt > at && boughtAt <= end);
    return [{ row, outcome: came ? 0 : 1, date }];
  });
};

const trainingSnapshots = (history: PurchaseHistory): readonly ChanceExample[] =>
  LEARNED_BEFORE.flatMap((days) => snapshotOf(history, addDays(newestSnapshot(history), -days)));

/** Trains the model `churn` from snapshots of customers, and measures it on the newest whose horizon has passed. */
export const churnTrainer: Trainer<PurchaseHistory> = {
  name: CHURN_TASK.name,
  task: CHURN_TASK.name,
  handles: PURCHASE_EVENTS,
  collector: ({ asOf }) => collectPurchases(asOf),
  table: (history) => ({
    columns: [
      ...ACTIVITY_FEATURES.map(({ name, kind }) => ({ name, kind })),
      { name: 'date', kind: 'date' },
      { name: 'churned', kind: 'number' },
    ],
    rows: [...trainingSnapshots(history), ...snapshotOf(history, newestSnapshot(history))].map(
      ({ row, outcome, date }) => [...ACTIVITY_FEATURES.map(({ name }) => row[name] ?? null), date, outcome],
    ),
  }),
  train: (history, options) => {
    const heldOut = snapshotOf(history, newestSnapshot(history));
    if (heldOut.length === 0)
      throw new TooLittleDataError(`no customer had bought anything by ${newestSnapshot(history)}`);
    return trainChances({ training: trainingSnapshots(history), heldOut }, CHURN_TASK, options);
  },
};
