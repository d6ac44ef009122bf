import { z } from 'zod';
import { lowestPrice } from '../../contracts/catalogue/lowest-price.ts';
import { productTexts } from '../../contracts/events/catalogue.ts';
import { money } from '../../contracts/money.ts';
import { inLocale, LOCALES, type Locale, locale } from '../../contracts/texts.ts';
import { type ProductView, productView } from '../../contracts/views/product.ts';

/** A product as people read it: everything its events told, its texts in one language, and the price it starts at. */
export const productPage = productView.extend({
  content: productTexts
    .extend({ locale })
    .nullable()
    .describe('The texts in the language asked for, or in another where there are none in it.'),
  priceFrom: money.nullable().describe('Lowest retail price of an adult, or of any unit where none is for adults.'),
});
export type ProductPage = z.infer<typeof productPage>;

/** A product in a list: without options, media and the other languages. */
export const productSummary = z.object({
  id: z.string(),
  internalName: z.string(),
  reference: z.string().nullable(),
  title: z.string().nullable(),
  shortDescription: z.string().nullable(),
  categories: z.array(z.string()),
  city: z.string().nullable(),
  country: z.string().nullable(),
  availabilityType: productView.shape.details.shape.availabilityType,
  timeZone: z.string(),
  cover: z.string().nullable().describe('Address of the cover picture.'),
  priceFrom: money.nullable(),
  published: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export const toProductPage = (product: ProductView, wanted: Locale): ProductPage => {
  const spoken = spokenLocale(product, wanted);
  const texts = spoken === undefined ? undefined : product.texts[spoken];
  return {
    ...product,
    content: spoken === undefined || texts === undefined ? null : { locale: spoken, ...texts },
    priceFrom: lowestPrice(product),
  };
};

export const toProductSummary = (product: ProductView, wanted: Locale): z.infer<typeof productSummary> => {
  const texts = inLocale(product.texts, wanted);
  const { details } = product;
  return {
    id: product.id,
    internalName: details.internalName,
    reference: details.reference,
    title: texts?.title ?? null,
    shortDescription: texts?.shortDescription ?? null,
    categories: details.categories,
    city: details.location?.city ?? null,
    country: details.location?.country ?? null,
    availabilityType: details.availabilityType,
    timeZone: details.timeZone,
    cover: product.media.find(({ rel }) => rel === 'COVER')?.src ?? null,
    priceFrom: lowestPrice(product),
    published: product.published,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
  };
};

const spokenLocale = ({ texts }: ProductView, wanted: Locale): Locale | undefined =>
  [wanted, 'en' as const, ...LOCALES].find((candidate) => texts[candidate] !== undefined);
