import type { DriftBins } from './drift-bins.ts';

/** A share that training did not have is taken for this one: a single odd row is no drift. */
const LEAST_SHARE = 1e-3;

/**
 * Population stability index of what was served against training (Siddiqi 2006, Credit Risk Scorecards, §"Stability"): the sum over bins of
 * (observed − expected) · ln(observed / expected). By his rule of thumb up to 0.1 is no change, and over 0.25 is another population.
 * Not a number without counts.
 */
export const populationStability = (bins: DriftBins, counts: readonly number[]): number => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return Number.NaN;
  // Half a row more in each bin: an empty one has no logarithm.
  const observed = counts.map((count) => (count + 0.5) / (total + counts.length / 2));
  return bins.expected(observed).reduce((sum, share, bin) => {
    const expected = Math.max(LEAST_SHARE, share);
    const seen = observed[bin] ?? 0;
    return sum + (seen - expected) * Math.log(seen / expected);
  }, 0);
};
