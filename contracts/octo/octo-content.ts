import { z } from 'zod';
import { feature, media, type ProductTexts } from '../events/catalogue.ts';
import { inLocale, LOCALES, type Locale } from '../texts.ts';
import type { ProductView } from '../views/product.ts';

const nullable = z.string().nullable();
const location = z.object({
  title: nullable,
  shortDescription: nullable,
  types: z.array(z.enum(['START', 'ITINERARY_ITEM', 'POINT_OF_INTEREST', 'ADMISSION_INCLUDED', 'END', 'REDEMPTION'])),
  minutesTo: z.int().nullable(),
  minutesAt: z.int().nullable(),
  place: z.object({
    latitude: z.number(),
    longitude: z.number(),
    postalAddress: z.object({
      streetAddress: nullable,
      addressLocality: nullable,
      addressRegion: nullable,
      postalCode: nullable,
      addressCountry: nullable,
      postOfficeBoxNumber: nullable,
    }),
    identifiers: z.record(z.string(), nullable),
    sameAs: z.array(z.string()),
  }),
});

/** Category labels of the standard. Other labels of ours are not shown. */
const categoryLabel = z.enum([
  'multi-day',
  'city-cards',
  'adults-only',
  'animals',
  'audio-guide',
  'beaches',
  'bike-tours',
  'boat-tours',
  'classes',
  'day-trips',
  'family-friendly',
  'fast-track',
  'food',
  'guided-tours',
  'history',
  'hop-on-hop-off',
  'literature',
  'live-music',
  'museums',
  'nightlife',
  'outdoors',
  'private-tours',
  'romantic',
  'recurring-events',
  'self-guided',
  'small-group-tours',
  'sports',
  'theme-parks',
  'walking-tours',
  'wheelchair-accessible',
  'accommodation-included',
  'trip-difficulty-easy',
  'trip-difficulty-medium',
  'trip-difficulty-hard',
]);

/** What the OCTO capability `octo/content` adds to a product and to an option. */
export const octoContent = z.object({
  title: z.string(),
  shortDescription: nullable,
  description: nullable,
  features: z.array(feature),
  faqs: z.array(z.object({ question: z.string(), answer: z.string() })),
  media: z.array(media),
  locations: z.array(location),
  categoryLabels: z.array(categoryLabel),
  durationMinutesFrom: z.int(),
  durationMinutesTo: z.int().nullable(),
  commentary: z.array(
    z.object({ format: z.enum(['IN_PERSON', 'RECORDED_AUDIO', 'WRITTEN', 'OTHER']), language: z.string() }),
  ),
});
export type OctoContent = z.infer<typeof octoContent>;

const NO_IDENTIFIERS = {
  googlePlaceId: null,
  applePlaceId: null,
  tripadvisorLocationId: null,
  yelpPlaceId: null,
  facebookPlaceId: null,
  foursquarePlaceId: null,
  baiduPlaceId: null,
  amapPlaceId: null,
};

/** The texts of a product in the wanted language, or in another where there are none in it. */
export const textsOf = (product: ProductView, locale: Locale): ProductTexts =>
  inLocale(product.texts, locale) ?? {
    title: product.details.internalName,
    shortDescription: null,
    description: null,
    features: [],
  };

/** Languages that a product has texts in. */
export const localesOf = (product: ProductView): readonly Locale[] =>
  LOCALES.filter((locale) => product.texts[locale] !== undefined);

/** The language of what `textsOf` finds. */
export const localeOf = (product: ProductView, wanted: Locale): Locale =>
  inLocale(Object.fromEntries(localesOf(product).map((locale) => [locale, locale])), wanted) ?? wanted;

/** The content of a product. @param durations shortest and longest of what it is about, in minutes. */
export const toOctoContent = (
  product: ProductView,
  locale: Locale,
  durations: readonly [from: number, to: number],
): OctoContent => {
  const { title, shortDescription, description, features } = textsOf(product, locale);
  const [from, to] = durations;
  return {
    title,
    shortDescription,
    description,
    features,
    faqs: [],
    media: product.media,
    locations: locationsOf(product),
    categoryLabels: product.details.categories.flatMap((label) => {
      const known = categoryLabel.options.find((option) => option === label);
      return known === undefined ? [] : [known];
    }),
    durationMinutesFrom: from,
    durationMinutesTo: to === from ? null : to,
    commentary: [],
  };
};

const locationsOf = ({ details: { location: at } }: ProductView): OctoContent['locations'] =>
  at === null
    ? []
    : [
        {
          title: at.title,
          shortDescription: null,
          types: ['START'],
          minutesTo: null,
          minutesAt: null,
          place: {
            latitude: at.latitude,
            longitude: at.longitude,
            postalAddress: {
              streetAddress: null,
              addressLocality: at.city,
              addressRegion: null,
              postalCode: null,
              addressCountry: at.country,
              postOfficeBoxNumber: null,
            },
            identifiers: NO_IDENTIFIERS,
            sameAs: [],
          },
        },
      ];
