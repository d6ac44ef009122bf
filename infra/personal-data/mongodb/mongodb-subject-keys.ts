import { Binary, MongoClient } from 'mongodb';
import { databaseOf, MONGODB_WAITS } from '../../documents/mongodb-url.ts';
import { cachedKeys } from '../cached-keys.ts';
import { freshKeys } from '../fresh-keys.ts';
import type { SubjectKeys } from '../subject-keys.ts';

interface StoredKey {
  readonly _id: string;
  readonly key: Binary;
}

const COLLECTION = 'subject-keys';

/**
 * Opens the vault in the collection `subject-keys` of the database that the URL names, for processes that share no disk.
 * What is written or destroyed is so on a majority. A destroyed key is gone from the collection at once; MongoDB's operation
 * log and backups hold it for as long as they reach back, so let them be encrypted, and kept no longer than you may remember.
 * @throws Error naming DOCUMENTS_URL when it names no database, or no server answers within 5 s.
 */
export const openMongodbSubjectKeys = async (url: string): Promise<SubjectKeys> => {
  const database = databaseOf(url);
  const client = new MongoClient(url, {
    ...MONGODB_WAITS,
    appName: 'spirit-tours keys',
    writeConcern: { w: 'majority', journal: true },
  });
  await client.connect().catch(async (error: unknown) => {
    await client.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`DOCUMENTS_URL: the key vault could not be opened: ${reason}`, { cause: error });
  });
  const collection = client.db(database).collection<StoredKey>(COLLECTION);
  const cached = cachedKeys(async (ids) => {
    const stored = await collection.find({ _id: { $in: [...ids] } }, { batchSize: ids.length }).toArray();
    return new Map(stored.map(({ _id, key }) => [_id, Buffer.from(key.value())]));
  });

  return {
    take: freshKeys(async (made) => {
      await collection.insertMany(made.map(({ id, key }) => ({ _id: id, key: new Binary(key) })));
    }),
    findMany: cached.findMany,
    destroy: async (ids) => {
      if (ids.length > 0) await collection.deleteMany({ _id: { $in: [...ids] } });
      cached.forget(ids);
    },
    close: () => client.close(),
  };
};
