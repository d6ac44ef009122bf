import type { CustomerPurchase } from './customer-purchase.ts';

/** Whoever buys nothing for so many days is said to have churned. */
export const HORIZON_DAYS = 91;

const DAY_MS = 86_400_000;

/** What a snapshot knows of a customer's purchases, before it is made into features. */
interface Activity {
  /** Days before the snapshot of each purchase, the oldest first. */
  readonly ages: readonly number[];
  /** Major units, quantities and lines, in the same order. */
  readonly amounts: readonly number[];
  readonly quantities: readonly number[];
  readonly lines: readonly number[];
  /** Different days of a purchase. */
  readonly days: number;
  /** Purchases that were given back before the snapshot. */
  readonly cancelled: number;
  readonly kind: string;
  readonly channel: string;
}

interface FeatureRule {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly unit: string;
  readonly of: (activity: Activity) => string | number | null;
}

const number = (name: string, unit: string, of: FeatureRule['of']): FeatureRule => ({ name, kind: 'number', unit, of });
const category = (name: string, of: FeatureRule['of']): FeatureRule => ({ name, kind: 'category', unit: 'code', of });

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const recency = ({ ages }: Activity): number => ages.at(-1) ?? 0;
const tenure = ({ ages }: Activity): number => ages[0] ?? 0;
const since = (days: number, { ages }: Activity): number => ages.filter((age) => age <= days).length;

const meanGap = (activity: Activity): number | null =>
  activity.ages.length < 2 ? null : (tenure(activity) - recency(activity)) / (activity.ages.length - 1);

const gapSpread = (activity: Activity): number | null => {
  const mean = meanGap(activity);
  if (mean === null || activity.ages.length < 3) return null;
  const gaps = activity.ages.slice(1).map((age, at) => (activity.ages[at] ?? 0) - age);
  return Math.sqrt(sum(gaps.map((gap) => (gap - mean) ** 2)) / gaps.length);
};

/**
 * Columns of the churn model, in their order: recency, frequency, money (Hughes 1994), and the rhythm of buying. How long
 * somebody has been a customer is left out: it grows with the age of the log, so that no model has seen tomorrow's values.
 */
export const ACTIVITY_FEATURES: readonly FeatureRule[] = [
  category('kind', ({ kind }) => kind),
  category('last-channel', ({ channel }) => channel),
  number('recency', 'days since the last purchase', recency),
  number('frequency', 'purchases', ({ ages }) => ages.length),
  number('money', 'major units of the currency', ({ amounts }) => sum(amounts)),
  number('money-last-90-days', 'major units of the currency', ({ ages, amounts }) =>
    sum(amounts.filter((_, at) => (ages[at] ?? 0) <= 90)),
  ),
  number('mean-purchase', 'major units of the currency', ({ amounts }) => sum(amounts) / amounts.length),
  number('last-purchase', 'major units of the currency', ({ amounts }) => amounts.at(-1) ?? null),
  number('mean-gap', 'days between purchases', meanGap),
  number('gap-spread', 'days, standard deviation', gapSpread),
  number('lateness', 'recency in mean gaps', (activity) => {
    const gap = meanGap(activity);
    return gap === null || gap === 0 ? null : recency(activity) / gap;
  }),
  number('last-30-days', 'purchases', (activity) => since(30, activity)),
  number('last-60-days', 'purchases', (activity) => since(60, activity)),
  number('last-90-days', 'purchases', (activity) => since(90, activity)),
  number('quantity', 'seats or nights a purchase', ({ quantities }) => sum(quantities) / quantities.length),
  number('lines', 'tickets or rooms a purchase', ({ lines }) => sum(lines) / lines.length),
  number('last-lines', 'tickets or rooms of the last purchase', ({ lines }) => lines.at(-1) ?? null),
  number('purchase-days', 'days with a purchase', ({ days }) => days),
  number('cancelled', 'purchases given back', ({ cancelled }) => cancelled),
];

/**
 * The row of features of one customer as it was known at an instant: purchases made later, and cancellations of later, do not count.
 * @param purchases of one customer, in any order
 * @param asOf UTC instant
 * @returns undefined where nothing had been bought
 */
export const activityRow = (
  purchases: readonly CustomerPurchase[],
  asOf: string,
): Readonly<Record<string, string | number | null>> | undefined => {
  const known = purchases
    .flatMap((purchase) =>
      purchase.boughtAt === null || purchase.boughtAt > asOf ? [] : [{ ...purchase, boughtAt: purchase.boughtAt }],
    )
    .sort((a, b) => (a.boughtAt < b.boughtAt ? -1 : a.boughtAt > b.boughtAt ? 1 : 0));
  const last = known.at(-1);
  if (last === undefined) return undefined;
  const now = Date.parse(asOf);
  const activity: Activity = {
    ages: known.map(({ boughtAt }) => (now - Date.parse(boughtAt)) / DAY_MS),
    amounts: known.map(({ amount }) => amount / 100),
    quantities: known.map(({ quantity }) => quantity),
    lines: known.map(({ lines }) => lines),
    days: new Set(known.map(({ boughtAt }) => boughtAt.slice(0, 10))).size,
    cancelled: known.filter(({ cancelledAt }) => cancelledAt !== null && cancelledAt <= asOf).length,
    kind: kindOf(last.customerId ?? ''),
    channel: last.channel,
  };
  return Object.fromEntries(ACTIVITY_FEATURES.map(({ name, of }) => [name, of(activity)]));
};

const kindOf = (customerId: string): string => {
  const end = customerId.indexOf(':');
  return end < 0 ? 'traveller' : customerId.slice(0, end);
};
