import type { Client, estypes } from '@elastic/elasticsearch';
import { cursorAfterHit, type HitPosition, hitPositionOf } from '../cursor.ts';
import { distanceBetween } from '../distance.ts';
import { highlightsOf } from '../highlight.ts';
import type { IndexSchema, SearchQuery, SearchResult } from '../search.ts';
import type { StoredDocument } from './bulk.ts';
import { persistently } from './calls.ts';
import { closePointInTime, inPointInTime, isGone, memoOf, openPointInTime } from './paging.ts';
import { orderedBy, searchAfter, searchBody, sortOf, tenantOf } from './search-body.ts';
import { EXACT, type Plan, TextQuery } from './text-query.ts';

type Hit = Pick<StoredDocument, 'source' | 'texts' | 'points'>;
type Found = estypes.SearchResponse<Hit>;

interface Page {
  readonly found: Found;
  readonly plan: Plan;
  readonly pit?: string;
}

/** One query, which takes one request where all words are known, and some more where there are typos. */
export class QueryRun {
  readonly #client: Client;
  readonly #index: string;
  readonly #schema: IndexSchema;
  readonly #query: SearchQuery;
  readonly #deadline: number;
  readonly #text: TextQuery | undefined;

  constructor(client: Client, index: string, schema: IndexSchema, query: SearchQuery, withinMs: number) {
    this.#client = client;
    this.#index = index;
    this.#schema = schema;
    this.#query = query;
    this.#deadline = Date.now() + withinMs;
    const text = query.text?.trim() ?? '';
    this.#text = text === '' ? undefined : new TextQuery(schema, text, query.locale);
  }

  /** @throws SearchUnavailableError, InvalidCursorError; ResponseError 404 when there is no such index. */
  async result(): Promise<SearchResult> {
    const { after, limit, locale } = this.#query;
    const position = after === undefined ? undefined : hitPositionOf(this.#query, after);
    const page = position === undefined ? await this.#firstPage() : await this.#pageBehind(position);
    const { found, plan, pit } = page;
    const shown = found.hits.hits.slice(0, limit);
    const isMatch = this.#text?.matcher(plan);
    const end = shown.at(-1);
    const hasNext = found.hits.hits.length > shown.length && end !== undefined;
    if (!hasNext && pit !== undefined) await closePointInTime(this.#client, pit);
    return {
      total: totalOf(found),
      ...(this.#text === undefined ? {} : { words: isExact(plan, this.#text) ? 'all' : 'some' }),
      hits: shown.map(({ _id = '', _score, _source }) => ({
        id: _id,
        score: _score ?? 0,
        source: _source?.source ?? {},
        highlights: isMatch === undefined ? {} : highlightsOf(_source?.texts ?? {}, isMatch, locale),
        ...distanceTo(_source?.points, this.#query.near),
      })),
      facets: facetsOf(this.#query, found),
      ...(hasNext
        ? {
            next: cursorAfterHit(this.#query, {
              id: end._id ?? '',
              value: orderedBy(this.#schema, this.#query, end),
              memo: { plan, ...(pit === undefined ? {} : { pit }) },
            }),
          }
        : {}),
    };
  }

  /**
   * Looks for documents with all words first. Only where there is none it is asked which words are unknown, to look for these
   * with typos, and then for any of the words.
   */
  async #firstPage(): Promise<Page> {
    const found = await this.#search(EXACT);
    if (this.#text === undefined || this.#text.words.length === 0 || totalOf(found) > 0) return { found, plan: EXACT };
    const unknown = await this.#unknownWords(this.#text);
    if (unknown === undefined) return { found, plan: EXACT };
    const all = { all: true, unknown };
    const plan = unknown.length > 0 && (await this.#hasAny(this.#text.ranking(all))) ? all : { all: false, unknown };
    return { found: await this.#search(plan), plan };
  }

  /** The places of words that the tenant has nowhere; undefined when a document has them all, which a filter left out. */
  async #unknownWords(text: TextQuery): Promise<number[] | undefined> {
    const words = text.words.map((_, at) => [String(at), text.word(at, false)] as const);
    const counts = await this.#call((requestTimeout) =>
      this.#client.search<unknown, { words: { buckets: Record<string, { doc_count: number }> } }>(
        {
          index: this.#index,
          size: 0,
          query: tenantOf(this.#query),
          aggs: { words: { filters: { filters: { ...Object.fromEntries(words), all: text.ranking(EXACT) } } } },
        },
        { requestTimeout },
      ),
    );
    const buckets = counts.aggregations?.words.buckets ?? {};
    if ((buckets.all?.doc_count ?? 0) > 0) return undefined;
    return words.flatMap(([name], at) => (buckets[name]?.doc_count === 0 ? [at] : []));
  }

  async #hasAny(ranking: estypes.QueryDslQueryContainer): Promise<boolean> {
    const query = { bool: { filter: [tenantOf(this.#query), ranking] } };
    const { count } = await this.#call((requestTimeout) =>
      this.#client.count({ index: this.#index, query, terminate_after: 1 }, { requestTimeout }),
    );
    return count > 0;
  }

  /** Most searches never ask for a second page: only then a point in time is opened, and gone on in. */
  async #pageBehind(position: HitPosition): Promise<Page> {
    const memo = memoOf(position, this.#text?.words.length ?? 0) ?? { plan: EXACT };
    const { plan, pit } = memo;
    if (pit !== undefined)
      try {
        const found = await this.#search(plan, position, pit);
        return { found, plan, pit: found.pit_id ?? pit };
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    const opened = await openPointInTime(this.#client, this.#index, this.#left());
    const found = await this.#search(plan, await this.#now(position, plan, opened), opened);
    return { found, plan, pit: found.pit_id ?? opened };
  }

  /** Scores move as documents are written: the page goes on where its last hit stands now. */
  async #now(position: HitPosition, plan: Plan, pit: string): Promise<HitPosition> {
    const ranking = this.#text?.ranking(plan);
    const same = { term: { id: position.id } };
    const { hits } = await this.#call((requestTimeout) =>
      this.#client.search<unknown>(
        {
          ...inPointInTime(pit),
          query: {
            bool: { filter: [tenantOf(this.#query), same], ...(ranking === undefined ? {} : { must: [ranking] }) },
          },
          sort: sortOf(this.#schema, this.#query, ranking),
          track_scores: ranking !== undefined,
          _source: false,
        },
        { requestTimeout },
      ),
    );
    const hit = hits.hits[0];
    return hit === undefined ? position : { id: position.id, value: orderedBy(this.#schema, this.#query, hit) };
  }

  #search(plan: Plan, behind?: HitPosition, pit?: string): Promise<Found> {
    const ranking = this.#text?.ranking(plan);
    const request: estypes.SearchRequest = {
      ...searchBody(this.#schema, this.#query, ranking),
      ...(pit === undefined ? { index: this.#index } : inPointInTime(pit)),
      ...(behind === undefined ? {} : { search_after: searchAfter(this.#schema, this.#query, ranking, behind) }),
    };
    return this.#call((requestTimeout) => this.#client.search<Hit>(request, { requestTimeout }));
  }

  #call<T>(call: (timeoutMs: number) => Promise<T>): Promise<T> {
    return persistently(this.#left(), call);
  }

  #left(): number {
    return Math.max(1, this.#deadline - Date.now());
  }
}

const isExact = ({ all, unknown }: Plan, { words }: TextQuery): boolean =>
  all && unknown.length === 0 && words.length > 0;

export const distanceTo = (points: Hit['points'], near: SearchQuery['near']): { readonly distance?: number } => {
  const point = near && points?.[near.point];
  return near === undefined || point === undefined ? {} : { distance: distanceBetween(near, point) };
};

const totalOf = ({ hits: { total } }: Found): number => (typeof total === 'number' ? total : (total?.value ?? 0));

const facetsOf = ({ facets = [] }: SearchQuery, found: Found): SearchResult['facets'] => {
  const counted = (found.aggregations ?? {}) as Record<string, { values?: estypes.AggregationsStringTermsAggregate }>;
  return Object.fromEntries(
    facets.map((field) => {
      const buckets = counted[field]?.values?.buckets ?? [];
      return [
        field,
        Array.isArray(buckets) ? buckets.map(({ key, doc_count }) => ({ value: String(key), count: doc_count })) : [],
      ];
    }),
  );
};
