import { setTimeout as wait } from 'node:timers/promises';
import { retryPauseMs } from '../../retry-pause.ts';
import type { SubscribeAllOptions, Subscription } from '../event-store.ts';
import { isFinal } from './failures.ts';
import type { Batch } from './feed.ts';

/**
 * Hands the log to a handler, over as many feeds as it takes: when one breaks, another begins at the position that the
 * handler had reached, after a pause that grows. Ends only by `stop`, by the handler, or when the server refuses.
 */
export const followLog = (
  { after = 0, onBatch }: SubscribeAllOptions,
  feedAfter: (after: number, signal: AbortSignal) => AsyncIterable<Batch>,
): Subscription => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let position = after;
  let failures = 0;

  /** What the handler threw, apart from what broke a feed. */
  let broken: { readonly by: unknown } | undefined;
  const handOver = async ({ events, upTo }: Batch): Promise<void> => {
    try {
      await onBatch(events, upTo);
    } catch (error) {
      broken = { by: error };
      throw error;
    }
    position = upTo;
  };

  const run = async (): Promise<void> => {
    await Promise.resolve(); // the caller gets its Subscription before the first batch
    while (!signal.aborted) {
      try {
        for await (const batch of feedAfter(position, signal)) {
          failures = 0;
          if (signal.aborted) return;
          if (batch.upTo > position) await handOver(batch);
        }
      } catch (error) {
        if (broken !== undefined) throw broken.by;
        if (isFinal(error)) throw error;
      }
      if (!signal.aborted) await wait(retryPauseMs(failures++), undefined, { signal }).catch(() => undefined);
    }
  };

  const ended = run();
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      stopping.abort();
      await ended.catch(() => undefined);
    },
  };
};
