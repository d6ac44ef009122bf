import type { CoOccurrence } from './co-occurrence.ts';
import { cosine } from './co-occurrence.ts';
import type { History } from './item-scores.ts';
import { listQuality } from './ranking-metrics.ts';
import { strongest } from './strongest.ts';
import type { TestCustomer } from './test-customers.ts';

/** Length of the lists that recommenders are compared by. */
export const LIST_LENGTH = 20;

/** How good the lists of a way of scoring are, over test customers. */
export interface Evaluation {
  /** Customers with a new product that the catalogue knows: the others nobody could serve. */
  readonly customers: number;
  /** Mean Recall@20, of as many hits as there could be. */
  readonly recall: number;
  /** Mean NDCG@20. */
  readonly ndcg: number;
  /** Share of the products that are in anybody's list. */
  readonly coverage: number;
  /** The lists, by column. */
  readonly lists: readonly (readonly number[])[];
}

/** Ranks what each customer does not have yet. @param score scores by column, of a new array each time */
export const evaluate = (
  products: readonly string[],
  customers: readonly TestCustomer[],
  score: (history: History) => Float64Array,
): Evaluation => {
  const columnOf = new Map(products.map((productId, column) => [productId, column]));
  const lists: number[][] = [];
  let recall = 0;
  let ndcg = 0;
  for (const customer of customers) {
    const relevant = new Set([...customer.relevant].flatMap((productId) => columnOf.get(productId) ?? []));
    if (relevant.size === 0) continue;
    const known = [...customer.history].flatMap(([productId, weight]) => {
      const column = columnOf.get(productId);
      return column === undefined ? [] : [{ column, weight }];
    });
    const columns = known.map(({ column }) => column);
    const scores = score({ columns, weights: known.map(({ weight }) => weight) });
    for (const column of columns) scores[column] = Number.NEGATIVE_INFINITY;
    const list = strongest(scores, LIST_LENGTH);
    const quality = listQuality(list, relevant, LIST_LENGTH);
    recall += quality.recall;
    ndcg += quality.ndcg;
    lists.push(list);
  }
  const count = lists.length;
  return {
    customers: count,
    recall: count === 0 ? 0 : recall / count,
    ndcg: count === 0 ? 0 : ndcg / count,
    coverage: new Set(lists.flat()).size / Math.max(1, products.length),
    lists,
  };
};

/** Scores of item-kNN: the cosines of a history's products with each other (Sarwar et al. 2001), of all neighbours. */
export const knnScores = (gram: CoOccurrence, { columns: items, weights }: History): Float64Array => {
  const scores = new Float64Array(gram.size);
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? 0;
    for (let entry = gram.starts[item] ?? 0; entry < (gram.starts[item + 1] ?? 0); entry++) {
      const other = gram.columns[entry] ?? 0;
      scores[other] = (scores[other] ?? 0) + (weights[at] ?? 0) * cosine(gram, item, other, gram.values[entry] ?? 0);
    }
  }
  return scores;
};

/** 1 − mean cosine of the pairs of a list (Ziegler et al. 2005), mean over the lists: 1 where no two have customers in common. */
export const diversity = (gram: CoOccurrence, lists: readonly (readonly number[])[]): number => {
  let sum = 0;
  let pairs = 0;
  for (const list of lists) {
    const listed = new Set(list);
    for (const item of list) {
      for (let entry = gram.starts[item] ?? 0; entry < (gram.starts[item + 1] ?? 0); entry++) {
        const other = gram.columns[entry] ?? 0;
        if (other > item && listed.has(other)) sum += cosine(gram, item, other, gram.values[entry] ?? 0);
      }
    }
    pairs += (list.length * (list.length - 1)) / 2;
  }
  return pairs === 0 ? 1 : 1 - sum / pairs;
};
