import { type BatchSizes, LEAST_SHARE } from './batch-sizes.ts';
import { firstOf, type Group, type Priority, type RequestQueue, type Waiting } from './request-queue.ts';
import type { ServingLimits } from './serving-limits.ts';

export interface Planning<W extends Waiting> {
  readonly queue: RequestQueue<W>;
  readonly sizes: BatchSizes;
  /** What the process has and has not answered. */
  readonly sent: readonly { readonly priority: Priority }[];
  readonly workers: number;
  readonly isHalfOpen: boolean;
  readonly limits: Pick<ServingLimits, 'batchWaitMs'>;
}

/** What is to be run now and how many rows of it; or in how many milliseconds something will be; undefined: before something has changed. */
export const nextBatch = <W extends Waiting>(
  planning: Planning<W>,
): { readonly group: Group<W>; readonly rows: number } | { readonly waitMs: number } | undefined => {
  const { queue, sizes } = planning;
  let waitMs: number | undefined;
  for (const priority of ['interactive', 'backfill'] as const) {
    const room = roomFor(priority, planning);
    if (room <= 0) continue;
    // Nor while something interactive gathers or has no room.
    if (priority === 'backfill' && queue.size('interactive').requests > 0) break;
    for (const group of queue.inOrder(priority)) {
      const ms = waitOf(group, planning);
      if (ms <= 0) return { group, rows: sizes.share(group.version.directory, group.rows, room) };
      waitMs = Math.min(waitMs ?? ms, ms);
    }
  }
  return waitMs === undefined ? undefined : { waitMs };
};

/**
 * How many batches more the process takes. Each worker has its next interactive batch at hand, so that it does not wait for
 * it. Of backfill only one waits there, and interactive ones go before it.
 */
const roomFor = <W extends Waiting>(priority: Priority, { sent, workers, isHalfOpen }: Planning<W>): number => {
  if (isHalfOpen) return 1 - sent.length;
  let there = 0;
  for (const batch of sent) if (batch.priority === priority) there++;
  return (priority === 'interactive' ? 2 * workers : workers + 1) - there;
};

/** While all workers are busy, few rows may gather; while one is idle, none waits. */
const waitOf = <W extends Waiting>(group: Group<W>, { sent, workers, limits }: Planning<W>): number => {
  if (sent.length < workers || group.rows >= LEAST_SHARE || !group.together) return 0;
  return firstOf(group).since + limits.batchWaitMs - performance.now();
};
