import type { FeatureRow } from '../features/encode-rows.ts';
import { sampleOf, seededRandom } from '../learning/seeded-random.ts';
import type { DemandLedger } from './demand-ledger.ts';
import { demandRow, FARTHEST_HORIZON } from './demand-row.ts';
import type { HolidayCalendar } from './holiday-calendar.ts';
import { seasonalNaive, weeklyNaiveError } from './seasonal-naive.ts';
import { type CategoryValues, subjectAt } from './subject-at.ts';

/** A subject of a tenant to learn from, with the category that new ones borrow from. */
export interface DemandSubject {
  readonly ledger: DemandLedger;
  readonly category: string;
  /** How its others were at an origin. */
  readonly categoryValues: CategoryValues;
}

/** One day of one subject as it was seen from an origin, and what came. */
export interface DemandExample {
  readonly subject: number;
  readonly origin: number;
  readonly horizon: number;
  readonly row: FeatureRow;
  /** Demand that day, as a share of `scale`. */
  readonly target: number;
  readonly scale: number;
  /** The last same weekday that was known, and the mean difference between weeks so far: what forecasts are measured against. */
  readonly naive: number;
  readonly naiveError: number;
}

/**
 * Every eleventh week of all time, Monday to Sunday, is never learned from: versions trained at any time can be compared on it. No
 * divisor of a year's 52, or the same weeks of each year would never be learned.
 */
const WEEKS_A_HELD_OUT_ONE = 11;

/** Whether a day (a day number) lies in a week that is held out. */
export const isHeldOut = (day: number): boolean => Math.floor((day + 3) / 7) % WEEKS_A_HELD_OUT_ONE === 0;

interface ExampleOptions {
  /** Day numbers: the last day whose demand is known, and the first and last origin. */
  readonly knownUntil: number;
  readonly from: number;
  readonly until: number;
  readonly seed: number;
  /** About so many examples at most; fewer origins and horizons are taken of more subjects. */
  readonly most: number;
  /** Farthest horizon. Default FARTHEST_HORIZON. */
  readonly horizon?: number;
}

/** Nearer days, of which more is known and which more is decided on, are two in three of the examples. */
const NEAR = 28;
const NEAR_SHARE = 2 / 3;
/** Days of its own before a subject is learned from. */
const LEARN_FROM_DAYS = 56;
const MOST_ORIGINS = 1_500;
/** An origin costs a fit of trend and season: so many examples are taken of each, where there are as many days ahead. */
const EXAMPLES_AN_ORIGIN = 25;

/**
 * Examples as they would have been seen at each origin: the row holds only what was known then, the target what is known at
 * `knownUntil`. Origins go back in even steps; of each, a random part of the horizons.
 */
export const demandExamples = (
  subjects: readonly DemandSubject[],
  calendar: HolidayCalendar,
  options: ExampleOptions,
): readonly DemandExample[] => {
  const { knownUntil, from, until, seed, most, horizon: farthest = FARTHEST_HORIZON } = options;
  const random = seededRandom(seed);
  const span = Math.max(1, until - from + 1) * subjects.length;
  const step = Math.max(1, Math.ceil(span / Math.min(MOST_ORIGINS, most / EXAMPLES_AN_ORIGIN)));
  const horizons = Math.max(1, Math.min(farthest, Math.floor((most * step) / span)));
  const examples: DemandExample[] = [];
  for (let origin = until; origin >= from; origin -= step)
    subjects.forEach(({ ledger, categoryValues }, subject) => {
      const first = ledger.firstDay(origin);
      if (first === undefined || origin - first + 1 < LEARN_FROM_DAYS) return;
      const at = subjectAt(ledger, origin, categoryValues);
      if (at === undefined) return;
      const { scale, values } = at;
      const naiveError = weeklyNaiveError(values);
      for (const horizon of sampledHorizons(farthest, horizons, random)) {
        if (origin + horizon > knownUntil) continue;
        const target = ledger.known('booked', origin + horizon, knownUntil) / scale;
        const naive = seasonalNaive(values, horizon);
        const row = demandRow(at, horizon, calendar);
        examples.push({ subject, origin, horizon, row, target, scale, naive, naiveError });
      }
    });
  return examples;
};

const sampledHorizons = (farthest: number, count: number, random: () => number): readonly number[] => {
  const nearest = Math.min(NEAR, farthest);
  const near = sampleOf(nearest, Math.min(nearest, Math.ceil(count * NEAR_SHARE)), random);
  const far = sampleOf(farthest - nearest, count - near.length, random);
  return [...Array.from(near, (at) => at + 1), ...Array.from(far, (at) => nearest + at + 1)];
};
