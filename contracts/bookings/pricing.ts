import type { Pricing } from '../events/bookings.ts';
import type { Price } from '../events/catalogue.ts';
import type { ProductView } from '../views/product.ts';

/** A price of the catalogue as a pricing in the product's currency. */
export const pricingOf = (price: Price, currency: string): Pricing => ({
  original: price.original,
  retail: price.retail,
  net: price.net,
  currency,
  includedTaxes: price.includedTaxes,
});

/** The price of a unit of an option; with `null`, of the whole booking. Undefined: it has none, so it can't be sold. */
export const priceOf = (product: ProductView, optionId: string, unitId: string | null): Price | undefined =>
  product.prices[optionId]?.find((price) => price.unitId === unitId);

/** The sum in minor units. Net is null as soon as one net is not known; taxes of one name are added up. */
export const sumPricing = (parts: readonly Pricing[], currency: string): Pricing => {
  const total: Pricing = { original: 0, retail: 0, net: 0, currency, includedTaxes: [] };
  for (const part of parts) {
    total.original += part.original;
    total.retail += part.retail;
    total.net = plus(total.net, part.net);
    for (const tax of part.includedTaxes) {
      const same = total.includedTaxes.find(({ name }) => name === tax.name);
      if (same === undefined) {
        total.includedTaxes.push({ ...tax });
        continue;
      }
      same.original += tax.original;
      same.retail += tax.retail;
      same.net = plus(same.net, tax.net);
    }
  }
  return total;
};

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);
