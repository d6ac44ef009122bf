import { InvalidQueryError } from '../documents.ts';

const PATH = /^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;
const COLLECTION = /^[a-z0-9_.-]{1,120}$/;

/**
 * The SQL expression of a dotted field path, the same text in indexes, filters and sorts, so that SQLite sees them as one.
 * @throws InvalidQueryError for a path that could be more than names and dots: it stands in the SQL text.
 */
export const fieldSql = (path: string): string => {
  checkPath(path);
  return `json_extract(doc,${jsonPath(path)})`;
};

/** Null when the field is missing, else the name of its JSON type. */
export const fieldTypeSql = (path: string): string => {
  checkPath(path);
  return `json_type(doc,${jsonPath(path)})`;
};

/** The table of a collection, quoted. @throws InvalidQueryError */
export const tableSql = (collection: string): string => {
  if (typeof collection !== 'string' || !COLLECTION.test(collection))
    throw new InvalidQueryError(`collection: ${JSON.stringify(collection)} is not a collection's name`);
  return `"c_${collection}"`;
};

const checkPath = (path: string): void => {
  if (path.length > 200 || !PATH.test(path))
    throw new InvalidQueryError(`field: ${JSON.stringify(path.slice(0, 200))} is not a field path`);
};

const jsonPath = (path: string): string => `'$.${path.replace(/[^.]+/g, (name) => `"${name}"`)}'`;
