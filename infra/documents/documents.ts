/** Plain JSON. Every document carries its `tenant` where it belongs to one. */
export type Document = Readonly<Record<string, unknown>>;

type Scalar = string | number | boolean | null;

/** A condition on one field: a value (equality), or operators, all of which must hold. */
export type Condition =
  | Scalar
  | {
      readonly $in?: readonly Scalar[];
      readonly $gt?: string | number;
      readonly $gte?: string | number;
      readonly $lt?: string | number;
      readonly $lte?: string | number;
      readonly $ne?: Scalar;
      readonly $exists?: boolean;
    };

/**
 * Dotted field path -> condition; all must hold. A subset of MongoDB's query language, so that adapters map it directly.
 * Fields that filters, sorts and indexes name hold one scalar type or null over a collection, not lists or objects.
 * As in MongoDB: `null` matches a missing field too, `$ne` matches where the field is missing, `$gt`… match only their own type.
 */
export type Filter = Readonly<Record<string, Condition>>;

export interface IndexSpec {
  /** Dotted field paths, in order. */
  readonly fields: readonly string[];
  /** Documents where one of the fields is null or missing are not compared. */
  readonly unique?: boolean;
}

export interface CollectionSpec {
  /** `[a-z0-9-_.]+` */
  readonly name: string;
  readonly indexes: readonly IndexSpec[];
}

export type Write =
  | { readonly collection: string; readonly id: string; readonly put: Document }
  | { readonly collection: string; readonly id: string; readonly remove: true };

export interface FindOptions {
  readonly filter?: Filter;
  /**
   * Dotted path and direction, most significant first; the id is the last tie-breaker, in the direction of the last field.
   * Missing counts as null and null is the lowest value; texts compare by their UTF-8 bytes. Default: by id, ascending.
   */
  readonly sort?: readonly (readonly [field: string, direction: 1 | -1])[];
  /** A positive integer. Default: all. */
  readonly limit?: number;
  /** Opaque cursor from `next` of the page before, for the same filter and sort. */
  readonly after?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; undefined on the last. */
  readonly next?: string;
}

/** The cursor was not made by this query. Answered as 400. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/** A name of a collection or field, an operator, a value or a limit that the port does not take. The message names it. */
export class InvalidQueryError extends Error {
  override readonly name = 'InvalidQueryError';
}

/** A unique index refused the batch; nothing of it was written. */
export class DuplicateKeyError extends Error {
  override readonly name = 'DuplicateKeyError';
}

/** The port of the document views. A collection that was not ensured reads as empty and begins with its first write. Adapters: embedded (SQLite JSON), MongoDB (replica set). */
export interface Documents {
  /** Creates what is missing of the collection and its indexes. Idempotent. */
  ensure(spec: CollectionSpec): Promise<void>;
  /** Drops a collection; no error where there is none. */
  drop(collection: string): Promise<void>;
  collections(): Promise<readonly string[]>;
  get<T extends object = Document>(collection: string, id: string): Promise<T | undefined>;
  /** Those that are there, by id. */
  getMany<T extends object = Document>(collection: string, ids: readonly string[]): Promise<ReadonlyMap<string, T>>;
  find<T extends object = Document>(collection: string, options?: FindOptions): Promise<Page<T>>;
  count(collection: string, filter?: Filter): Promise<number>;
  /** Ids and documents of a whole collection in id order, batch by batch: for exports and comparisons. */
  scan<T extends object = Document>(collection: string): AsyncIterable<readonly (readonly [id: string, document: T])[]>;
  /**
   * All writes or none, over any collections: a view's documents and its checkpoint go together. Documents are taken as
   * they stand at the call; changed afterwards, they are written as they were.
   */
  commit(writes: readonly Write[]): Promise<void>;
  close(): Promise<void>;
}
