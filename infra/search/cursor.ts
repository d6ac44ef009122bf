import { createHash } from 'node:crypto';
import { InvalidCursorError } from '../documents/documents.ts';
import type { SearchQuery } from './search.ts';

/** Where a page ended: what its last hit is ordered by (null: the hit lacks the sort's number) and its id. */
export interface HitPosition {
  readonly value: number | null;
  readonly id: string;
  /** What else an engine wants to find in the next request; it must check it, since the cursor has been out of its hands. */
  readonly memo?: unknown;
}

/** The opaque cursor behind a hit, bound to the query that found it. */
export const cursorAfterHit = (query: SearchQuery, { value, id, memo }: HitPosition): string =>
  Buffer.from(JSON.stringify([queryHash(query), value, id, memo])).toString('base64url');

/** @throws InvalidCursorError when the cursor is not one of this query. */
export const hitPositionOf = (query: SearchQuery, cursor: string): HitPosition => {
  const [hash, value, id, memo] = decode(cursor);
  if (hash !== queryHash(query) || typeof id !== 'string' || (value !== null && typeof value !== 'number'))
    throw new InvalidCursorError('the cursor was made by another query');
  return { value, id, memo };
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

const queryHash = ({ tenant, text = '', locale, keywords = {}, ranges = {}, near, sort, ids }: SearchQuery): string => {
  const byName = (record: object): unknown[] => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  const order = sort === undefined || sort === 'distance' ? [sort] : [sort.number, sort.direction];
  const asked = [
    tenant,
    text,
    locale ?? null,
    byName(keywords),
    byName(ranges),
    byName(near ?? {}),
    order,
    ...(ids === undefined ? [] : [ids]),
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 12);
};
