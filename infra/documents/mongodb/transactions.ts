import { setTimeout as pause } from 'node:timers/promises';
import { type ClientSession, type MongoClient, MongoError, type TransactionOptions } from 'mongodb';
import { isAway, isSameIdAtOnce, portError } from './errors.ts';
import { byCollection, operationOf, type Row, type Stored } from './rows.ts';

/** How long a commit is tried again, in milliseconds. The driver's own `withTransaction` goes on for two minutes. */
const TRY_FOR_MS = 15_000;
/** Writes in one request: an answer must come before the socket is given up. */
const AT_ONCE = 500;
const OPTIONS: TransactionOptions = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority' },
  readPreference: 'primary',
  maxCommitTimeMS: 10_000,
};

/**
 * All rows in one transaction of a replica set, acknowledged by a majority. A conflict with another process, a step-down or
 * a cut connection makes it begin again; when only the answer to the commit was lost, it is asked for again, which the
 * server answers with what became of it.
 * @throws DuplicateKeyError; Error when the server is away for longer, which may have been after the commit.
 */
export const writeInTransaction = async (
  client: MongoClient,
  database: string,
  rows: readonly Row[],
): Promise<void> => {
  const deadline = Date.now() + TRY_FOR_MS;
  if (rows.length > 1)
    // One session for all attempts: with the next one the server gives up what a cut connection left of the one before.
    return client.withSession((session) =>
      untilWritten(deadline, () => attemptOnce(client, database, rows, session, deadline), mayTryAgain),
    );
  // One document is written atomically anyway, and the driver repeats such a write by itself.
  await untilWritten(deadline, () => writeRows(client, database, rows), isSameIdAtOnce);
};

const untilWritten = async (
  deadline: number,
  write: () => Promise<void>,
  mayTry: (error: unknown) => boolean,
): Promise<void> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!mayTry(error) || Date.now() > deadline) throw portError(error);
    }
    // Jitter: the two that met would meet again.
    await pause(Math.random() * Math.min(500, 5 * 1.5 ** attempt));
  }
};

const mayTryAgain = (error: unknown): boolean =>
  hasLabel(error, 'TransientTransactionError') || isSameIdAtOnce(error) || isAway(error);

const attemptOnce = async (
  client: MongoClient,
  database: string,
  rows: readonly Row[],
  session: ClientSession,
  deadline: number,
): Promise<void> => {
  session.startTransaction(OPTIONS);
  try {
    await writeRows(client, database, rows, session);
  } catch (error) {
    // Whatever it answers, the server gives up a transaction that is not committed.
    await session.abortTransaction().catch(() => undefined);
    throw error;
  }
  for (;;) {
    try {
      return await session.commitTransaction();
    } catch (error) {
      const isUnknown = hasLabel(error, 'UnknownTransactionCommitResult') || isAway(error);
      if (!isUnknown || Date.now() > deadline) throw error;
      await pause(50);
    }
  }
};

const writeRows = async (
  client: MongoClient,
  database: string,
  rows: readonly Row[],
  session?: ClientSession,
): Promise<void> => {
  const options = { ordered: true, ...(session === undefined ? {} : { session }) };
  for (const [name, group] of byCollection(rows)) {
    const collection = client.db(database).collection<Stored>(name);
    for (let at = 0; at < group.length; at += AT_ONCE)
      await collection.bulkWrite(group.slice(at, at + AT_ONCE).map(operationOf), options);
  }
};

const hasLabel = (error: unknown, label: string): boolean => error instanceof MongoError && error.hasErrorLabel(label);
