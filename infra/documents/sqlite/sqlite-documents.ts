import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { cursorAfter, positionOf } from '../cursor.ts';
import type { CollectionSpec, Document, Documents, Filter, FindOptions, Page, Write } from '../documents.ts';
import { InvalidQueryError } from '../documents.ts';
import { CommitThread } from './commit-thread.ts';
import type { WriteRow } from './document-writer.ts';
import { fieldSql, tableSql } from './field-sql.ts';
import type { Sql } from './filter-sql.ts';
import { all, filterSql } from './filter-sql.ts';
import { stretches } from './page-sql.ts';

interface Row {
  readonly id: string;
  readonly doc: string;
}

const SCAN_BATCH = 500;

/**
 * Documents as JSONB in a table a collection, with expression indexes. A thread of its own writes, so that a commit does not
 * hold up the requests of the process; this one reads, and sees whole commits only. A commit survives the process; power loss may take the last ones (synchronous=NORMAL), whole: the
 * checkpoint goes with them, and the events are delivered again.
 */
export class SqliteDocuments implements Documents {
  readonly #writer: CommitThread;
  readonly #reader: Database.Database;
  readonly #statements = new LRUCache<string, Database.Statement>({ max: 500 });

  private constructor(file: string, writer: CommitThread) {
    this.#writer = writer;
    this.#reader = new Database(file, { readonly: true });
    this.#reader.pragma('cache_size = -16384');
    this.#reader.pragma('mmap_size = 268435456');
  }

  /** Opens the file, which is made where it is missing. @throws Error when it can't be opened. */
  static async open(file: string): Promise<SqliteDocuments> {
    return new SqliteDocuments(file, await CommitThread.start(file));
  }

  async ensure(spec: CollectionSpec): Promise<void> {
    const table = tableSql(spec.name);
    const indexes = spec.indexes.map(({ fields, unique = false }) => {
      if (fields.length === 0) throw new InvalidQueryError(`${spec.name}: an index needs a field`);
      const columns = fields.map(fieldSql);
      // The id behind the fields makes the index serve the sort's last tie-breaker too.
      const name = `"${unique ? 'u' : 'i'}_${spec.name}(${fields.join(',')})"`;
      return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${name} ON ${table} (${(unique ? columns : [...columns, 'id']).join(', ')})`;
    });
    await this.#writer.run({ tables: [table], statements: indexes, writes: [] });
  }

  async drop(collection: string): Promise<void> {
    await this.#writer.run({ tables: [], statements: [`DROP TABLE IF EXISTS ${tableSql(collection)}`], writes: [] });
  }

  async collections(): Promise<readonly string[]> {
    const names = this.#read(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'c_*' ORDER BY name`);
    return (names.all() as { name: string }[]).map(({ name }) => name.slice(2));
  }

  async get<T extends object = Document>(collection: string, id: string): Promise<T | undefined> {
    return this.#ifThere<T | undefined>(collection, undefined, (table) => {
      const row = this.#read(`SELECT json(doc) AS doc FROM ${table} WHERE id = ?`).get(id) as Row | undefined;
      return row && (JSON.parse(row.doc) as T);
    });
  }

  async getMany<T extends object = Document>(
    collection: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, T>> {
    return this.#ifThere(collection, new Map<string, T>(), (table) => {
      const one = this.#read(`SELECT json(doc) AS doc FROM ${table} WHERE id = ?`);
      const found = new Map<string, T>();
      this.#snapshot(() => {
        for (const id of ids) {
          const row = one.get(id) as Row | undefined;
          if (row) found.set(id, JSON.parse(row.doc) as T);
        }
      });
      return found;
    });
  }

  async find<T extends object = Document>(collection: string, options: FindOptions = {}): Promise<Page<T>> {
    const { limit, after } = options;
    if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1))
      throw new InvalidQueryError('limit: must be a positive integer');
    const filter = filterSql(options.filter ?? {});
    const parts = stretches(options.sort, after === undefined ? undefined : positionOf(options, after));
    return this.#ifThere<Page<T>>(collection, { items: [] }, (table) => {
      const rows: Row[] = [];
      // One row more than asked for tells whether there is a next page.
      const wanted = limit === undefined ? -1 : limit + 1;
      this.#snapshot(() => {
        for (const { where, orderBy } of parts) {
          if (rows.length === wanted) break;
          const { sql, values } = whereSql([filter, where]);
          const statement = this.#read(`SELECT id, json(doc) AS doc FROM ${table}${sql} ORDER BY ${orderBy} LIMIT ?`);
          for (const row of statement.all(...values, wanted === -1 ? -1 : wanted - rows.length)) rows.push(row as Row);
        }
      });
      const shown = limit === undefined ? rows : rows.slice(0, limit);
      const items = shown.map((row) => JSON.parse(row.doc) as T);
      const [lastRow, lastItem] = [shown.at(-1), items.at(-1)];
      if (rows.length === shown.length || lastRow === undefined || lastItem === undefined) return { items };
      return { items, next: cursorAfter(options, lastItem as Document, lastRow.id) };
    });
  }

  async count(collection: string, filter: Filter = {}): Promise<number> {
    const { sql, values } = whereSql([filterSql(filter)]);
    return this.#ifThere(collection, 0, (table) => {
      const row = this.#read(`SELECT count(*) AS count FROM ${table}${sql}`).get(...values) as { count: number };
      return row.count;
    });
  }

  async *scan<T extends object = Document>(
    collection: string,
  ): AsyncIterable<readonly (readonly [id: string, document: T])[]> {
    let last = '';
    for (;;) {
      const rows = this.#ifThere<Row[]>(collection, [], (table) => {
        const next = this.#read(
          `SELECT id, json(doc) AS doc FROM ${table} WHERE id > ? ORDER BY id LIMIT ${SCAN_BATCH}`,
        );
        return next.all(last) as Row[];
      });
      if (rows.length > 0) yield rows.map(({ id, doc }) => [id, JSON.parse(doc) as T] as const);
      if (rows.length < SCAN_BATCH) return;
      last = rows.at(-1)?.id ?? last;
      await setImmediate();
    }
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return;
    const tables = [...new Set(writes.map((write) => write.collection))];
    // Turned into text here and now: the caller may change the documents while the write is under way.
    const flat = writes.map((write): WriteRow => {
      if (typeof write.id !== 'string' || write.id === '')
        throw new InvalidQueryError('id: must be a text that is not empty');
      return [tables.indexOf(write.collection), write.id, 'put' in write ? JSON.stringify(write.put) : null];
    });
    await this.#writer.run({ tables: tables.map(tableSql), statements: [], writes: flat });
  }

  async close(): Promise<void> {
    await this.#writer.close();
    this.#reader.close();
  }

  #snapshot(read: () => void): void {
    this.#reader.transaction(read).deferred();
  }

  /** A read of a collection that is not there is a read of an empty one. */
  #ifThere<R>(collection: string, otherwise: R, read: (table: string) => R): R {
    const table = tableSql(collection);
    try {
      return read(table);
    } catch (error) {
      if (error instanceof Database.SqliteError && error.message.startsWith('no such table: c_')) return otherwise;
      throw error;
    }
  }

  #read(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#reader.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const whereSql = (terms: readonly Sql[]): Sql => {
  const { sql, values } = all(terms.filter((term) => term.sql !== ''));
  return { sql: sql === '' ? '' : ` WHERE ${sql}`, values };
};
