import { createHash } from 'node:crypto';
import type { Document, FindOptions } from './documents.ts';
import { InvalidCursorError } from './documents.ts';

export type SortValue = string | number | boolean | null;

/** Where a page ended: the sort fields' values and the id of its last document. */
export interface Position {
  readonly values: readonly SortValue[];
  readonly id: string;
}

/** The opaque cursor after a document, bound to the filter and sort that found it. */
export const cursorAfter = (options: FindOptions, document: Document, id: string): string => {
  const values = (options.sort ?? []).map(([field]) => valueAt(document, field));
  return Buffer.from(JSON.stringify([queryHash(options), id, ...values])).toString('base64url');
};

/** @throws InvalidCursorError when the cursor is not one of this filter and sort. */
export const positionOf = (options: FindOptions, cursor: string): Position => {
  const [hash, id, ...values] = decode(cursor);
  if (hash !== queryHash(options) || typeof id !== 'string' || values.length !== (options.sort ?? []).length)
    throw new InvalidCursorError('the cursor was made by another query');
  if (!values.every(isSortValue)) throw new InvalidCursorError('the cursor is damaged');
  return { values, id };
};

const decode = (cursor: string): unknown[] => {
  try {
    if (!/^[\w-]+$/.test(cursor)) throw new InvalidCursorError('not a cursor');
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts)) return parts;
  } catch {
    // falls through to the one answer for everything that is not a cursor
  }
  throw new InvalidCursorError('not a cursor');
};

const isSortValue = (value: unknown): value is SortValue =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const queryHash = ({ filter = {}, sort = [] }: FindOptions): string => {
  const conditions = Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([conditions, sort]))
    .digest('base64url')
    .slice(0, 12);
};

/** Only own fields of plain objects are followed, as the engines do; whatever is not a scalar sorts as its JSON. */
export const valueAt = (document: Document, path: string): SortValue => {
  let value: unknown = document;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return null;
    value = (value as Document)[name];
  }
  if (value === undefined) return null;
  return isSortValue(value) ? value : JSON.stringify(value);
};
