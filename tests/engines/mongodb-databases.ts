import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';

/** The URL of an engine with another database in its path. */
export const inDatabase = (url: string, database: string): string =>
  url.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, (_whole, server: string) => `${server}/${database}`);

/** The URL of a database that nobody has used before. */
export const freshDatabase = (url: string, name = 'spec'): string =>
  inDatabase(url, `${name}-${randomBytes(6).toString('hex')}`);

/** Drops the database that the URL names. */
export const dropDatabase = async (url: string): Promise<void> => {
  const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 5_000 });
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
};
