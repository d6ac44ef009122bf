import { z } from 'zod';
import type { Price } from '../../contracts/events/catalogue.ts';
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
    priceFrom: priceFrom(product),
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
    priceFrom: priceFrom(product),
    published: product.published,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
  };
};

/**
 * Lowest retail price of an adult in an option (in all options where none is named); of any unit where no unit is for
 * adults; of the whole booking where the product is priced so. Null where nothing is priced.
 */
export const priceFrom = (product: ProductView, optionId?: string): z.infer<typeof money> | null => {
  const options = product.options.filter(({ id }) => optionId === undefined || id === optionId);
  const adults = new Set(
    options.flatMap(({ units }) => units.filter(({ type }) => type === 'ADULT').map(({ id }) => id)),
  );
  const prices = options.flatMap(({ id }) => product.prices[id] ?? []);
  const ofAdults = prices.filter(({ unitId }) => unitId !== null && adults.has(unitId));
  const amount = lowest(ofAdults.length > 0 ? ofAdults : prices);
  return amount === undefined ? null : { amount, currency: product.details.currency };
};

const lowest = (prices: readonly Price[]): number | undefined =>
  prices.reduce<number | undefined>(
    (least, { retail }) => (least === undefined || retail < least ? retail : least),
    undefined,
  );

const spokenLocale = ({ texts }: ProductView, wanted: Locale): Locale | undefined =>
  [wanted, 'en' as const, ...LOCALES].find((candidate) => texts[candidate] !== undefined);
