import type { estypes } from '@elastic/elasticsearch';
import type { IndexSchema, SearchQuery } from '../search.ts';

type Query = estypes.QueryDslQueryContainer;

const MOST_FACET_VALUES = 1_000;

/** A search for one more hit than asked for, which tells whether there is a next page. */
export const searchBody = (schema: IndexSchema, query: SearchQuery, ranking: Query | undefined) => {
  const facets = query.facets ?? [];
  const wanted = Object.entries(query.keywords ?? {});
  const filterOf = ([field, values]: (typeof wanted)[number]): Query => ({
    terms: { [`keywords.${field}`]: [...values] },
  });
  // A facet is counted without its own filter: filters of facets only come after counting.
  const late = wanted.filter(([field]) => facets.includes(field));
  const early = wanted.filter(([field]) => !facets.includes(field)).map(filterOf);
  const ranges = Object.entries(query.ranges ?? {}).map(([field, range]) => rangeOf(`numbers.${field}`, range));
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
      bool: { filter: [tenantOf(query), ...early, ...ranges], ...(ranking === undefined ? {} : { must: [ranking] }) },
    },
    ...(late.length === 0 ? {} : { post_filter: { bool: { filter: late.map(filterOf) } } }),
    ...(facets.length === 0 ? {} : { aggs: Object.fromEntries(facets.map((field) => [field, values(field)])) }),
    sort: sortOf(schema, query, ranking),
    track_scores: ranking !== undefined,
    track_total_hits: true,
    size: query.limit === 0 ? 0 : query.limit + 1,
    _source: ranking === undefined ? ['source'] : ['source', 'texts'],
  };
};

export const tenantOf = ({ tenant }: SearchQuery): Query => ({ term: { tenant } });

/** No bounds ask for any number. */
const rangeOf = (field: string, { gte, lte }: { readonly gte?: number; readonly lte?: number }): Query =>
  gte === undefined && lte === undefined
    ? { exists: { field } }
    : { range: { [field]: { ...(gte === undefined ? {} : { gte }), ...(lte === undefined ? {} : { lte }) } } };

export const sortOf = (
  { dates = [] }: IndexSchema,
  { sort }: SearchQuery,
  ranking: Query | undefined,
): estypes.SortCombinations[] => {
  if (sort !== undefined) {
    const order = sort.direction === 1 ? 'asc' : 'desc';
    const unmapped_type = dates.includes(sort.number) ? 'date' : 'double';
    return [{ [`numbers.${sort.number}`]: { order, missing: '_last', unmapped_type } }, { id: 'asc' }];
  }
  return [...(ranking === undefined ? [] : [{ _score: { order: 'desc' as const } }]), { id: 'asc' }];
};

/** What `search_after` must be to go on behind a hit. */
export const searchAfter = (
  { dates = [] }: IndexSchema,
  { sort }: SearchQuery,
  ranking: Query | undefined,
  { value, id }: { readonly value: number | null; readonly id: string },
): estypes.SortResults => {
  if (sort === undefined) return ranking === undefined ? [id] : [value ?? 0, id];
  if (value !== null) return [value, id];
  // Where documents without the number stand: at the far end of its type.
  const end = dates.includes(sort.number)
    ? sort.direction === 1
      ? '9223372036854775807'
      : '-9223372036854775808'
    : sort.direction === 1
      ? 'Infinity'
      : '-Infinity';
  return [end, id];
};

/** What a hit is ordered by; null where it lacks the number. */
export const orderedBy = ({ sort }: SearchQuery, hit: estypes.SearchHit<unknown>): number | null => {
  if (sort === undefined) return hit._score ?? 0;
  const value = hit.sort?.[0];
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : null;
};
