import { z } from 'zod';
import { media, option, price, productDetails, productTexts } from '../events/catalogue.ts';
import { locale } from '../texts.ts';

/** A product as its events tell it: the product page, the state that commands decide on, and what OCTO shows are all made of this. */
export const productView = z.object({
  id: z.string(),
  tenant: z.string(),
  details: productDetails,
  options: z.array(option),
  /** Option id -> its prices. */
  prices: z.record(z.string(), z.array(price)),
  texts: z.partialRecord(locale, productTexts),
  media: z.array(media),
  published: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type ProductView = z.infer<typeof productView>;
