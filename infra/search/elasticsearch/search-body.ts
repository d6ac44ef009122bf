import type { estypes } from '@elastic/elasticsearch';
import { LATEST } from '../check.ts';
import type { IndexSchema, SearchQuery } from '../search.ts';

type Query = estypes.QueryDslQueryContainer;

const MOST_FACET_VALUES = 1_000;

/** A search for one more hit than asked for, which tells whether there is a next page. */
export const searchBody = (schema: IndexSchema, query: SearchQuery, ranking: Query | undefined) => {
  const facets = query.facets ?? [];
  const wanted = Object.entries(query.keywords ?? {});
  // A facet is counted without its own filter: filters of facets only come after counting.
  const late = wanted.filter(([field]) => facets.includes(field));
  const early = wanted.filter(([field]) => !facets.includes(field)).map(filterOf);
  const values = (field: string): estypes.AggregationsAggregationContainer => ({
    filter: { bool: { filter: late.filter(([other]) => other !== field).map(filterOf) } },
    aggs: {
      values: {
        terms: { field: `keywords.${field}`, size: MOST_FACET_VALUES, order: [{ _count: 'desc' }, { _key: 'asc' }] },
      },
    },
  });
  return {
    query: {
      bool: {
        filter: [...placesAndNumbers(schema, query), ...early],
        ...(ranking === undefined ? {} : { must: [ranking] }),
      },
    },
    ...(late.length === 0 ? {} : { post_filter: { bool: { filter: late.map(filterOf) } } }),
    ...(facets.length === 0 ? {} : { aggs: Object.fromEntries(facets.map((field) => [field, values(field)])) }),
    sort: sortOf(schema, query, ranking),
    track_scores: ranking !== undefined,
    track_total_hits: true,
    size: query.limit === 0 ? 0 : query.limit + 1,
    _source: ['source', ...(ranking === undefined ? [] : ['texts']), ...(query.near === undefined ? [] : ['points'])],
  };
};

const filterOf = ([field, values]: readonly [string, readonly string[]]): Query => ({
  terms: { [`keywords.${field}`]: [...values] },
});

/** Every filter of the query, the tenant's among them. */
export const filtersOf = (schema: IndexSchema, query: SearchQuery): Query[] => [
  ...placesAndNumbers(schema, query),
  ...Object.entries(query.keywords ?? {}).map(filterOf),
];

/** The filters but those of keywords. */
const placesAndNumbers = (schema: IndexSchema, query: SearchQuery): Query[] => {
  const ranges = Object.entries(query.ranges ?? {}).map(([field, { gte, lte }]) =>
    // An instant between two ms is none that a date field takes.
    rangeOf(
      `numbers.${field}`,
      schema.dates?.includes(field) ? { gte: gte && Math.ceil(gte), lte: lte && Math.floor(lte) } : { gte, lte },
    ),
  );
  const near =
    query.near === undefined || query.near.within === undefined ? [] : [withinOf(query.near, query.near.within)];
  const ids = query.ids === undefined ? [] : [{ terms: { id: [...query.ids] } }];
  return [tenantOf(query), ...ranges, ...near, ...ids];
};

type Near = NonNullable<SearchQuery['near']>;
const pointField = ({ point }: Near): string => `points.${point}`;
const placeOf = ({ lat, lon }: Near) => ({ lat, lon });
const withinOf = (near: Near, meters: number): Query => ({
  geo_distance: { distance: `${meters}m`, [pointField(near)]: placeOf(near) },
});

export const tenantOf = ({ tenant }: SearchQuery): Query => ({ term: { tenant } });

/** No bounds ask for any number. */
const rangeOf = (field: string, { gte, lte }: { readonly [bound in 'gte' | 'lte']: number | undefined }): Query =>
  gte === undefined && lte === undefined
    ? { exists: { field } }
    : { range: { [field]: { ...(gte === undefined ? {} : { gte }), ...(lte === undefined ? {} : { lte }) } } };

export const sortOf = (
  schema: IndexSchema,
  { sort, near }: SearchQuery,
  ranking: Query | undefined,
): estypes.SortCombinations[] => {
  if (sort === 'distance' && near !== undefined)
    return [{ _geo_distance: { [pointField(near)]: placeOf(near), order: 'asc', unit: 'm' } }, { id: 'asc' }];
  if (sort !== undefined && sort !== 'distance') {
    const missing = endOf(schema, sort);
    return [{ [`numbers.${sort.number}`]: { order: sort.direction === 1 ? 'asc' : 'desc', missing } }, { id: 'asc' }];
  }
  return [...(ranking === undefined ? [] : [{ _score: { order: 'desc' as const } }]), { id: 'asc' }];
};

/** Where documents without the number stand: at the far end of its type. */
const endOf = ({ dates = [] }: IndexSchema, sort: NonNullable<SearchQuery['sort']>): string | number => {
  if (sort === 'distance') return 'Infinity';
  const { number, direction } = sort;
  if (dates.includes(number)) return direction * LATEST;
  return direction === 1 ? 'Infinity' : '-Infinity';
};

/** What `search_after` must be to go on behind a hit. */
export const searchAfter = (
  schema: IndexSchema,
  { sort }: SearchQuery,
  ranking: Query | undefined,
  { value, id }: { readonly value: number | null; readonly id: string },
): estypes.SortResults => {
  if (sort === undefined) return ranking === undefined ? [id] : [value ?? 0, id];
  return [value ?? endOf(schema, sort), id];
};

/** What a hit is ordered by; null where it lacks the number. */
export const orderedBy = (
  schema: IndexSchema,
  { sort }: SearchQuery,
  hit: estypes.SearchHit<unknown>,
): number | null => {
  if (sort === undefined) return hit._score ?? 0;
  const value = hit.sort?.[0];
  return typeof value === 'number' && value !== endOf(schema, sort) ? value : null;
};
