import type { Price } from '../events/catalogue.ts';
import type { Money } from '../money.ts';
import type { ProductView } from '../views/product.ts';

/**
 * Lowest retail price of an adult, in one option or in all; of any unit where no unit is for adults; of the whole booking
 * where the product is priced so. Null where nothing is priced.
 */
export const lowestPrice = (product: ProductView, optionId?: string): Money | null => {
  const { prices, details } = product;
  const options = product.options.filter(({ id }) => optionId === undefined || id === optionId);
  const adults = new Set(
    options.flatMap(({ units }) => units.filter(({ type }) => type === 'ADULT').map(({ id }) => id)),
  );
  const all = options.flatMap(({ id }) => prices[id] ?? []);
  const ofAdults = all.filter(({ unitId }) => unitId !== null && adults.has(unitId));
  const amount = lowest(ofAdults.length > 0 ? ofAdults : all);
  return amount === undefined ? null : { amount, currency: details.currency };
};

const lowest = (prices: readonly Price[]): number | undefined =>
  prices.reduce<number | undefined>(
    (least, { retail }) => (least === undefined || retail < least ? retail : least),
    undefined,
  );
