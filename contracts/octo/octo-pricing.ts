import { z } from 'zod';
import type { Pricing } from '../events/bookings.ts';
import { currencyPrecision } from '../money.ts';

const amounts = { original: z.int(), retail: z.int(), net: z.int().nullable() };

/** A price of the OCTO capability `octo/pricing`, in minor units. */
export const octoPricing = z.object({
  ...amounts,
  currency: z.string(),
  currencyPrecision: z.int(),
  includedTaxes: z.array(z.object({ name: z.string(), ...amounts })),
});
export type OctoPricing = z.infer<typeof octoPricing>;

/** A pricing as OCTO writes it. */
export const toOctoPricing = (pricing: Pricing): OctoPricing => ({
  original: pricing.original,
  retail: pricing.retail,
  net: pricing.net,
  currency: pricing.currency,
  currencyPrecision: currencyPrecision(pricing.currency),
  includedTaxes: pricing.includedTaxes,
});
