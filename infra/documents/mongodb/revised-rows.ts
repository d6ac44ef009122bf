import { type AnyBulkWriteOperation, type Collection, type Db, MongoBulkWriteError } from 'mongodb';
import { type SortValue, valueAt } from '../cursor.ts';
import { hasCode, isSameIdAtOnce } from './errors.ts';
import { byCollection, type Row, type Stored } from './rows.ts';

const NAMESPACE_NOT_FOUND = 26;

/**
 * Writes rows, each document once, under the revision of their commit: not over a document that a later commit has written.
 * Done again it changes nothing. In a collection removals come first, then what is put, in the order given.
 */
export const carryOut = async (db: Db, revision: number, rows: readonly Row[]): Promise<void> => {
  // Either nobody has written it since, or this commit itself.
  const notLater = { _revision: { $not: { $gt: revision } } };
  for (const [name, group] of byCollection(rows)) {
    const operations = removalsFirst(group).map(
      ({ id, document }): AnyBulkWriteOperation<Stored> =>
        document === null
          ? { deleteOne: { filter: { _id: id, ...notLater } } }
          : {
              replaceOne: {
                filter: { _id: id, ...notLater },
                replacement: { ...document, _revision: revision },
                upsert: true,
              },
            },
    );
    await writeOlder(db.collection<Stored>(name), operations);
  }
};

/** A later document makes the insert of an earlier one collide by its id: it stays, and the rest goes on. */
const writeOlder = async (
  collection: Collection<Stored>,
  operations: readonly AnyBulkWriteOperation<Stored>[],
): Promise<void> => {
  let rest = operations;
  while (rest.length > 0) {
    try {
      await collection.bulkWrite([...rest], { ordered: true });
      return;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError) || !isSameIdAtOnce(error)) throw error;
      const [failed] = [error.writeErrors].flat();
      if (failed === undefined) throw error;
      rest = rest.slice(failed.index + 1);
    }
  }
};

/** What a unique index would refuse of `rows`, in words, while nobody else writes; undefined: nothing. */
export const conflictOf = async (db: Db, rows: readonly Row[]): Promise<string | undefined> => {
  for (const [name, group] of byCollection(rows)) {
    const collection = db.collection<Stored>(name);
    for (const fields of await uniqueFields(collection)) {
      // Ids whose stored values no longer count, and the values that this commit has put in their place.
      const written: string[] = [];
      const values = new Set<string>();
      for (const { id, document } of removalsFirst(group)) {
        const key = document === null ? [] : fields.map((field) => valueAt(document, field));
        written.push(id);
        if (document === null || key.includes(null)) continue;
        const text = JSON.stringify(key);
        if (values.has(text) || (await isTaken(collection, fields, key, written)))
          return `${name}: ${fields.join(', ')} ${text} is taken`;
        values.add(text);
      }
    }
  }
  return undefined;
};

const isTaken = async (
  collection: Collection<Stored>,
  fields: readonly string[],
  key: readonly SortValue[],
  except: readonly string[],
): Promise<boolean> => {
  const same = Object.fromEntries(fields.map((field, at) => [field, { $eq: key[at] ?? null }]));
  return (await collection.findOne({ ...same, _id: { $nin: [...except] } }, { projection: { _id: 1 } })) !== null;
};

const uniqueFields = async (collection: Collection<Stored>): Promise<readonly (readonly string[])[]> => {
  const indexes = await collection.indexes().catch((error: unknown) => {
    if (hasCode(error, NAMESPACE_NOT_FOUND)) return [];
    throw error;
  });
  return indexes.filter(({ unique }) => unique === true).map(({ key }) => Object.keys(key));
};

const removalsFirst = (rows: readonly Row[]): readonly Row[] => [
  ...rows.filter(({ document }) => document === null),
  ...rows.filter(({ document }) => document !== null),
];
