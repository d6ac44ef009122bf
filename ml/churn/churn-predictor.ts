import { activityRow, HORIZON_DAYS } from '../../contracts/features/customer-activity.ts';
import type { CustomerPurchase } from '../../contracts/features/customer-purchase.ts';
import { addDays } from '../../contracts/local-date.ts';
import type { NewPrediction, Predictor, PredictorContext } from '../predicting/predictor.ts';
import { once, rateOf, scoreChance } from './score-chance.ts';

const VIEW = 'customer-purchases';
const PAGE = 1_000;
/** Customers of a part of the daily run. */
const PART = 200;
/** Who bought nothing for so long is no customer any more, and gets no score. */
const ACTIVE_DAYS = 730;

type Customer = readonly [id: string, purchases: readonly CustomerPurchase[]];

/** Scores every customer of the last two years, daily. Purchases of a forgotten person are gone from the view, and so from the next score. */
export const churnPredictor: Predictor = {
  name: 'churn',
  everyHours: 24,
  onSchedule: async function* (tenant, cause, context) {
    const now = context.clock();
    const oldest = addDays(now.slice(0, 10), -ACTIVE_DAYS);
    const baseRate = once(() => churnedShare(context, tenant, now));
    let part: Promise<NewPrediction>[] = [];
    for await (const [customerId, purchases] of customersOf(context, tenant)) {
      const row = activityRow(purchases, now);
      if (row === undefined || (purchases.at(-1)?.boughtAt ?? '') < oldest) continue;
      part.push(scored(context, { tenant, cause, customerId, row, baseRate }));
      if (part.length < PART) continue;
      yield await Promise.all(part);
      part = [];
    }
    yield await Promise.all(part);
  },
};

const scored = async (
  context: PredictorContext,
  {
    tenant,
    cause,
    customerId,
    row,
    baseRate,
  }: {
    readonly tenant: string;
    readonly cause: string;
    readonly customerId: string;
    readonly row: NonNullable<ReturnType<typeof activityRow>>;
    readonly baseRate: () => Promise<number>;
  },
): Promise<NewPrediction> => ({
  tenant,
  kind: 'churn',
  subject: customerId,
  causationId: cause,
  event: {
    type: 'customer.churn-scored.v1',
    data: {
      customerId,
      asOf: context.clock().slice(0, 10),
      horizonDays: HORIZON_DAYS,
      ...(await scoreChance(context, { tenant, model: 'churn', subject: customerId, row, baseRate })),
    },
  },
});

/** A tenant's customers, one after the other, with purchases in the order in which they were made. */
async function* customersOf({ documents, collection }: PredictorContext, tenant: string): AsyncIterable<Customer> {
  let current: { readonly id: string; readonly purchases: CustomerPurchase[] } | undefined;
  let after: string | undefined;
  do {
    const page = await documents.find<CustomerPurchase>(collection(VIEW), {
      filter: { tenant, customerId: { $gt: '' }, boughtAt: { $gt: '' } },
      sort: [
        ['customerId', 1],
        ['boughtAt', 1],
      ],
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const purchase of page.items) {
      const id = purchase.customerId ?? '';
      if (current?.id === id) current.purchases.push(purchase);
      else {
        if (current !== undefined) yield [current.id, current.purchases];
        current = { id, purchases: [purchase] };
      }
    }
    after = page.next;
  } while (after !== undefined);
  if (current !== undefined) yield [current.id, current.purchases];
}

/** Share of those who were customers a horizon ago and have bought nothing since. */
const churnedShare = async (context: PredictorContext, tenant: string, now: string): Promise<number> => {
  const then = addDays(now.slice(0, 10), -HORIZON_DAYS);
  let customers = 0;
  let churned = 0;
  for await (const [, purchases] of customersOf(context, tenant)) {
    if ((purchases[0]?.boughtAt ?? '') > then) continue;
    customers += 1;
    if ((purchases.at(-1)?.boughtAt ?? '') <= then) churned += 1;
  }
  return rateOf(churned, customers);
};
