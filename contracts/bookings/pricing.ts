import type { Pricing } from '../events/bookings.ts';
import type { Price } from '../events/catalogue.ts';
import type { PriceAdjustment } from '../events/departures.ts';
import type { ProductView } from '../views/product.ts';

/** A price of the catalogue as a pricing in the product's currency. */
export const pricingOf = (price: Price, currency: string): Pricing => ({
  original: price.original,
  retail: price.retail,
  net: price.net,
  currency,
  includedTaxes: price.includedTaxes,
});

/**
 * The price of a unit of an option; with `null`, of the whole booking. Undefined: it has none, so it can't be sold.
 * @param adjustment of the departure that it is sold for; null: the list's price
 */
export const priceOf = (
  product: ProductView,
  optionId: string,
  unitId: string | null,
  adjustment: PriceAdjustment | null,
): Price | undefined => {
  const listed = product.prices[optionId]?.find((price) => price.unitId === unitId);
  return listed === undefined || adjustment === null ? listed : { ...listed, ...adjusted(listed, adjustment) };
};

/** An amount of the list as a departure with this adjustment sells it, rounded to minor units. */
export const adjustedAmount = (amount: number, adjustment: PriceAdjustment | null): number =>
  adjustment === null ? amount : Math.round((amount * adjustment.price) / adjustment.listPrice);

type Amounts = Pick<Price, 'original' | 'retail' | 'net'>;

/** Original is the price before any discount (OCTO), so it is never under what is asked. */
const adjustedAmounts = ({ original, retail, net }: Amounts, adjustment: PriceAdjustment): Amounts => {
  const asked = adjustedAmount(retail, adjustment);
  return {
    original: Math.max(original, asked),
    retail: asked,
    net: net === null ? null : adjustedAmount(net, adjustment),
  };
};

const adjusted = (price: Price, adjustment: PriceAdjustment): Amounts & Pick<Price, 'includedTaxes'> => ({
  ...adjustedAmounts(price, adjustment),
  includedTaxes: price.includedTaxes.map((tax) => ({ ...tax, ...adjustedAmounts(tax, adjustment) })),
});

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
