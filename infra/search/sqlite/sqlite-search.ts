import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { checkDocument, checkIndexName, missing, withBoosts } from '../check.ts';
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
import { InvalidSearchError } from '../search.ts';
import { SearchIndex } from './search-index.ts';

interface Registered {
  readonly schema: string;
  /** Tells an index from one of the same name that was dropped. */
  readonly incarnation: string;
}

interface Opened extends Registered {
  readonly index: SearchIndex;
  /** Undefined, where it keeps what is written. */
  readonly readers: IndexSchema['readers'];
  /** The file's version that the index has caught up with. */
  readonly dataVersion: number;
}

/** Search indexes in one SQLite file, for any number of processes on one machine. A write that resolved survives power loss. */
export class SqliteSearch implements Search {
  readonly #db: Database.Database;
  readonly #registered: Database.Statement;
  readonly #meant: Database.Statement;
  readonly #opened = new Map<string, Opened>();

  constructor(file: string) {
    this.#db = new Database(file);
    this.#db.pragma('page_size = 8192');
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.pragma('cache_size = -16384');
    this.#db.exec(
      `CREATE TABLE IF NOT EXISTS indexes (name TEXT PRIMARY KEY, schema TEXT NOT NULL, incarnation TEXT NOT NULL);
       CREATE TABLE IF NOT EXISTS aliases (name TEXT PRIMARY KEY, index_name TEXT NOT NULL)`,
    );
    this.#registered = this.#db.prepare('SELECT schema, incarnation FROM indexes WHERE name = ?');
    this.#meant = this.#db.prepare('SELECT index_name FROM aliases WHERE name = ?').pluck();
  }

  async ensure(schema: IndexSchema): Promise<void> {
    checkIndexName(schema.name);
    const create = (): void => {
      if (this.#meant.get(schema.name) !== undefined)
        throw new InvalidSearchError(`index: ${schema.name} is the name of an alias`);
      const before = this.#registered.get(schema.name) as Registered | undefined;
      if (before === undefined) {
        SearchIndex.create(this.#db, schema);
        const add = this.#db.prepare('INSERT INTO indexes (name, schema, incarnation) VALUES (?, ?, ?)');
        add.run(schema.name, JSON.stringify(schema), randomUUID());
        return;
      }
      const merged = withBoosts(JSON.parse(before.schema) as IndexSchema, schema);
      this.#db.prepare('UPDATE indexes SET schema = ? WHERE name = ?').run(JSON.stringify(merged), schema.name);
    };
    this.#db.transaction(create).immediate();
    this.#opened.delete(schema.name);
    this.#index(schema.name);
  }

  async drop(index: string): Promise<void> {
    checkIndexName(index);
    const drop = (): void => {
      SearchIndex.drop(this.#db, index);
      this.#db.prepare('DELETE FROM indexes WHERE name = ?').run(index);
      this.#db.prepare('DELETE FROM aliases WHERE index_name = ?').run(index);
    };
    this.#db.transaction(drop).immediate();
    this.#opened.delete(index);
  }

  async alias(name: string, index: string): Promise<void> {
    checkIndexName(name);
    const put = (): void => {
      const isIndex = this.#db.prepare('SELECT 1 FROM indexes WHERE name = ?').pluck();
      if (isIndex.get(name) !== undefined) throw new InvalidSearchError(`index: ${name} is the name of an index`);
      if (isIndex.get(index) === undefined) throw missing(index);
      this.#db.prepare('INSERT OR REPLACE INTO aliases (name, index_name) VALUES (?, ?)').run(name, index);
    };
    this.#db.transaction(put).immediate();
  }

  async write(index: string, writes: readonly SearchWrite[]): Promise<void> {
    const opened = this.#open(index);
    if (opened === undefined) throw missing(index);
    if (opened.readers === undefined) {
      if (writes.length > 0) opened.index.write(writes);
      return;
    }
    const schema = JSON.parse(opened.schema) as IndexSchema;
    for (const write of writes) if ('put' in write) checkDocument(schema, write.put);
  }

  async getMany(index: string, ids: readonly string[]): Promise<ReadonlyMap<string, SearchDocument>> {
    return this.#index(index)?.getMany(ids) ?? new Map<string, SearchDocument>();
  }

  async query(index: string, query: SearchQuery): Promise<SearchResult> {
    return this.#index(index)?.query(query) ?? { total: 0, hits: [], facets: {} };
  }

  async suggest(index: string, query: SuggestQuery): Promise<readonly Suggestion[]> {
    return this.#index(index)?.suggest(query) ?? [];
  }

  async close(): Promise<void> {
    this.#opened.clear();
    this.#db.close();
  }

  #index(nameOrAlias: string): SearchIndex | undefined {
    return this.#open(nameOrAlias)?.index;
  }

  /** The index as the file has it now: another process may have written to it, dropped it or made it anew. */
  #open(nameOrAlias: string): Opened | undefined {
    checkIndexName(nameOrAlias);
    const name = (this.#meant.get(nameOrAlias) as string | undefined) ?? nameOrAlias;
    const dataVersion = this.#db.pragma('data_version', { simple: true }) as number;
    const opened = this.#opened.get(name);
    if (opened?.dataVersion === dataVersion) return opened;
    const registered = this.#registered.get(name) as Registered | undefined;
    this.#opened.delete(name);
    if (registered === undefined) return undefined;
    const same = opened?.incarnation === registered.incarnation && opened.schema === registered.schema;
    const schema = JSON.parse(registered.schema) as IndexSchema;
    const index = same ? opened.index : new SearchIndex(this.#db, schema);
    index.catchUp();
    const found = { ...registered, index, readers: schema.readers, dataVersion };
    this.#opened.set(name, found);
    return found;
  }
}
