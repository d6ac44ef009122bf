import { cursorAfterHit, type HitPosition, hitPositionOf } from './cursor.ts';
import type { Search, SearchQuery, SearchResult } from './search.ts';

/** An index of vectors beside the one of words: a document has the same id in both. */
export interface MeaningIndex {
  readonly index: string;
  /** Field of the vector. */
  readonly vector: string;
  /** Which vectors can be compared with the query's. */
  readonly keywords: NonNullable<SearchQuery['keywords']>;
  /** What the person means; undefined on further pages, which are of what the first one found. */
  readonly to: ArrayLike<number> | undefined;
}

/** Hits by words whose rank counts; behind them come the other ones in their own order. */
const WORDS_RANKED = 100;
/** Documents that are taken as near: what is farther has nothing to do with the text more often than not. */
const NEAREST = 20;
/** Documents that may be told one by one, as filters of the vectors. */
const MOST_IDS = 1_000;

/** The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009). */
const RANK_CONSTANT = 60;
/**
 * How much a rank by words counts beside one by meaning. Whoever types words that products have means these products: they come
 * first, in an order that the meaning has its say in. Where only some words are found, or with typos, they are a hint.
 */
const WORDS_WEIGHT = { all: 4, some: 0.1 } as const;

/** What the first page found near, and where the words go on: kept in the cursor, so that pages fit together. */
interface Memo {
  readonly near: readonly string[];
  readonly rest?: string;
}

export interface HybridResult extends SearchResult {
  /** Documents that the words alone find. */
  readonly wordsTotal: number;
}

type Hit = SearchResult['hits'][number];

/** Whether further pages of the query are to be asked for by `hybridQuery`. @throws InvalidCursorError */
export const isHybridPage = (query: SearchQuery): boolean =>
  query.after !== undefined && memoOf(hitPositionOf(query, query.after)) !== undefined;

/**
 * Documents by words and by meaning, in one order by reciprocal rank fusion; never by limits on cosines, which lie too close together.
 * What is found is what the words find and the 20 nearest besides, under the same filters: total and facets count both. The query
 * has a text and no sort; `score` is the fused one.
 * @throws InvalidCursorError, SearchUnavailableError
 */
export const hybridQuery = async (
  search: Search,
  wordsIndex: string,
  meaning: MeaningIndex,
  query: SearchQuery,
): Promise<HybridResult> => {
  const { after, ...first } = query;
  const position = after === undefined ? undefined : hitPositionOf(query, after);
  const memo = position && memoOf(position);
  const near = memo?.near ?? (await nearestIds(search, wordsIndex, meaning, first));
  const found = await rankedBoth(search, wordsIndex, first, near);
  const { total, wordsTotal, facets, words } = found;
  const answer = { total, wordsTotal, facets, ...(words === undefined ? {} : { words }) };
  if (query.limit === 0) return { ...answer, hits: [] };

  const next = (hit: Hit | undefined, at: number, rest: string | undefined) =>
    cursorAfterHit(query, { id: hit?.id ?? '', value: at, memo: { near, ...(rest === undefined ? {} : { rest }) } });
  if (memo?.rest !== undefined) {
    const { hits, next: rest } = await wordsBehind(search, wordsIndex, first, memo.rest, near);
    return { ...answer, hits, ...(rest === undefined ? {} : { next: next(hits.at(-1), 0, rest) }) };
  }
  // Ranks move as documents are written: the page goes on where its last hit stands now.
  const last = position === undefined ? -1 : found.hits.findIndex(({ id }) => id === position.id);
  const from = last >= 0 ? last + 1 : (position?.value ?? 0);
  const hits = found.hits.slice(from, from + query.limit);
  const end = from + hits.length;
  if (end < found.hits.length) return { ...answer, hits, next: next(hits.at(-1), end, undefined) };
  return { ...answer, hits, ...(found.rest === undefined ? {} : { next: next(hits.at(-1), end, found.rest) }) };
};

/** The memo of a cursor, which may have been forged: it can name nothing that the filters do not let through. */
const memoOf = ({ memo }: HitPosition): Memo | undefined => {
  if (typeof memo !== 'object' || memo === null) return undefined;
  const { near, rest } = memo as { near?: unknown; rest?: unknown };
  if (!Array.isArray(near) || near.length > NEAREST || !near.every((id) => typeof id === 'string')) return undefined;
  return { near, ...(typeof rest === 'string' ? { rest } : {}) };
};

/** The nearest that pass the filters, which only the index of words knows. */
const nearestIds = async (
  search: Search,
  wordsIndex: string,
  { index, vector, keywords, to }: MeaningIndex,
  query: SearchQuery,
): Promise<readonly string[]> => {
  const { tenant } = query;
  if (to === undefined) return [];
  const nearest = async (limit: number, ids?: readonly string[]): Promise<readonly string[]> => {
    const asked = { tenant, keywords, nearest: { vector, to }, limit };
    return idsOf((await search.query(index, ids === undefined ? asked : { ...asked, ids })).hits);
  };
  if (!isFiltered(query)) return nearest(NEAREST);
  const passing = await search.query(wordsIndex, { ...filtersOf(query), limit: MOST_IDS });
  if (passing.total <= MOST_IDS) return nearest(NEAREST, idsOf(passing.hits));
  const ids = await nearest(MOST_IDS);
  const passed = new Set(idsOf((await search.query(wordsIndex, { ...filtersOf(query), ids, limit: MOST_IDS })).hits));
  return ids.filter((id) => passed.has(id)).slice(0, NEAREST);
};

interface RankedBoth extends Omit<HybridResult, 'next'> {
  /** Cursor of the words behind those that were ranked. */
  readonly rest: string | undefined;
}

const rankedBoth = async (
  search: Search,
  wordsIndex: string,
  query: SearchQuery,
  near: readonly string[],
): Promise<RankedBoth> => {
  const byWords = await search.query(wordsIndex, { ...query, limit: WORDS_RANKED });
  const ranked = new Set(idsOf(byWords.hits));
  const unranked = near.filter((id) => !ranked.has(id));
  // Near ones may have the words too, far behind: they are counted already.
  const behind =
    byWords.next === undefined || unranked.length === 0
      ? []
      : (await search.query(wordsIndex, { ...query, facets: [], ids: unranked, limit: NEAREST })).hits;
  const counted = new Set(idsOf(behind));
  const besides = await search.query(wordsIndex, {
    ...filtersOf(query),
    ids: unranked.filter((id) => !counted.has(id)),
    facets: query.facets ?? [],
    limit: NEAREST,
  });
  const hits = new Map([...byWords.hits, ...behind, ...besides.hits].map((hit) => [hit.id, hit]));
  const scores = fused([
    { ids: idsOf(byWords.hits), weight: WORDS_WEIGHT[byWords.words ?? 'some'] },
    { ids: near.filter((id) => hits.has(id)), weight: 1 },
  ]);
  return {
    total: byWords.total + besides.total,
    wordsTotal: byWords.total,
    facets: summed(byWords.facets, besides.facets),
    ...(byWords.words === undefined ? {} : { words: byWords.words }),
    hits: [...hits.values()]
      .map((hit) => ({ ...hit, score: scores.get(hit.id) ?? 0 }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)),
    rest: byWords.next,
  };
};

/** Hits by words that are not among the near ones, which were shown before. */
const wordsBehind = async (
  search: Search,
  wordsIndex: string,
  query: SearchQuery,
  rest: string,
  near: readonly string[],
): Promise<Pick<SearchResult, 'hits' | 'next'>> => {
  const shown = new Set(near);
  for (let after: string | undefined = rest; after !== undefined; ) {
    // Ranked hits were asked for by another limit, which a cursor does not hang on.
    const page: SearchResult = await search.query(wordsIndex, { ...query, facets: [], after });
    const hits = page.hits.filter(({ id }) => !shown.has(id)).map((hit) => ({ ...hit, score: 0 }));
    after = page.next;
    if (hits.length > 0) return { hits, ...(after === undefined ? {} : { next: after }) };
  }
  return { hits: [] };
};

/** Reciprocal rank fusion: an id's score is the sum of weight / (60 + rank) over the lists that it is in. */
const fused = (
  lists: readonly { readonly ids: readonly string[]; readonly weight: number }[],
): ReadonlyMap<string, number> => {
  const scores = new Map<string, number>();
  for (const { ids, weight } of lists)
    for (const [at, id] of ids.entries()) scores.set(id, (scores.get(id) ?? 0) + weight / (RANK_CONSTANT + at + 1));
  return scores;
};

const idsOf = (hits: readonly Hit[]): string[] => hits.map(({ id }) => id);

const filtersOf = ({ tenant, locale, keywords, ranges, near, ids }: SearchQuery): Omit<SearchQuery, 'limit'> => ({
  tenant,
  ...(locale === undefined ? {} : { locale }),
  ...(keywords === undefined ? {} : { keywords }),
  ...(ranges === undefined ? {} : { ranges }),
  ...(near === undefined ? {} : { near }),
  ...(ids === undefined ? {} : { ids }),
});

const isFiltered = ({ keywords = {}, ranges = {}, near, ids }: SearchQuery): boolean =>
  Object.keys(keywords).length > 0 || Object.keys(ranges).length > 0 || near?.within !== undefined || ids !== undefined;

/** Facets of documents that are in one of the two only. */
const summed = (one: SearchResult['facets'], other: SearchResult['facets']): SearchResult['facets'] =>
  Object.fromEntries(
    Object.entries(one).map(([field, values]) => {
      const counts = new Map(values.map(({ value, count }) => [value, count]));
      for (const { value, count } of other[field] ?? []) counts.set(value, (counts.get(value) ?? 0) + count);
      const all = [...counts].map(([value, count]) => ({ value, count }));
      return [field, all.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))];
    }),
  );
