import { z } from 'zod';
import { money } from '../money.ts';
import { locale } from '../texts.ts';

/** Fields of the product search that can be filtered by and counted as facets. Only published products are in it. */
export const PRODUCT_FACETS = ['category', 'city', 'country', 'currency', 'availabilityType'] as const;
export const productFacet = z.enum(PRODUCT_FACETS);
export type ProductFacet = z.infer<typeof productFacet>;

/** Numbers of the product search: lowest retail price in minor units of `currency`, and when it was made, in epoch milliseconds. */
export const PRODUCT_NUMBERS = ['priceFrom', 'createdAt'] as const;

/** What a hit brings with it, to be shown without reading the product. */
export const productHit = z.object({
  id: z.string(),
  titles: z.partialRecord(locale, z.string()),
  shortDescriptions: z.partialRecord(locale, z.string()),
  categories: z.array(z.string()),
  city: z.string().nullable(),
  country: z.string().nullable(),
  /** Address of the cover picture. */
  cover: z.string().nullable(),
  /** Lowest retail price of an adult, or of any unit where none is for adults. */
  priceFrom: money.nullable(),
});
export type ProductHit = z.infer<typeof productHit>;
