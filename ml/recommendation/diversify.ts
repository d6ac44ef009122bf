/** A product that could be listed. */
export interface Candidate {
  readonly productId: string;
  /** Larger is better; of one list in one unit. */
  readonly score: number;
  /** Why it is listed, in plain English. */
  readonly why: string;
}

/**
 * How much of a place in the list goes by score; the rest goes by how little a product is like those before it. At 0.8 a product
 * with 80 % of the best score that is like nothing listed comes before one with 100 % that is like what is listed already.
 */
const BY_SCORE = 0.8;

/**
 * Candidates so put that the list shows different things: Maximal Marginal Relevance (Carbonell, Goldstein 1998). Scores count by
 * their share of the best.
 * @param similarity of two products, from 0 to 1
 */
export const diversify = (
  candidates: readonly Candidate[],
  count: number,
  similarity: (one: string, other: string) => number,
): readonly Candidate[] => {
  const left = [...candidates];
  const best = Math.max(...left.map(({ score }) => score), 0) || 1;
  const closest = new Map<string, number>();
  const chosen: Candidate[] = [];
  while (chosen.length < count && left.length > 0) {
    let at = 0;
    let highest = Number.NEGATIVE_INFINITY;
    left.forEach(({ productId, score }, place) => {
      const marginal = (BY_SCORE * score) / best - (1 - BY_SCORE) * (closest.get(productId) ?? 0);
      if (marginal <= highest) return;
      highest = marginal;
      at = place;
    });
    const [next] = left.splice(at, 1);
    if (next === undefined) break;
    chosen.push(next);
    for (const { productId } of left)
      closest.set(productId, Math.max(closest.get(productId) ?? 0, similarity(productId, next.productId)));
  }
  return chosen;
};
