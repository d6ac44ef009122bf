import type { FeatureRow } from '../features/encode-rows.ts';
import { tableOf } from '../features/learn-features.ts';
import { type BoostedTrees, scoresOf } from '../learning/boosted-trees.ts';
import { boost } from '../learning/boosting.ts';
import { quantile, squared } from '../learning/objectives.ts';
import type { Table } from '../learning/table.ts';
import type { Feature } from '../registry/manifest.ts';
import { conformal, LEVELS, type PastError } from './conformal.ts';
import type { DemandExample } from './demand-examples.ts';

/** How far off forecasts were, in units of the expected error, for horizons up to `upTo` days. */
export interface ErrorBand {
  readonly upTo: number;
  readonly rows: number;
  /** Of LEVELS; the median is that of the trees, 0. */
  readonly quantiles: readonly number[];
  readonly mean: number;
}

/** A forecast is seasonalTrend + its correction; its error is expected to be `error`; bands tell how errors are spread around it. */
export interface Forecaster {
  readonly features: readonly Feature[];
  /** What corrects seasonalTrend to the median, up to NEAR_HORIZON days ahead and beyond. */
  readonly near: BoostedTrees;
  readonly far: BoostedTrees;
  readonly error: BoostedTrees;
  readonly bands: readonly ErrorBand[];
  /** What was forecast at the cuts of the past by what had been learned before them. */
  readonly rolling: readonly RollingForecast[];
}

/** A median that was forecast before its day had come, as a share of the mean day. */
interface RollingForecast {
  readonly example: DemandExample;
  readonly median: number;
}

/** Days ahead that have trees of their own: what tells of the next weeks tells little of the months after. */
export const NEAR_HORIZON = 28;

/** Least expected error, as a share of the mean day: an interval is never empty. */
export const LEAST_ERROR = 0.02;

const BANDS = [7, 14, 28, 60, Number.POSITIVE_INFINITY];
const MEDIAN = { trees: 300, rate: 0.05, leaves: 15, featureShare: 0.5, rowShare: 0.5, fewestRows: 50 };
const ERROR = { trees: 80, rate: 0.05, leaves: 7, featureShare: 0.5, rowShare: 0.5, fewestRows: 200 };
/** What serves is the mean of so many, each grown on other rows and features: one alone is off by the chance of its seed. */
const SEEDS = 3;
/** Times the past is cut to see how forecasts made then came out. */
const CUTS = 4;
const CUT_DAYS = 28;
/** What an error counts of one after the next cut: the model that serves has seen more, and the season is another. */
const WEIGHT_OF_EARLIER = 0.5;
/** A share of the past that no cut goes beyond. */
const CUT_SHARE = 1 / 8;

const rowsOf = (examples: readonly DemandExample[]): readonly FeatureRow[] => examples.map(({ row }) => row);

/** What the trees correct: the seasonal trend that is among the features. */
const baseOf = ({ row }: DemandExample): number => Number(row.seasonalTrend);

/**
 * Learns the median of demand as what it differs from the seasonal trend, direct for every horizon, and how large its errors are:
 * the past is cut four times, what was learned before a cut forecasts what came after it, and these errors in units of the
 * expected error make the intervals (split conformal prediction with local weights, Lei et al. 2018, over rolling origins).
 * @param examples of which none is of a day after `knownUntil`, a day number
 */
export const trainForecaster = (
  features: readonly Feature[],
  examples: readonly DemandExample[],
  { knownUntil, seed }: { readonly knownUntil: number; readonly seed: number },
): Forecaster => {
  const learnAll = (some: readonly DemandExample[], seeds: number): BoostedTrees => {
    const table = tableOf(features, rowsOf(some));
    const target = Float64Array.from(some, (one) => one.target - baseOf(one));
    return averaged(
      Array.from({ length: seeds }, (_, at) =>
        boost(table, target, { objective: quantile(0.5), ...MEDIAN, seed: seed + at }),
      ),
    );
  };
  const learn = (some: readonly DemandExample[], seeds: number): Pick<Forecaster, 'near' | 'far'> => {
    const near = some.filter(isNear);
    const far = some.filter((one) => !isNear(one));
    // A short past has no days that far ahead.
    const ofNear = learnAll(near.length > 0 ? near : far, seeds);
    return { near: ofNear, far: far.length > 0 ? learnAll(far, seeds) : ofNear };
  };
  const first = examples.reduce((least, { origin }) => Math.min(least, origin), knownUntil);
  const cutDays = Math.max(7, Math.min(CUT_DAYS, Math.floor((knownUntil - first) * CUT_SHARE)));
  const blocks = Array.from({ length: CUTS }, (_, at) => {
    const cut = knownUntil - cutDays * (CUTS - at);
    const before = examples.filter(({ origin, horizon }) => origin + horizon <= cut);
    const after = examples.filter(({ origin }) => origin >= cut && origin < cut + cutDays);
    if (before.length === 0 || after.length === 0) return undefined;
    const scores = correctionsOf(learn(before, 1), tableOf(features, rowsOf(after)));
    return { after, errors: Float64Array.from(after, (one, row) => one.target - baseOf(one) - (scores[row] ?? 0)) };
  }).filter((block) => block !== undefined);
  const learnError = (some: typeof blocks): BoostedTrees => {
    const rows = some.flatMap(({ after }) => after);
    const sizes = Float64Array.from(some.flatMap(({ errors }) => [...errors].map(Math.abs)));
    return boost(tableOf(features, rowsOf(rows)), sizes, { objective: squared, ...ERROR, seed });
  };
  // What tells the size of a block's errors has not seen them.
  const inUnits = blocks.flatMap((block, at) => {
    const weight = WEIGHT_OF_EARLIER ** (blocks.length - 1 - at);
    const others = blocks.length > 1 ? blocks.filter((other) => other !== block) : blocks;
    const expected = scoresOf(learnError(others), tableOf(features, rowsOf(block.after)));
    return block.after.map(({ horizon }, row) => ({
      horizon,
      weight,
      error: (block.errors[row] ?? 0) / Math.max(LEAST_ERROR, expected[row] ?? 0),
    }));
  });
  const rolling = blocks.flatMap(({ after, errors }) =>
    after.map((example, row) => ({ example, median: Math.max(0, example.target - (errors[row] ?? 0)) })),
  );
  return { features, ...learn(examples, SEEDS), error: learnError(blocks), bands: bandsOf(inUnits), rolling };
};

const bandsOf = (errors: readonly (PastError & { readonly horizon: number })[]): readonly ErrorBand[] => {
  const sorted = [...errors].sort((a, b) => a.error - b.error);
  let from = 0;
  return BANDS.map((upTo) => {
    const inBand = sorted.filter(({ horizon }) => horizon > from && horizon <= upTo);
    // A band that no horizon falls into takes what all tell.
    const telling = inBand.length > 0 ? inBand : sorted;
    from = upTo;
    const quantiles = LEVELS.map((level) => (level === 0.5 ? 0 : conformal(telling, level)));
    const whole = telling.reduce((sum, { weight }) => sum + weight, 0);
    const mean = whole === 0 ? 0 : telling.reduce((sum, { error, weight }) => sum + error * weight, 0) / whole;
    return { upTo, rows: inBand.length, quantiles, mean };
  });
};

const isNear = ({ horizon }: DemandExample): boolean => horizon <= NEAR_HORIZON;

/** What the trees add to the seasonal trend of each row, those of its horizon. */
export const correctionsOf = ({ near, far }: Pick<Forecaster, 'near' | 'far'>, table: Table): Float64Array => {
  const horizons = table.columns.find(({ name }) => name === 'horizon')?.values;
  const ofNear = scoresOf(near, table);
  const ofFar = scoresOf(far, table);
  return ofNear.map((score, row) => ((horizons?.[row] ?? 0) <= NEAR_HORIZON ? score : (ofFar[row] ?? 0)));
};

/** One sum of trees that scores as the models do on average. */
const averaged = (models: readonly BoostedTrees[]): BoostedTrees => {
  const [first] = models;
  if (first === undefined) throw new RangeError('there is no mean of no models');
  const share = 1 / models.length;
  return {
    features: first.features,
    base: models.reduce((sum, { base }) => sum + base * share, 0),
    trees: models.flatMap(({ trees }) =>
      trees.map((tree) => tree.map((node) => ('value' in node ? { ...node, value: node.value * share } : node))),
    ),
  };
};
