import type { AnyBulkWriteOperation } from 'mongodb';
import type { Document, Write } from '../documents.ts';
import { InvalidQueryError } from '../documents.ts';
import { checkCollection, RESERVED_FIELDS } from '../names.ts';

/** As it is stored: the id, the revision where there are no transactions, and the document's own fields beside them. */
export interface Stored {
  readonly _id: string;
  readonly _revision?: number;
  readonly [field: string]: unknown;
}

/** A write as it stood at the call; null removes. */
export interface Row {
  readonly collection: string;
  readonly id: string;
  readonly document: Document | null;
}

/** Copies the documents: the caller may change them while the write is under way. @throws InvalidQueryError, or TypeError when it is not JSON. */
export const rowOf = (write: Write): Row => {
  const { collection, id } = write;
  checkCollection(collection);
  if (typeof id !== 'string' || id === '') throw new InvalidQueryError('id: must be a text that is not empty');
  if (!('put' in write)) return { collection, id, document: null };
  const document = JSON.parse(JSON.stringify(write.put)) as Document;
  for (const field of RESERVED_FIELDS)
    if (Object.hasOwn(document, field)) throw new InvalidQueryError(`${field}: is no field for a document of its own`);
  return { collection, id, document };
};

/** The rows of each collection, in their order. */
export const byCollection = (rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> => {
  const grouped = new Map<string, Row[]>();
  for (const row of rows) {
    const group = grouped.get(row.collection);
    if (group === undefined) grouped.set(row.collection, [row]);
    else group.push(row);
  }
  return grouped;
};

export const operationOf = ({ id, document }: Row): AnyBulkWriteOperation<Stored> =>
  document === null
    ? { deleteOne: { filter: { _id: id } } }
    : { replaceOne: { filter: { _id: id }, replacement: document, upsert: true } };

/** The document without what is the store's own. */
export const documentOf = <T extends object>({ _id, _revision, ...document }: Stored): T => document as T;
