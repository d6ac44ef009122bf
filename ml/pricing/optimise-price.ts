import { type PriceRange, priceRangeOf, type Rails } from '../../contracts/pricing/rails.ts';
import { type DemandCurve, type RevenuePoint, revenueAt } from './demand-curve.ts';

/** What a price is to be found for; amounts in minor units. */
export interface PriceQuestion {
  readonly rails: Rails;
  readonly current: number;
  /** The price as the day began. */
  readonly dayBegan: number;
  readonly curve: DemandCurve;
  /** Elasticities that may be the true one as well: a change must pay under each of them. Default: none. */
  readonly doubt?: readonly number[];
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
  /** The least gain of revenue under any of the elasticities, as a share of what the current price brings. */
  readonly leastGain: number;
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
 * The price, among those that the rails leave, that brings most more revenue than the current one under the least favourable of the
 * elasticities (maximin): what sales without an experiment tell of demand is unsure, so a price is moved only where it pays
 * whichever is true. Never outside of the rails, whatever the numbers are.
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
  const gainAt = leastGainOf(question);
  const best = bestPrice(gainAt, lowest, highest, rails.step);
  const mayStay = current >= lowest && current <= highest && current % rails.step === 0;
  const proposed = mayStay && !(gainAt(best) > LEAST_GAIN) ? current : best;
  const stride = strideOf(lowest, highest, rails.step, SHOWN);
  return {
    proposed,
    lowest,
    highest,
    expected: at(proposed),
    leastGain: gainAt(proposed),
    asItIs: at(current),
    curve: pricesOf(lowest, highest, stride).map(at),
  };
};

const notFinite = ({ current, dayBegan, curve, doubt = [], places }: PriceQuestion): string | undefined => {
  if (!Number.isFinite(current) || !Number.isFinite(dayBegan)) return 'the price as it is';
  if (!(Number.isFinite(curve.reference) && curve.reference > 0)) return 'the usual price';
  if (!(Number.isFinite(curve.demand) && curve.demand >= 0 && Number.isFinite(curve.deviation))) return 'the demand';
  const elasticities = [curve.elasticity, ...doubt];
  if (!elasticities.every((one) => Number.isFinite(one) && one > 0)) return 'how demand answers to the price';
  return places === null || (Number.isFinite(places) && places >= 0) ? undefined : 'how many places are left';
};

/** The gain of a price over the current one under the worst of the elasticities. It has one highest point, as each of them has. */
const leastGainOf = ({ curve, doubt = [], places, current }: PriceQuestion): ((price: number) => number) => {
  const cases = [curve.elasticity, ...doubt].map((elasticity) => {
    const one = { ...curve, elasticity };
    return { one, now: revenueAt(one, places, current).revenue };
  });
  return (price) =>
    cases.reduce((least, { one, now }) => {
      const gain = revenueAt(one, places, price).revenue - now;
      return Math.min(least, now > 0 ? gain / now : gain);
    }, Number.POSITIVE_INFINITY);
};

/** Coarse first where there are many prices, then finely around the best. */
const bestPrice = (gainAt: (price: number) => number, lowest: number, highest: number, step: number): number => {
  const stride = strideOf(lowest, highest, step, SWEEP);
  const { price: best } = pricesOf(lowest, highest, stride)
    .map((price) => ({ price, gain: gainAt(price) }))
    .reduce((a, b) => (b.gain > a.gain ? b : a));
  return stride === step
    ? best
    : bestPrice(gainAt, Math.max(lowest, best - stride), Math.min(highest, best + stride), step);
};

/** The smallest multiple of the step by which a range has at most `most` prices. */
const strideOf = (lowest: number, highest: number, step: number, most: number): number =>
  Math.max(1, Math.ceil((highest - lowest) / step / most)) * step;

/** From the lowest on, and the highest too. */
const pricesOf = (lowest: number, highest: number, stride: number): number[] => {
  const prices = Array.from({ length: Math.floor((highest - lowest) / stride) + 1 }, (_, at) => lowest + at * stride);
  return prices.at(-1) === highest ? prices : [...prices, highest];
};
