import { currencyPrecision } from '../../contracts/money.ts';
import type { Elasticity } from './elasticity.ts';
import type { PriceAnswer } from './optimise-price.ts';
import type { PriceSubject } from './price-subject.ts';

/** Why a price is proposed, in plain English, most important first. @param usual in minor units */
export const explainPrice = (
  { current, places, demand, rule }: PriceSubject,
  { proposed, lowest, highest, expected, asItIs, leastGain }: PriceAnswer,
  usual: number,
  elasticity: Pick<Elasticity, 'value' | 'lower' | 'upper'>,
): string[] => {
  const precision = currencyPrecision(rule.currency);
  const money = (minor: number): string => `${(minor / 10 ** precision).toFixed(precision)} ${rule.currency}`;
  const gain = asItIs.revenue > 0 ? (expected.revenue / asItIs.revenue - 1) * 100 : 0;
  const left =
    places === null ? 'places are not limited' : `${places} ${places === 1 ? 'place is' : 'places are'} left`;
  return [
    proposed === current
      ? `${money(current)} stays: no price that the rule allows would bring noticeably more, however demand answers to prices.`
      : `${money(proposed)} instead of ${money(current)}: expected to bring ${gain.toFixed(1)} % more revenue, and ${(leastGain * 100).toFixed(1)} % in the least favourable case.`,
    `${demand?.mean.toFixed(1) ?? '?'} more are expected to want it at the usual price, and ${left} (${demand?.source ?? 'no source'}).`,
    `The usual price for such a sale is ${money(usual)}.`,
    `A price 1 % higher is taken to lose ${elasticity.value.toFixed(2)} % of them (between ${elasticity.lower.toFixed(2)} and ${elasticity.upper.toFixed(2)} %): past sales and a prior together, no experiment.`,
    ...(proposed !== current && (proposed === lowest || proposed === highest)
      ? [`The rule leaves ${money(lowest)} to ${money(highest)} today; the price stands at that end.`]
      : []),
  ];
};
