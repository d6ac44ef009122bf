import type { ItemWeights } from './learn-item-weights.ts';

/** What a customer has to do with: products by column, and how much each counts. */
export interface History {
  readonly columns: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
}

/** How much a history speaks for each product: the sum of what its products say, times the product's demand of late. */
export const scoresOf = (
  { size, starts, columns, values }: ItemWeights,
  history: History,
  demand: ArrayLike<number>,
): Float64Array => {
  const scores = new Float64Array(size);
  for (let at = 0; at < history.columns.length; at++) {
    const product = history.columns[at] ?? 0;
    const weight = history.weights[at] ?? 0;
    for (let entry = starts[product] ?? 0; entry < (starts[product + 1] ?? 0); entry++) {
      const target = columns[entry] ?? 0;
      scores[target] = (scores[target] ?? 0) + weight * (values[entry] ?? 0);
    }
  }
  return scores.map((score, product) => score * (demand[product] ?? 0));
};
