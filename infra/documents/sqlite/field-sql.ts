import { checkCollection, checkPath } from '../names.ts';

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
  checkCollection(collection);
  return `"c_${collection}"`;
};

const jsonPath = (path: string): string => `'$.${path.replace(/[^.]+/g, (name) => `"${name}"`)}'`;
