import { InvalidQueryError } from './documents.ts';

const PATH = /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const COLLECTION = /^[a-z0-9_.-]{1,120}$/;

/** Kept in the same database, and no collections of the port: the vault of keys, and the log of commits without transactions. */
export const RESERVED_COLLECTIONS: ReadonlySet<string> = new Set(['subject-keys', 'commit-log']);
/** Top-level fields in which a store keeps what is its own. */
export const RESERVED_FIELDS: ReadonlySet<string> = new Set(['_id', '_revision']);

/** @throws InvalidQueryError for what could be more than names and dots: it may stand in the text of a query. */
export const checkPath = (path: string): void => {
  if (path.length > 200 || !PATH.test(path) || RESERVED_FIELDS.has(path))
    throw new InvalidQueryError(`field: ${JSON.stringify(path.slice(0, 200))} is not a field path`);
};

/** @throws InvalidQueryError */
export const checkCollection = (name: string): void => {
  if (typeof name !== 'string' || !COLLECTION.test(name) || RESERVED_COLLECTIONS.has(name))
    throw new InvalidQueryError(`collection: ${JSON.stringify(name)} is not a collection's name`);
};
