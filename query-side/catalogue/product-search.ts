import { z } from 'zod';
import { availabilityType } from '../../contracts/events/catalogue.ts';
import { currency, money } from '../../contracts/money.ts';
import { inLocale, type Locale, locale } from '../../contracts/texts.ts';
import { productFacet, productHit } from '../../contracts/views/product-search.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import type { SearchQuery, SearchResult } from '../../infra/search/search.ts';
import { callerOf } from '../reading/caller.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { severalOf, sortBy, sortOf, word } from '../reading/parameters.ts';
import { chooseLocale } from '../reading/preferences.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { type ProductsFound, searchProducts } from './search-by-meaning.ts';

const VIEW = 'product-search';
const path = '/v1/search/products';
const amount = z.coerce.number().int().min(0);

/** Latitude from -90 to 90, longitude from -180 to 180. */
const PLACE = /^-?(90(\.0+)?|[0-8]?\d(\.\d+)?),-?(180(\.0+)?|(1[0-7]\d|\d{1,2})(\.\d+)?)$/;

const searchQuery = z.strictObject({
  q: z
    .string()
    .max(200)
    .optional()
    .describe('What the person typed: any of our languages, with or without accents, typos forgiven.'),
  locale: locale
    .optional()
    .describe('Language of the answer, and the one that counts most. Default: `Accept-Language`, else English.'),
  category: severalOf(word).optional(),
  city: severalOf(word).optional(),
  country: severalOf(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code, like MX')).optional(),
  availabilityType: severalOf(availabilityType).optional(),
  currency: currency.optional(),
  priceMin: amount.optional().describe('Lowest price in minor units of `currency`, which must be given with it.'),
  priceMax: amount.optional().describe('Highest price in minor units of `currency`, which must be given with it.'),
  near: z
    .string()
    .regex(PLACE, 'must be latitude and longitude in degrees, like 21.16,-86.85')
    .optional()
    .describe('Latitude and longitude in degrees, `21.16,-86.85`: distances are from there.'),
  within: z.coerce
    .number()
    .positive()
    .max(20_040_000)
    .optional()
    .describe('Farthest distance in meters from `near`, which must be given with it.'),
  facets: severalOf(productFacet, 'Fields whose values are counted.').optional(),
  sort: z
    .enum(['relevance', 'distance', ...sortBy(['priceFrom', 'createdAt']).options])
    .default('relevance')
    .describe('Best match first, or the nearest to `near`, or by a number.'),
  ...pageParameters,
});
type ProductSearch = z.infer<typeof searchQuery>;

const hit = productHit.omit({ titles: true, shortDescriptions: true }).extend({
  title: z.string().nullable(),
  shortDescription: z.string().nullable(),
  priceFrom: money.nullable(),
  score: z.number(),
  distance: z
    .number()
    .nullable()
    .describe('Meters from `near`; null where that or the place of the product is not given.'),
  highlights: z
    .record(z.string(), z.string())
    .describe('Field and snippet of HTML: the matched words in <em>, all else escaped.'),
});

const searchAnswer = pageOf(hit).extend({
  total: z.int().min(0).describe('Products with the words, and the at most 20 nearest by meaning besides.'),
  searchedBy: z
    .enum(['words', 'words-and-meaning'])
    .describe('By words alone where nothing is typed, another order is asked for, or the text encoder is away.'),
  facets: z
    .record(z.string(), z.array(z.object({ value: z.string(), count: z.int() })))
    .describe('A facet is counted without its own filter, so that other choices show.'),
});

export const productSearchRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path,
    operationId: 'searchProducts',
    summary: 'Search the published products',
    tag: 'Catalogue',
    action: 'catalogue:read',
    query: searchQuery,
    responses: { 200: { description: 'A page of hits with facets', schema: searchAnswer } },
    handle: ({ query, context }) => {
      if (query.currency === undefined && (query.priceMin !== undefined || query.priceMax !== undefined))
        return refuse(
          'INVALID_PARAMETER',
          'prices of several currencies cannot be compared: name the currency',
          'currency',
        );
      if (query.near === undefined && (query.within !== undefined || query.sort === 'distance'))
        return refuse('INVALID_PARAMETER', 'distances are from a place: name it', 'near');
      return readViews(deps, [VIEW], context, async () => {
        const wanted = chooseLocale(query.locale, context);
        const { tenant } = callerOf(context);
        const begun = performance.now();
        let found: ProductsFound | undefined;
        const reply = await pageReply(
          // The language goes into the link: the next page is in the same one, whatever its request prefers.
          { path, query: { ...query, locale: wanted }, context },
          async () => {
            found = await searchProducts(deps, toSearchQuery(tenant, query, wanted));
            return { items: found.hits, ...(found.next === undefined ? {} : { next: found.next }) };
          },
          (one) => toHit(one, wanted),
        );
        if ('refused' in reply || found === undefined) return reply;
        // Another page of the same search is no search of its own.
        if (query.after === undefined)
          deps.searchFigures?.record({
            tenant,
            text: query.q ?? '',
            locale: wanted,
            hits: found.wordsTotal,
            milliseconds: performance.now() - begun,
          });
        return {
          body: {
            ...(reply.body as object),
            total: found.total,
            searchedBy: found.searchedBy,
            facets: found.facets,
          },
          headers: { ...reply.headers, vary: 'Accept-Language' },
        };
      });
    },
  });

const toSearchQuery = (tenant: string, query: ProductSearch, wanted: Locale): SearchQuery => {
  const [lat = 0, lon = 0] = query.near?.split(',').map(Number) ?? [];
  const keywords = {
    category: query.category,
    city: query.city,
    country: query.country,
    availabilityType: query.availabilityType,
    currency: query.currency === undefined ? undefined : [query.currency],
  };
  const price = {
    ...(query.priceMin === undefined ? {} : { gte: query.priceMin }),
    ...(query.priceMax === undefined ? {} : { lte: query.priceMax }),
  };
  return {
    tenant,
    text: query.q ?? '',
    locale: wanted,
    keywords: Object.fromEntries(Object.entries(keywords).filter(([, values]) => values !== undefined)) as Record<
      string,
      string[]
    >,
    ranges: Object.keys(price).length === 0 ? {} : { priceFrom: price },
    facets: query.facets ?? [],
    ...(query.near === undefined
      ? {}
      : { near: { point: 'location', lat, lon, ...(query.within === undefined ? {} : { within: query.within }) } }),
    ...orderOf(query.sort),
    ...pageAsked(query),
  };
};

const orderOf = (sort: ProductSearch['sort']): Pick<SearchQuery, 'sort'> => {
  if (sort === 'relevance') return {};
  if (sort === 'distance') return { sort };
  const [number, direction] = sortOf(sort);
  return { sort: { number, direction } };
};

const toHit = (
  { source, score, distance, highlights }: SearchResult['hits'][number],
  wanted: Locale,
): z.infer<typeof hit> => {
  const { titles, shortDescriptions, ...rest } = productHit.parse(source);
  return {
    ...rest,
    title: inLocale(titles, wanted) ?? null,
    shortDescription: inLocale(shortDescriptions, wanted) ?? null,
    score,
    distance: distance ?? null,
    highlights,
  };
};
