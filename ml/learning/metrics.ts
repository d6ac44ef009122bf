/** Area under the ROC curve: the chance that a row of class 1 scores above one of class 0, ties counted half (Mann-Whitney). */
export const auc = (scores: ArrayLike<number>, target: ArrayLike<number>): number => {
  const order = Float64Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  );
  let ranks = 0;
  let positives = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    const score = scores[order[from] ?? 0];
    let ones = 0;
    while (to < order.length && scores[order[to] ?? 0] === score) {
      ones += target[order[to] ?? 0] ?? 0;
      to++;
    }
    ranks += ones * ((from + to + 1) / 2);
    positives += ones;
    from = to;
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
};

const mean = (length: number, of: (row: number) => number): number => {
  let sum = 0;
  for (let row = 0; row < length; row++) sum += of(row);
  return sum / length;
};

/** Mean negative log-likelihood of chances in (0, 1), in nats. */
export const logLoss = (chances: ArrayLike<number>, target: ArrayLike<number>): number =>
  mean(chances.length, (row) => {
    const chance = Math.min(1 - 1e-15, Math.max(1e-15, chances[row] ?? 0));
    return -Math.log(target[row] === 1 ? chance : 1 - chance);
  });

/** Mean squared difference of chance and outcome (Brier 1950). */
export const brier = (chances: ArrayLike<number>, target: ArrayLike<number>): number =>
  mean(chances.length, (row) => ((chances[row] ?? 0) - (target[row] ?? 0)) ** 2);

/** Root of the mean squared error, in the target's unit. */
export const rmse = (predicted: ArrayLike<number>, target: ArrayLike<number>): number =>
  Math.sqrt(mean(predicted.length, (row) => ((predicted[row] ?? 0) - (target[row] ?? 0)) ** 2));

/** Mean absolute error, in the target's unit. */
export const mae = (predicted: ArrayLike<number>, target: ArrayLike<number>): number =>
  mean(predicted.length, (row) => Math.abs((predicted[row] ?? 0) - (target[row] ?? 0)));
