import type { Locale } from '../../contracts/texts.ts';
import { OverloadedError } from '../overloaded-error.ts';

/** Kinds of a field in an index. `text` is analysed in the language of its locale: accents and inflections fold, typos are forgiven. */
export interface IndexSchema {
  readonly name: string;
  /** Localised texts with their weight in ranking. */
  readonly texts: Readonly<Record<string, { readonly boost: number }>>;
  /** Exact values to filter by and to count as facets. */
  readonly keywords: readonly string[];
  /** Numbers to filter (range) and sort by. */
  readonly numbers: readonly string[];
  /** Those of `numbers` that are instants, in whole ms since 1970: for people who read the index with the engine's own tools. */
  readonly dates?: readonly string[];
  /** Places on earth to filter and to sort by their distance. */
  readonly points?: readonly string[];
  /** Vectors to be near to, with the numbers that each is made of (1 to 4,096). */
  readonly vectors?: Readonly<Record<string, number>>;
  /** The text that is completed while a person types it, like a title. */
  readonly completion?: string;
  /**
   * Who reads it; analysts do so with the engine's own tools. The embedded engine has none for them and keeps none of it: there such
   * an index reads as empty.
   */
  readonly readers?: 'analysts';
}

/** In degrees: latitude from -90 to 90, longitude from -180 to 180. */
export interface GeoPoint {
  readonly lat: number;
  readonly lon: number;
}

export interface SearchDocument {
  readonly id: string;
  readonly tenant: string;
  /** External version from 0, increasing: an older one than stored is ignored. */
  readonly version: number;
  readonly texts: Readonly<Record<string, Partial<Record<Locale, string>>>>;
  readonly keywords: Readonly<Record<string, readonly string[]>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly points?: Readonly<Record<string, GeoPoint>>;
  /** Kept in single precision. Not all 0: only their direction counts. */
  readonly vectors?: Readonly<Record<string, readonly number[]>>;
  /** Returned with a hit, not searched. */
  readonly source: Readonly<Record<string, unknown>>;
}

export interface SearchQuery {
  readonly tenant: string;
  /**
   * What the person typed; empty = everything that passes the filters. Documents with all its words, or with any of them when none
   * has all. The last word also matches as a beginning. A word that no document of the tenant has matches with typos: one edit
   * (a swap of neighbours is one) from 4 letters, two from 8.
   */
  readonly text?: string;
  /** The person's language: its texts count most, the other languages still count. */
  readonly locale?: Locale;
  /** All given must match; within one field any of the values. */
  readonly keywords?: Readonly<Record<string, readonly string[]>>;
  readonly ranges?: Readonly<Record<string, { readonly gte?: number; readonly lte?: number }>>;
  /** Keyword fields to count values of. A facet is counted without its own filter, so that other choices show. */
  readonly facets?: readonly string[];
  /** A point field and the place that distances are from. With `within`, in meters, only documents that are no farther. */
  readonly near?: GeoPoint & { readonly point: string; readonly within?: number };
  /**
   * Default: best match first, then id. `distance`: the nearest first, `near` tells to what. Documents without the number or point
   * come last in both directions; ties go by id.
   */
  readonly sort?: { readonly number: string; readonly direction: 1 | -1 } | 'distance';
  /** Only documents with one of these ids, at most 1,000. */
  readonly ids?: readonly string[];
  /**
   * Instead of a text and a sort: the documents whose vector points most nearly in this direction, the nearest first (cosine). The total
   * is that of the hits, there are no facets, and no page follows.
   */
  readonly nearest?: { readonly vector: string; readonly to: ArrayLike<number> };
  /** From 0 (only total and facets) to 1,000. */
  readonly limit: number;
  /** Opaque cursor from `next` of the page before, for the same query. Another one raises InvalidCursorError of the documents port. */
  readonly after?: string;
}

export interface SuggestQuery {
  readonly tenant: string;
  /** What the person has typed so far. */
  readonly text: string;
  /** Texts of this language come first. */
  readonly locale?: Locale;
  /** From 0 to 20. */
  readonly limit: number;
}

/** A document and its text that what was typed can become. */
export interface Suggestion {
  readonly id: string;
  readonly text: string;
}

export interface SearchResult {
  readonly total: number;
  /** Where there is a text: whether the documents have all its words, as they are written, or only some of them, or with typos. */
  readonly words?: 'all' | 'some';
  readonly hits: readonly {
    readonly id: string;
    /** How well the words match; the cosine, from -1 to 1, where `nearest` is given. */
    readonly score: number;
    /** In meters, where `near` is given and the document has the point. */
    readonly distance?: number;
    readonly source: Readonly<Record<string, unknown>>;
    /** Field -> snippet with the matched words in <em>…</em>, HTML-escaped otherwise. */
    readonly highlights: Readonly<Record<string, string>>;
  }[];
  /** Most frequent first, then by value; at most 1,000 values. */
  readonly facets: Readonly<Record<string, readonly { readonly value: string; readonly count: number }[]>>;
  readonly next?: string;
}

export type SearchWrite =
  | { readonly put: SearchDocument }
  | { readonly remove: { readonly id: string; readonly version: number } };

/** A field that the index does not have, or a value that the port does not take. The message names the field. */
export class InvalidSearchError extends Error {
  override readonly name = 'InvalidSearchError';
}

/** The engine does not answer, or refuses more work, though it was asked again: a write may have been made in part. */
export class SearchUnavailableError extends OverloadedError {
  override readonly name: string = 'SearchUnavailableError';
}

/**
 * The port of the search views. An index that is not there reads as empty. Adapters: embedded, Elasticsearch.
 * Every call may raise SearchUnavailableError.
 */
export interface Search {
  /** Creates the index where it is missing; boosts may change later, fields may not. */
  ensure(schema: IndexSchema): Promise<void>;
  drop(index: string): Promise<void>;
  /**
   * From now on `name`, which no index has, also stands for this index when it is read; before it may have stood for another one.
   * Gone with the index. For people and tools that read the engine beside us and can't know which build is live.
   */
  alias(name: string, index: string): Promise<void>;
  /**
   * Writes; visible to queries when resolved, and safe from power loss. Versions not above the stored or removed one are skipped
   * silently (redelivery).
   */
  write(index: string, writes: readonly SearchWrite[]): Promise<void>;
  getMany(index: string, ids: readonly string[]): Promise<ReadonlyMap<string, SearchDocument>>;
  query(index: string, query: SearchQuery): Promise<SearchResult>;
  /**
   * Texts of the completion field that begin as typed, at any of their words, accents folded; where there is none, those that do
   * with one edit from 4 letters, two from 8. A document comes once.
   */
  suggest(index: string, query: SuggestQuery): Promise<readonly Suggestion[]>;
  close(): Promise<void>;
}
