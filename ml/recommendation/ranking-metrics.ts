/** What a ranked list is worth against what a customer took later. */
export interface ListQuality {
  /** Hits among the first `length`, of as many as there could be: min(`length`, number of relevant ones). */
  readonly recall: number;
  /** Normalised discounted cumulative gain, gain 1 for a hit (Järvelin, Kekäläinen 2002). */
  readonly ndcg: number;
}

/** Recall@length and NDCG@length of a list, best first. @param relevant not empty */
export const listQuality = (ranked: readonly number[], relevant: ReadonlySet<number>, length: number): ListQuality => {
  const possible = Math.min(length, relevant.size);
  let hits = 0;
  let gain = 0;
  ranked.slice(0, length).forEach((product, rank) => {
    if (!relevant.has(product)) return;
    hits++;
    gain += 1 / Math.log2(rank + 2);
  });
  let ideal = 0;
  for (let rank = 0; rank < possible; rank++) ideal += 1 / Math.log2(rank + 2);
  return { recall: hits / possible, ndcg: gain / ideal };
};
