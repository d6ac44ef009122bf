import { Client, type estypes } from '@elastic/elasticsearch';
import { checkDocument, checkIndexName, checkQuery, checkSuggest, checkVersion, missing } from '../check.ts';
import type {
  IndexSchema,
  Search,
  SearchDocument,
  SearchQuery,
  SearchResult,
  SearchWrite,
  Suggestion,
  SuggestQuery,
} from '../search.ts';
import { type StoredDocument, writeAll } from './bulk.ts';
import { persistently, statusOf } from './calls.ts';
import { IndexCatalogue } from './index-catalogue.ts';
import { nearest } from './nearest.ts';
import { QueryRun } from './query-run.ts';
import { suggestions } from './suggest.ts';

export interface Patience {
  /** Ms that a query may take altogether, tries included. */
  readonly queryMs: number;
  /** The same of a write, and of changes to indexes. */
  readonly writeMs: number;
}

const PATIENCE: Patience = { queryMs: 5_000, writeMs: 30_000 };
const MOST_IDS = 1_000;
const NOTHING: SearchResult = { total: 0, hits: [], facets: {} };

/** Search indexes in Elasticsearch 8. Each is an alias of its name behind the prefix. */
export class ElasticsearchSearch implements Search {
  readonly #client: Client;
  readonly #catalogue: IndexCatalogue;
  readonly #patience: Patience;

  /** @param url `http(s)://[user:password@]host:port/?indexPrefix=x-` */
  constructor(url: string, patience: Patience = PATIENCE) {
    const { origin, username, password, searchParams } = new URL(url);
    this.#client = new Client({
      node: origin,
      ...(username === ''
        ? {}
        : { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } }),
      // Tries, and how long they take altogether, are counted in one place: persistently().
      maxRetries: 0,
    });
    this.#patience = patience;
    this.#catalogue = new IndexCatalogue(this.#client, searchParams.get('indexPrefix') ?? '', patience.writeMs);
  }

  async ensure(schema: IndexSchema): Promise<void> {
    checkIndexName(schema.name);
    await this.#catalogue.ensure(schema);
  }

  async drop(index: string): Promise<void> {
    checkIndexName(index);
    await this.#catalogue.drop(index);
  }

  async alias(name: string, index: string): Promise<void> {
    checkIndexName(name);
    checkIndexName(index);
    await this.#catalogue.alias(name, index);
  }

  async write(index: string, writes: readonly SearchWrite[]): Promise<void> {
    checkIndexName(index);
    const schema = await this.#catalogue.schemaOf(index);
    if (schema === undefined) throw missing(index);
    for (const write of writes) {
      if ('put' in write) checkDocument(schema, write.put);
      else checkVersion(write.remove.id, write.remove.version);
    }
    if (writes.length > 0)
      await writeAll(this.#client, this.#catalogue.aliasOf(index), schema, writes, this.#patience.writeMs);
  }

  async getMany(index: string, ids: readonly string[]): Promise<ReadonlyMap<string, SearchDocument>> {
    checkIndexName(index);
    const found = new Map<string, SearchDocument>();
    const wanted = [...new Set(ids)];
    for (let at = 0; at < wanted.length; at += MOST_IDS) {
      const part = wanted.slice(at, at + MOST_IDS);
      const get = (requestTimeout: number): Promise<estypes.MgetResponse<StoredDocument>> =>
        this.#client.mget<StoredDocument>(
          { index: this.#catalogue.aliasOf(index), ids: part, _source_excludes: ['completion'] },
          { requestTimeout },
        );
      for (const item of (await persistently(this.#patience.queryMs, get)).docs) {
        if (!('found' in item) || item._source?.tenant === undefined) continue;
        found.set(item._id, { ...item._source, version: item._version ?? 0 });
      }
    }
    return found;
  }

  async query(index: string, query: SearchQuery): Promise<SearchResult> {
    checkIndexName(index);
    const schema = await this.#catalogue.schemaOf(index);
    if (schema === undefined) return NOTHING;
    checkQuery(schema, query);
    const alias = this.#catalogue.aliasOf(index);
    const { queryMs } = this.#patience;
    if (query.nearest !== undefined) {
      const found = nearest(this.#client, alias, schema, { ...query, nearest: query.nearest }, queryMs);
      return this.#orIfGone(index, NOTHING, found);
    }
    const run = new QueryRun(this.#client, alias, schema, query, queryMs);
    return this.#orIfGone(index, NOTHING, run.result());
  }

  async suggest(index: string, query: SuggestQuery): Promise<readonly Suggestion[]> {
    checkIndexName(index);
    checkSuggest(query);
    const schema = await this.#catalogue.schemaOf(index);
    if (schema === undefined) return [];
    const alias = this.#catalogue.aliasOf(index);
    return this.#orIfGone(index, [], suggestions(this.#client, alias, schema, query, this.#patience.queryMs));
  }

  /** Another process may drop an index that is known here. */
  async #orIfGone<T>(index: string, nothing: T, reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      this.#catalogue.forget(index);
      return nothing;
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
