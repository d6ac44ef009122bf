import { type Collection, type CreateIndexesOptions, MongoClient, type ReadConcernLike } from 'mongodb';
import { cursorAfter } from '../cursor.ts';
import type { CollectionSpec, Document, Documents, Filter, FindOptions, IndexSpec, Page, Write } from '../documents.ts';
import { InvalidQueryError } from '../documents.ts';
import { databaseOf, MONGODB_WAITS } from '../mongodb-url.ts';
import { checkCollection, checkPath, RESERVED_COLLECTIONS } from '../names.ts';
import { CommitLog } from './commit-log.ts';
import { CommitQueue } from './commit-queue.ts';
import { hasCode, portError, readError } from './errors.ts';
import { mongoFilter } from './filter.ts';
import { pageQuery } from './page.ts';
import { documentOf, rowOf, type Stored } from './rows.ts';
import { writeInTransaction } from './transactions.ts';

interface Reading {
  readonly readConcern: ReadConcernLike;
  readonly maxTimeMS: number;
}

const SCAN_BATCH = 500;
/** The server gives up a read that takes longer. */
const READ_MS = 30_000;
/** A round trip that brings a whole page or batch; the server cuts at 16 MB. */
const BATCH = 10_000;

const NAMESPACE_EXISTS = 48;
/** The collection was dropped, or another process made the same index, while this one made it. */
const MADE_AT_ONCE = [26, 46, 112, 117, 276];
const ENSURE_TRIES = 5;

/**
 * Documents in MongoDB, one collection a collection: the document's own fields beside its id in `_id`, so that analysts find
 * what the views hold. On a replica set a commit is one transaction and a read sees one moment, in which all commits before
 * it are; where there are no transactions see CommitLog. All writes are acknowledged by a majority.
 */
export class MongodbDocuments implements Documents {
  readonly #client: MongoClient;
  readonly #database: string;
  readonly #queue: CommitQueue;
  readonly #reading: Reading;
  /** Of one moment, all of it. */
  readonly #moment: Reading;

  private constructor(client: MongoClient, database: string, log: CommitLog | undefined) {
    this.#client = client;
    this.#database = database;
    const isReplicaSet = log === undefined;
    this.#queue = new CommitQueue(
      log ? (rows) => log.write(rows) : (rows) => writeInTransaction(client, database, rows),
    );
    this.#reading = { readConcern: { level: isReplicaSet ? 'majority' : 'local' }, maxTimeMS: READ_MS };
    this.#moment = { readConcern: { level: isReplicaSet ? 'snapshot' : 'local' }, maxTimeMS: READ_MS };
  }

  /**
   * Connects to the database that the URL names.
   * @throws Error naming DOCUMENTS_URL when it names none, or no server answers within 5 s.
   */
  static async open(url: string, onWarning: (message: string) => void): Promise<MongodbDocuments> {
    const database = databaseOf(url);
    const client = new MongoClient(url, { ...MONGODB_WAITS, appName: 'spirit-tours', writeConcern: { w: 'majority' } });
    try {
      await client.connect();
      const hello = await client.db(database).command({ hello: 1 });
      if (hello.setName !== undefined || hello.msg === 'isdbgrid')
        return new MongodbDocuments(client, database, undefined);
      onWarning(
        'DOCUMENTS_URL: this MongoDB is no replica set and has no transactions: commits go through a log, one by one',
      );
      const log = new CommitLog(client.db(database));
      await log.open();
      return new MongodbDocuments(client, database, log);
    } catch (error) {
      await client.close();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`DOCUMENTS_URL: MongoDB could not be opened: ${reason}`, { cause: error });
    }
  }

  async ensure({ name, indexes }: CollectionSpec): Promise<void> {
    checkCollection(name);
    const wanted = indexes.map((index) => mongoIndex(name, index));
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#create(name);
        for (const { key, options } of wanted) await this.#collection(name).createIndex(key, options);
        return;
      } catch (error) {
        if (attempt === ENSURE_TRIES || !hasCode(error, ...MADE_AT_ONCE)) throw portError(error);
      }
    }
  }

  async drop(collection: string): Promise<void> {
    await this.#collection(collection)
      .drop()
      .catch((error: unknown) => {
        if (!hasCode(error, 26)) throw portError(error);
      });
  }

  async collections(): Promise<readonly string[]> {
    const listed = await this.#read(() =>
      this.#client.db(this.#database).listCollections({ type: 'collection' }, { nameOnly: true }).toArray(),
    );
    return listed
      .map(({ name }) => name)
      .filter((name) => !RESERVED_COLLECTIONS.has(name) && !name.startsWith('system.'));
  }

  async get<T extends object = Document>(collection: string, id: string): Promise<T | undefined> {
    const stored = await this.#read(() => this.#collection(collection).findOne({ _id: id }, this.#reading));
    return stored === null ? undefined : documentOf<T>(stored);
  }

  async getMany<T extends object = Document>(
    collection: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, T>> {
    const all = this.#collection(collection);
    if (ids.length === 0) return new Map();
    const found = await this.#read(() =>
      all.find({ _id: { $in: [...ids] } }, { ...this.#moment, batchSize: BATCH }).toArray(),
    );
    return new Map(found.map((stored) => [stored._id, documentOf<T>(stored)]));
  }

  async find<T extends object = Document>(collection: string, options: FindOptions = {}): Promise<Page<T>> {
    const { limit } = options;
    if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1))
      throw new InvalidQueryError('limit: must be a positive integer');
    const { filter, sort } = pageQuery(options);
    const all = this.#collection(collection);
    // One document more than asked for tells whether there is a next page.
    const cut = limit === undefined ? {} : { limit: limit + 1 };
    const rows = await this.#read(() =>
      all.find(filter, { ...this.#moment, ...cut, batchSize: BATCH, sort: new Map(sort) }).toArray(),
    );
    const shown = limit === undefined ? rows : rows.slice(0, limit);
    const items = shown.map((stored) => documentOf<T>(stored));
    const [lastRow, lastItem] = [shown.at(-1), items.at(-1)];
    if (rows.length === shown.length || lastRow === undefined || lastItem === undefined) return { items };
    return { items, next: cursorAfter(options, lastItem as Document, lastRow._id) };
  }

  async count(collection: string, filter: Filter = {}): Promise<number> {
    const all = this.#collection(collection);
    return this.#read(() => all.countDocuments(mongoFilter(filter), this.#reading));
  }

  async *scan<T extends object = Document>(
    collection: string,
  ): AsyncIterable<readonly (readonly [id: string, document: T])[]> {
    const all = this.#collection(collection);
    // No cursor of the server's is held: whoever reads may take long, and the server may change.
    for (let last = ''; ; ) {
      const from = last;
      const rows = await this.#read(() =>
        all
          .find({ _id: { $gt: from } }, { ...this.#reading, batchSize: SCAN_BATCH, limit: SCAN_BATCH })
          .sort({ _id: 1 })
          .toArray(),
      );
      if (rows.length > 0) yield rows.map((stored) => [stored._id, documentOf<T>(stored)] as const);
      if (rows.length < SCAN_BATCH) return;
      last = rows.at(-1)?._id ?? last;
    }
  }

  async commit(writes: readonly Write[]): Promise<void> {
    if (writes.length > 0) await this.#queue.run(writes.map(rowOf));
  }

  async close(): Promise<void> {
    await this.#queue.drained();
    await this.#client.close();
  }

  #collection(name: string): Collection<Stored> {
    checkCollection(name);
    return this.#client.db(this.#database).collection<Stored>(name);
  }

  async #create(name: string): Promise<void> {
    await this.#client
      .db(this.#database)
      .createCollection(name)
      .catch((error: unknown) => {
        if (!hasCode(error, NAMESPACE_EXISTS)) throw error;
      });
  }

  async #read<R>(read: () => Promise<R>): Promise<R> {
    try {
      return await read();
    } catch (error) {
      throw readError(error);
    }
  }
}

/**
 * The index in MongoDB's terms. Behind the fields the id, so that it serves the sort's last tie-breaker too. A unique one
 * holds only documents with a value in each field, which keeps it out of plans: it is for uniqueness.
 */
const mongoIndex = (
  collection: string,
  { fields, unique = false }: IndexSpec,
): { readonly key: Record<string, 1>; readonly options: CreateIndexesOptions } => {
  if (fields.length === 0) throw new InvalidQueryError(`${collection}: an index needs a field`);
  for (const field of fields) checkPath(field);
  const key = Object.fromEntries(fields.map((field) => [field, 1 as const]));
  if (!unique) return { key: { ...key, _id: 1 }, options: {} };
  const $type = ['string', 'number', 'bool'];
  const partialFilterExpression = Object.fromEntries(fields.map((field) => [field, { $type }]));
  return { key, options: { unique: true, partialFilterExpression } };
};
