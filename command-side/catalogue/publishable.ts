import { type Rejection, reject } from '../../contracts/decider.ts';
import type { ProductView } from '../../contracts/views/product.ts';

interface Lacking {
  readonly field: 'options' | 'prices' | 'texts';
  readonly what: string;
}

/** Refuses a product that lacks what it needs to be sold, naming each thing; undefined when it lacks nothing. */
export const notPublishable = (product: ProductView): Rejection | undefined => refuseLacking(lackingOf(product));

/** Refuses a change that would take from a product something it needs to be sold, naming it. */
export const takesAway = (before: ProductView, after: ProductView): Rejection | undefined => {
  const lackedBefore = new Set(lackingOf(before).map(({ what }) => what));
  return refuseLacking(lackingOf(after).filter(({ what }) => !lackedBefore.has(what)));
};

const refuseLacking = (lacking: readonly Lacking[]): Rejection | undefined => {
  const first = lacking[0];
  if (first === undefined) return undefined;
  return reject('PRODUCT_NOT_PUBLISHABLE', `lacks ${lacking.map(({ what }) => what).join('; ')}`, first.field);
};

const lackingOf = (product: ProductView): readonly Lacking[] => [
  ...lackingOptions(product),
  ...lackingPrices(product),
  ...lackingTexts(product),
];

const lackingOptions = ({ options }: ProductView): readonly Lacking[] => {
  if (options.length === 0) return [{ field: 'options', what: 'an option' }];
  return options
    .filter(({ units }) => units.length === 0)
    .map(({ id }) => ({ field: 'options', what: `a unit in option ${id}` }));
};

const lackingPrices = ({ options, prices, details }: ProductView): readonly Lacking[] =>
  options.flatMap((option) => {
    const needed = details.pricingPer === 'BOOKING' ? [null] : option.units.map(({ id }) => id);
    return needed
      .filter((unitId) => !prices[option.id]?.some((price) => price.unitId === unitId))
      .map((unitId): Lacking => {
        const whose = unitId === null ? 'a booking of' : `unit ${unitId} of`;
        return { field: 'prices', what: `a price for ${whose} option ${option.id}` };
      });
  });

const lackingTexts = ({ texts }: ProductView): readonly Lacking[] =>
  Object.keys(texts).length === 0 ? [{ field: 'texts', what: 'a text in at least one language' }] : [];
