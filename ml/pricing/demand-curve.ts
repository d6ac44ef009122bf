/** How many would buy at which price. */
export interface DemandCurve {
  /** The usual price, at which `demand` is expected. */
  readonly reference: number;
  /** Expected number that still want to buy until the day comes, at the usual price and without any limit of places. */
  readonly demand: number;
  /** Standard deviation of that number, at the usual price. */
  readonly deviation: number;
  /** Of demand with respect to price, at the usual price; above 0. */
  readonly elasticity: number;
}

export interface RevenuePoint {
  readonly price: number;
  /** Expected sales. */
  readonly demand: number;
  /** Expected revenue, in the unit of the price. */
  readonly revenue: number;
}

/**
 * Demand at a price: exponential, with the given elasticity at the usual price and more where it is dearer, so that revenue has one
 * highest point (a constant elasticity below 1 would want an endless price).
 */
export const demandAt = ({ reference, demand, elasticity }: DemandCurve, price: number): number =>
  demand * Math.exp(elasticity * (1 - price / reference));

/**
 * Expected sales where at most `places` can be sold: E[min(N, places)] with N normal.
 * @param places null: not limited
 */
export const expectedSales = (mean: number, deviation: number, places: number | null): number => {
  if (places === null) return mean;
  if (deviation <= 0) return Math.min(mean, places);
  const z = (places - mean) / deviation;
  const lost = deviation * density(z) - (places - mean) * (1 - cumulative(z));
  return Math.max(0, Math.min(mean - lost, places));
};

/** Sales and revenue to be expected at a price. A count varies at least as much as Poisson's does. */
export const revenueAt = (curve: DemandCurve, places: number | null, price: number): RevenuePoint => {
  const mean = demandAt(curve, price);
  const relative = curve.demand > 0 ? curve.deviation / curve.demand : 0;
  const demand = expectedSales(mean, Math.max(Math.sqrt(mean), relative * mean), places);
  return { price, demand, revenue: price * demand };
};

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Standard normal distribution function (Abramowitz and Stegun 26.2.17, error below 7.5e-8). */
const cumulative = (z: number): number => {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    density(z) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
};
