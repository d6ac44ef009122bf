import { setTimeout as wait } from 'node:timers/promises';
import { retryPauseMs } from '../../retry-pause.ts';
import { EventStoreUnavailableError, EventTooLargeError } from '../event-store.ts';

/** The server will not do this, however often it is asked. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** gRPC's invalid argument, not found, permission denied, unimplemented, unauthenticated. */
const FINAL: ReadonlySet<unknown> = new Set([3, 5, 7, 12, 16]);

const exceptionOf = (error: Error): string | undefined => {
  const trailers = 'metadata' in error ? (error.metadata as { get?: (key: string) => unknown[] }) : undefined;
  return trailers?.get?.('exception')[0]?.toString();
};

/**
 * Whether it is of no use to try again. What is not known to be final may pass: a server that is away, starts, or lost
 * its leadership answers with many codes, and `unavailable` does not even mean that nothing was stored.
 */
export const isFinal = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error instanceof RefusedError || error instanceof EventTooLargeError) return true;
  if (error instanceof EventStoreUnavailableError) return isFinal(error.cause);
  const exception = exceptionOf(error);
  if (exception === 'not-leader') return false;
  return exception === 'access-denied' || exception === 'stream-deleted' || ('code' in error && FINAL.has(error.code));
};

/**
 * Tries until it works, the error is final, or time is up.
 * @param until `performance.now()` at which it is given up.
 * @param signal ends it before the next try.
 * @throws EventStoreUnavailableError with the last error as its cause; EventTooLargeError.
 */
export const persistently = async <T>(
  what: string,
  until: number,
  signal: AbortSignal,
  attempt: (tries: number) => Promise<T>,
): Promise<T> => {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt(tries);
    } catch (error) {
      if (error instanceof EventTooLargeError) throw error;
      const pause = retryPauseMs(tries);
      if (isFinal(error) || signal.aborted || performance.now() + pause > until) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new EventStoreUnavailableError(`${what}: ${reason}`, { cause: error });
      }
      await wait(pause, undefined, { signal }).catch(() => undefined);
    }
  }
};
