import { type PriceRange, priceRangeOf, type Rails } from '../../contracts/pricing/rails.ts';
import { type DemandCurve, type RevenuePoint, revenueAt } from './demand-curve.ts';

/** What a price is to be found for; amounts in minor units. */
export interface PriceQuestion {
  readonly rails: Rails;
  readonly current: number;
  /** The price as the day began. */
  readonly dayBegan: number;
  readonly curve: DemandCurve;
  /** Places that are left; null: not limited. */
  readonly places: number | null;
}

export interface PriceAnswer {
  readonly proposed: number;
  /** What the rails left. */
  readonly lowest: number;
  readonly highest: number;
  /** Of the proposed price, and of the current one. */
  readonly expected: RevenuePoint;
  readonly asItIs: RevenuePoint;
  /** Of prices all over the range, cheapest first. */
  readonly curve: readonly RevenuePoint[];
}

/** Another price must bring at least so much more: below that it is noise, and a price that jumps for nothing puts people off. */
const LEAST_GAIN = 0.005;
/** Most prices that are weighed in one sweep. */
const SWEEP = 400;
const SHOWN = 20;

/**
 * The price with the highest expected revenue among those that the rails leave. Never outside of them, whatever the numbers are.
 * @returns the price, or why none is proposed
 */
export const optimisePrice = (question: PriceQuestion): PriceAnswer | { readonly refused: string } => {
  const { rails, current, dayBegan, curve, places } = question;
  const unknown = notFinite(question);
  if (unknown !== undefined) return { refused: `no price is proposed without knowing ${unknown}` };
  const range: PriceRange = priceRangeOf(rails, dayBegan);
  if ('refused' in range) return range;
  const { lowest, highest } = range;
  const at = (price: number): RevenuePoint => revenueAt(curve, places, price);
  const asItIs = at(current);
  const best = highestRevenue(at, lowest, highest, rails.step);
  const mayStay = current >= lowest && current <= highest && current % rails.step === 0;
  const expected = mayStay && best.revenue <= asItIs.revenue * (1 + LEAST_GAIN) ? asItIs : best;
  const stride = strideOf(lowest, highest, rails.step, SHOWN);
  return {
    proposed: expected.price,
    lowest,
    highest,
    expected,
    asItIs,
    curve: pricesOf(lowest, highest, stride).map(at),
  };
};

const notFinite = ({ current, dayBegan, curve, places }: PriceQuestion): string | undefined => {
  if (!Number.isFinite(current) || !Number.isFinite(dayBegan)) return 'the price as it is';
  if (!(Number.isFinite(curve.reference) && curve.reference > 0)) return 'the usual price';
  if (!(Number.isFinite(curve.demand) && curve.demand >= 0 && Number.isFinite(curve.deviation))) return 'the demand';
  if (!(Number.isFinite(curve.elasticity) && curve.elasticity > 0)) return 'how demand answers to the price';
  return places === null || (Number.isFinite(places) && places >= 0) ? undefined : 'how many places are left';
};

/** Coarse first where there are many prices, then finely around the best: revenue has one highest point. */
const highestRevenue = (
  at: (price: number) => RevenuePoint,
  lowest: number,
  highest: number,
  step: number,
): RevenuePoint => {
  const stride = strideOf(lowest, highest, step, SWEEP);
  const points = pricesOf(lowest, highest, stride).map(at);
  const best = points.reduce((a, b) => (b.revenue > a.revenue ? b : a));
  if (stride === step) return best;
  const around = [Math.max(lowest, best.price - stride), Math.min(highest, best.price + stride)] as const;
  return highestRevenue(at, ...around, step);
};

/** The smallest multiple of the step by which a range has at most `most` prices. */
const strideOf = (lowest: number, highest: number, step: number, most: number): number =>
  Math.max(1, Math.ceil((highest - lowest) / step / most)) * step;

/** From the lowest on, and the highest too. */
const pricesOf = (lowest: number, highest: number, stride: number): number[] => {
  const prices = Array.from({ length: Math.floor((highest - lowest) / stride) + 1 }, (_, at) => lowest + at * stride);
  return prices.at(-1) === highest ? prices : [...prices, highest];
};
