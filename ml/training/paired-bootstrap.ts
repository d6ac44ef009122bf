import type { ModelComparison } from '../../contracts/events/models.ts';
import { seededRandom } from '../learning/seeded-random.ts';

const RESAMPLES = 1_000;
/** Rows drawn in a resample: more would narrow the interval below what rows that lie near each other in time can bear. */
const MOST_DRAWN = 20_000;

/**
 * Whether one model loses less than another on the same rows, beyond what chance does to a sample: the 95 % percentile
 * interval of the mean difference over resampled rows (Efron & Tibshirani 1993, ch. 13).
 * @param candidate loss of each row; smaller is better
 * @param live the same rows, in the same order
 * @throws RangeError when the two differ in length or are empty
 */
export const compareLosses = (
  candidate: ArrayLike<number>,
  live: ArrayLike<number>,
): Pick<ModelComparison, 'gain' | 'lower' | 'upper' | 'verdict'> => {
  const rows = candidate.length;
  if (rows === 0 || rows !== live.length) {
    throw new RangeError(
      `losses are compared row by row: ${rows} of the candidate, ${live.length} of the live version`,
    );
  }
  const gains = Float64Array.from(candidate, (loss, row) => (live[row] ?? 0) - loss);
  const random = seededRandom(1);
  const drawn = Math.min(rows, MOST_DRAWN);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let draw = 0; draw < drawn; draw++) sum += gains[Math.floor(random() * rows)] ?? 0;
    return sum / drawn;
  }).sort();
  const gain = gains.reduce((sum, one) => sum + one, 0) / rows;
  const lower = means[Math.floor(RESAMPLES * 0.025)] ?? 0;
  const upper = means[Math.ceil(RESAMPLES * 0.975) - 1] ?? 0;
  return { gain, lower, upper, verdict: upper < 0 ? 'worse' : lower > 0 ? 'better' : 'not-worse' };
};
