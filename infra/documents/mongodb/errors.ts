import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { OverloadedError } from '../../overloaded-error.ts';
import { DuplicateKeyError } from '../documents.ts';

const DUPLICATE_KEY = 11_000;
const SOCKET_CLOSED = ['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT'];

/** A unique index refused a write. */
export const isDuplicateKey = (error: unknown): error is MongoServerError =>
  error instanceof MongoServerError && error.code === DUPLICATE_KEY;

/** Two inserted the same id at the same moment: the one that lost replaces it when it tries again. */
export const isSameIdAtOnce = (error: unknown): boolean => isDuplicateKey(error) && /index: _id_/.test(error.message);

/** Whether the server said with this code why it refused. */
export const hasCode = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof MongoServerError && typeof error.code === 'number' && codes.includes(error.code);

/** No server, or none that can take it just now. */
export const isAway = (error: unknown): boolean =>
  error instanceof MongoServerSelectionError ||
  error instanceof MongoNetworkError ||
  // All connections wait for an answer. The driver does not export its class.
  (error instanceof MongoError && error.name === 'MongoWaitQueueTimeoutError') ||
  // How the driver wraps the two within a bulk write.
  (error instanceof MongoBulkWriteError && typeof error.code !== 'number' && [error.writeErrors].flat().length === 0) ||
  // A request written to a socket that was just closed comes back as the system said it.
  (error instanceof Error && SOCKET_CLOSED.includes(String((error as NodeJS.ErrnoException).code))) ||
  (error instanceof MongoError && error.hasErrorLabel('RetryableWriteError'));

/** What the port raises for an error of the driver. */
export const portError = (error: unknown): unknown => {
  if (isDuplicateKey(error)) return new DuplicateKeyError(error.message, { cause: error });
  if (!isAway(error)) return error;
  return new Error(`documents: MongoDB can't be reached: ${messageOf(error)}`, { cause: error });
};

/** As `portError`, but a server that is away leaves a read undone, which may be asked again shortly. */
export const readError = (error: unknown): unknown =>
  isAway(error)
    ? new OverloadedError(`documents: MongoDB can't be reached: ${messageOf(error)}`, { cause: error })
    : portError(error);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
