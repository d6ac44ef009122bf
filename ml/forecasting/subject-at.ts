import type { DemandLedger } from './demand-ledger.ts';
import { fitSeasonalTrend, type SeasonalTrend } from './seasonal-trend.ts';

/** Longest past that is looked at, in days. */
const LONGEST_PAST = 3 * 365;
const YEAR_DAYS = 364;
/** A subject with fewer days of its own borrows the days before from its category. */
const OWN_DAYS_ENOUGH = 84;
/** Days of the category's mean that a subject's own level is weighed against. */
const PRIOR_DAYS = 14;
/** Level, a day, of what nobody ever booked: features are shares of the level. */
const LEAST_SCALE = 0.05;

/** One hotel or product as it was known at the end of a day. */
export interface SubjectAt {
  readonly ledger: DemandLedger;
  /** The last day that is known: a day number. */
  readonly origin: number;
  /** Demand of each day up to the origin, the last value. Before its first day: what its category would have had in its place. */
  readonly values: Float64Array;
  /** Days since the first with any demand; 0: none so far. */
  readonly ownDays: number;
  /** Mean demand a day of the last year: the unit of the features and of what the model says. */
  readonly scale: number;
  readonly trend: SeasonalTrend;
}

/** Mean demand a day over the others of a category as known at an origin, ending there; undefined: there are none. */
export type CategoryValues = (origin: number) => Float64Array | undefined;

/** Demand of the days up to the origin as it was known then; undefined: nothing so far. */
export const ownValues = (ledger: DemandLedger, origin: number): Float64Array | undefined => {
  const first = ledger.firstDay(origin);
  if (first === undefined || first > origin) return undefined;
  const length = Math.min(LONGEST_PAST, origin - first + 1);
  return Float64Array.from({ length }, (_, at) => ledger.known('booked', origin - length + 1 + at, origin));
};

/** A subject as known at the end of the day `origin`. Undefined: it has no past, and no category to borrow one from. */
export const subjectAt = (
  ledger: DemandLedger,
  origin: number,
  categoryValues: CategoryValues = () => undefined,
): SubjectAt | undefined => {
  const own = ownValues(ledger, origin) ?? new Float64Array();
  const values = own.length < OWN_DAYS_ENOUGH ? borrowed(own, categoryValues(origin)) : own;
  if (values.length === 0) return undefined;
  const scale = Math.max(LEAST_SCALE, meanOf(values.subarray(-YEAR_DAYS)));
  return { ledger, origin, values, ownDays: own.length, scale, trend: fitSeasonalTrend({ last: origin, values }) };
};

/** The own days behind those of the category, these at the level that the own ones show so far. */
const borrowed = (own: Float64Array, category: Float64Array | undefined): Float64Array => {
  if (category === undefined || category.length <= own.length) return own;
  const common = category.subarray(category.length - own.length);
  const prior = PRIOR_DAYS * meanOf(category);
  const level = prior === 0 ? 1 : (sumOf(own) + prior) / (sumOf(common) + prior);
  const before = category.subarray(0, category.length - own.length).map((value) => value * level);
  const values = new Float64Array(category.length);
  values.set(before);
  values.set(own, before.length);
  return values;
};

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

const meanOf = (values: Float64Array): number => sumOf(values) / Math.max(1, values.length);
