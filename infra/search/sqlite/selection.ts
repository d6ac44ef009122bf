import type { HitPosition } from '../cursor.ts';
import type { SearchQuery, SearchResult } from '../search.ts';
import type { DocValues } from './doc-values.ts';

export interface Selection {
  /** Those that pass all filters. */
  readonly documents: readonly number[];
  readonly facets: SearchResult['facets'];
}

/** Filters documents and counts facets in one pass: a document that only one filter refuses counts for that filter's own facet. */
export const select = (values: DocValues, candidates: readonly number[], query: SearchQuery): Selection => {
  const filters = Object.entries(query.keywords ?? {}).map(([field, wanted]) => {
    const column = values.keywords.get(field);
    return { field, column, wanted: new Set(wanted.map((value) => column?.ordinals.get(value))) };
  });
  const ranges = Object.entries(query.ranges ?? {}).map(([field, range]) => ({
    column: values.numbers.get(field),
    range,
  }));
  const facets = (query.facets ?? []).map((field) => {
    const column = values.keywords.get(field);
    return { field, column, counts: new Array<number>(column?.values.length ?? 0).fill(0) };
  });
  const ids = query.ids === undefined ? undefined : new Set(query.ids);
  const within = query.near?.within;
  const isNear = (document: number): boolean =>
    within === undefined || (values.distance(document, query.near) ?? Number.POSITIVE_INFINITY) <= within;
  const documents: number[] = [];
  for (const document of candidates) {
    if (ids !== undefined && !ids.has(values.ids[document] ?? '')) continue;
    const inRanges = ranges.every(({ column, range: { gte = -Infinity, lte = Infinity } }) => {
      const value = column?.[document];
      return value !== undefined && value >= gte && value <= lte;
    });
    if (!inRanges || !isNear(document)) continue;
    const refusing = filters.filter(
      ({ column, wanted }) => !column?.byDocument[document]?.some((value) => wanted.has(value)),
    );
    if (refusing.length > 1) continue;
    const only = refusing[0]?.field;
    if (only === undefined) documents.push(document);
    for (const { field, column, counts } of facets)
      if (only === undefined || only === field)
        for (const value of column?.byDocument[document] ?? []) counts[value] = (counts[value] ?? 0) + 1;
  }
  const counted = facets.map(({ field, column, counts }) => [field, facetOf(column?.values ?? [], counts)]);
  return { documents, facets: Object.fromEntries(counted) as SearchResult['facets'] };
};

const facetOf = (values: readonly string[], counts: readonly number[]): { value: string; count: number }[] =>
  values
    .map((value, at) => ({ value, count: counts[at] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));

/** By value in the direction, those without a value last, then by id. */
export const hitOrder =
  (direction: 1 | -1) =>
  (a: HitPosition, b: HitPosition): number => {
    if (a.value !== b.value) {
      if (a.value === null) return 1;
      if (b.value === null) return -1;
      return direction * (a.value - b.value);
    }
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  };

/** The first `count` hits in order that come after a position. Keeps no more than that many, so that a page of many is cheap. */
export const firstHits = <T extends HitPosition>(
  hits: Iterable<T>,
  order: (a: HitPosition, b: HitPosition) => number,
  count: number,
  after: HitPosition | undefined,
): T[] => {
  const first: T[] = [];
  for (const hit of hits) {
    if (after !== undefined && order(hit, after) <= 0) continue;
    const last = first.at(-1);
    if (first.length === count && (last === undefined || order(hit, last) >= 0)) continue;
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = first[middle];
      if (other !== undefined && order(other, hit) <= 0) low = middle + 1;
      else high = middle;
    }
    first.splice(low, 0, hit);
    if (first.length > count) first.pop();
  }
  return first;
};
