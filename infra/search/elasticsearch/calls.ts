import { setTimeout as pause } from 'node:timers/promises';
import { errors } from '@elastic/elasticsearch';
import { retryPauseMs } from '../../retry-pause.ts';
import { SearchUnavailableError } from '../search.ts';

/** Too many requests, or a node that starts, ends or can't be reached: another try may do. */
export const isPassing = (status: number | undefined): boolean =>
  status === 429 || status === 502 || status === 503 || status === 504;

export const statusOf = (error: unknown): number | undefined =>
  error instanceof errors.ResponseError ? error.statusCode : undefined;

/** The engine's name of the error: `index_not_found_exception`. */
export const typeOf = (error: unknown): string | undefined => {
  if (!(error instanceof errors.ResponseError)) return undefined;
  const { body } = error as { body?: { error?: { type?: unknown } } };
  return typeof body?.error?.type === 'string' ? body.error.type : undefined;
};

/** The engine took part of a request and had no room for the rest. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

/** A request that is answered no sooner went to where nobody is: a cut link tells nothing. */
const LONGEST_TRY_MS = 10_000;

/**
 * Calls until it succeeds, again after passing failures, and no longer than `withinMs` altogether. `call` is given the ms it may
 * take. The calls must be safe to repeat.
 * @throws SearchUnavailableError; whatever else `call` raises.
 */
export const persistently = async <T>(withinMs: number, call: (timeoutMs: number) => Promise<T>): Promise<T> => {
  const deadline = Date.now() + withinMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call(Math.max(1, Math.min(LONGEST_TRY_MS, deadline - Date.now())));
    } catch (error) {
      if (!isPassingError(error)) throw error;
      const wait = retryPauseMs(attempt);
      if (Date.now() + wait >= deadline)
        throw new SearchUnavailableError(`the search engine does not answer: ${error.message}`, { cause: error });
      await pause(wait);
    }
  }
};

const isPassingError = (error: unknown): error is Error =>
  error instanceof errors.ConnectionError ||
  error instanceof errors.TimeoutError ||
  error instanceof NoRoomError ||
  isPassing(statusOf(error));
