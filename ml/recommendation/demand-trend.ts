const DAY_MS = 86_400_000;

/** How a product's demand of late is counted. */
export interface TrendSettings {
  /** An interaction of this age counts half. */
  readonly halfLifeDays: number;
  /** Interactions that every product is taken to have had, spread like those of all products: rare ones stay near 1. */
  readonly assumed: number;
}

/** What an interaction of this age counts. @param at and asOf ISO 8601 UTC instants */
export const recency = (at: string, asOf: string, halfLifeDays: number): number =>
  0.5 ** (Math.max(0, Date.parse(asOf) - Date.parse(at)) / DAY_MS / halfLifeDays);

/** Interactions of each product by id, each counted by its recency. */
export const recentDemand = (
  interactions: Iterable<{ readonly productId: string; readonly at: string }>,
  asOf: string,
  halfLifeDays: number,
): Map<string, number> => {
  const recent = new Map<string, number>();
  for (const { productId, at } of interactions)
    recent.set(productId, (recent.get(productId) ?? 0) + recency(at, asOf, halfLifeDays));
  return recent;
};

/**
 * How much more each product is wanted of late than over all its time, 1 being as much as its total would have if it had moved
 * with the others: what sells changes with the season faster than who buys what with what.
 * @param totals interactions of each product in the training data
 */
export const demandTrend = (
  recent: ReadonlyMap<string, number>,
  products: readonly string[],
  totals: readonly number[],
  { assumed }: TrendSettings,
): Float32Array => {
  let recentSum = 0;
  let totalSum = 0;
  products.forEach((productId, column) => {
    recentSum += recent.get(productId) ?? 0;
    totalSum += totals[column] ?? 0;
  });
  // Nothing of late, or nothing at all: no product is wanted more than another.
  if (recentSum === 0 || totalSum === 0) return new Float32Array(products.length).fill(1);
  const share = recentSum / totalSum;
  return Float32Array.from(
    products,
    (productId, column) =>
      ((recent.get(productId) ?? 0) + assumed * share) / (((totals[column] ?? 0) + assumed) * share),
  );
};
