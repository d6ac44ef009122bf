import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { EventFilter, SubscribeAllOptions, Subscription } from '../event-store.ts';
import type { WakeSignal } from '../wake-signal.ts';

/** What a subscription needs of the log. */
export interface FollowedLog {
  /** Last position known to be committed. */
  head(): number;
  read(
    after: number,
    end: number,
    filter: EventFilter | undefined,
    limit: number,
  ): { events: RecordedEvent[]; upTo: number };
  /** Wakes when the head has moved. */
  readonly news: WakeSignal;
}

/**
 * Follows the log from `after`. There is no switch from reading to live that could lose or repeat: it always reads
 * what lies between its own position and the head, and sleeps when that is nothing.
 */
export const followLog = (log: FollowedLog, options: SubscribeAllOptions): Subscription => {
  const { filter, onBatch, batchSize = 1_000 } = options;
  let position = options.after ?? 0;
  let stopped = false;

  const run = async (): Promise<void> => {
    await Promise.resolve(); // the caller gets its Subscription before the first batch
    while (!stopped) {
      const news = log.news.wait();
      const head = log.head();
      if (position >= head) {
        await news;
        continue;
      }
      const { events, upTo } = log.read(position, head, filter, batchSize);
      await onBatch(events, upTo);
      position = upTo;
      if (upTo < head) await nextTurn();
    }
  };

  const ended = run();
  ended.catch(() => undefined);
  return {
    ended,
    stop: async () => {
      stopped = true;
      log.news.wake();
      await ended.catch(() => undefined);
    },
  };
};
