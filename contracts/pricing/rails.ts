import type { PriceRule } from '../events/pricing.ts';

/** The part of a rule that bounds a price. */
export type Rails = Pick<PriceRule, 'floor' | 'ceiling' | 'step' | 'maxChangePercent' | 'parity'>;

/** The lowest and the highest price that the rails leave, both multiples of the step; or why there is none. */
export type PriceRange = { readonly lowest: number; readonly highest: number } | { readonly refused: string };

interface Bound {
  readonly price: number;
  readonly words: string;
}

/**
 * What rails leave of all prices, in minor units.
 * @param from the price as the day began: the limit of a day's change is measured from it
 */
export const priceRangeOf = (rails: Rails, from: number): PriceRange => {
  const { floor, ceiling, step, maxChangePercent, parity } = rails;
  const least = tightest(
    [
      { price: floor, words: `the floor ${floor}` },
      { price: Math.ceil((from * (100 - maxChangePercent)) / 100), words: changeWords('least', rails, from) },
      ...parityBounds(parity, 'not-under'),
    ],
    (a, b) => a.price > b.price,
  );
  const most = tightest(
    [
      { price: ceiling, words: `the ceiling ${ceiling}` },
      { price: Math.floor((from * (100 + maxChangePercent)) / 100), words: changeWords('most', rails, from) },
      ...parityBounds(parity, 'not-over'),
    ],
    (a, b) => a.price < b.price,
  );
  const lowest = Math.ceil(least.price / step) * step;
  const highest = Math.floor(most.price / step) * step;
  if (least.price > most.price) return { refused: `no price fits: ${least.words} is above ${most.words}` };
  if (lowest > highest) {
    return { refused: `no multiple of the step ${step} lies between ${least.words} and ${most.words}` };
  }
  return { lowest, highest };
};

/** Why a price is none that the rails allow; undefined: it is one. */
export const outsideRails = (rails: Rails, from: number, price: number): string | undefined => {
  const range = priceRangeOf(rails, from);
  if ('refused' in range) return range.refused;
  if (price < range.lowest) return `${price} is below ${range.lowest}, the lowest price that the rule allows now`;
  if (price > range.highest) return `${price} is above ${range.highest}, the highest price that the rule allows now`;
  return price % rails.step === 0 ? undefined : `${price} is no multiple of the step ${rails.step}`;
};

/** The first of the bounds that no other one outdoes. There is always one: floor and ceiling are. */
const tightest = (bounds: readonly [Bound, ...Bound[]], outdoes: (a: Bound, b: Bound) => boolean): Bound =>
  bounds.reduce((best, bound) => (outdoes(bound, best) ? bound : best), bounds[0]);

const parityBounds = (parity: Rails['parity'], rule: Rails['parity'][number]['rule']): Bound[] =>
  parity
    .filter((one) => one.rule === rule)
    .map(({ channel, price }) => ({ price, words: `the price ${price} of ${channel}` }));

const changeWords = (end: 'least' | 'most', { maxChangePercent }: Rails, from: number): string =>
  `the ${end} that a change of ${maxChangePercent} % a day from ${from} allows`;
