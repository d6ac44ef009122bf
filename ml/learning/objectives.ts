/** What boosting makes smaller. Gradients and Hessians are of the loss of a row with respect to its score. */
export interface Objective {
  /** The score that is best for all rows alike. */
  base(target: ArrayLike<number>): number;
  /** Writes the gradient and the Hessian of each row. */
  derivatives(scores: Float64Array, target: ArrayLike<number>, gradients: Float64Array, hessians: Float64Array): void;
  /** Where a Newton step is a poor one: the step that is best for rows with these residuals (target - score). */
  bestStep?(residuals: Float64Array): number;
  /** Mean loss: what early stopping watches. */
  loss(scores: Float64Array, target: ArrayLike<number>): number;
}

export const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));

const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] ?? 0;
  return sum / Math.max(1, values.length);
};

const meanLoss = (scores: Float64Array, target: ArrayLike<number>, of: (score: number, wanted: number) => number) => {
  let sum = 0;
  for (let row = 0; row < scores.length; row++) sum += of(scores[row] ?? 0, target[row] ?? 0);
  return sum / Math.max(1, scores.length);
};

/** Targets 0 or 1; scores are log-odds. */
export const logistic: Objective = {
  base: (target) => {
    const mean = Math.min(1 - 1e-6, Math.max(1e-6, meanOf(target)));
    return Math.log(mean / (1 - mean));
  },
  derivatives: (scores, target, gradients, hessians) => {
    for (let row = 0; row < scores.length; row++) {
      const chance = sigmoid(scores[row] ?? 0);
      gradients[row] = chance - (target[row] ?? 0);
      hessians[row] = Math.max(1e-16, chance * (1 - chance));
    }
  },
  loss: (scores, target) =>
    meanLoss(
      scores,
      target,
      (score, wanted) => Math.max(score, 0) - score * wanted + Math.log1p(Math.exp(-Math.abs(score))),
    ),
};

/** Any target; scores are the means. */
export const squared: Objective = {
  base: meanOf,
  derivatives: (scores, target, gradients, hessians) => {
    for (let row = 0; row < scores.length; row++) gradients[row] = (scores[row] ?? 0) - (target[row] ?? 0);
    hessians.fill(1);
  },
  loss: (scores, target) => meanLoss(scores, target, (score, wanted) => (score - wanted) ** 2),
};

/**
 * Any target; scores are its quantiles (pinball loss). Its gradients have no size, so a leaf takes the quantile of its
 * residuals (as LightGBM does).
 * @param level between 0 and 1, both excluded.
 */
export const quantile = (level: number): Objective => ({
  base: (target) => quantileOf(Float64Array.from(target), level),
  derivatives: (scores, target, gradients, hessians) => {
    for (let row = 0; row < scores.length; row++)
      gradients[row] = (target[row] ?? 0) > (scores[row] ?? 0) ? -level : 1 - level;
    hessians.fill(1);
  },
  bestStep: (residuals) => quantileOf(residuals, level),
  loss: (scores, target) =>
    meanLoss(scores, target, (score, wanted) => (wanted > score ? level : level - 1) * (wanted - score)),
});

/** Sorts the values in place. */
const quantileOf = (values: Float64Array, level: number): number =>
  values.sort()[Math.min(values.length - 1, Math.floor(level * values.length))] ?? 0;
