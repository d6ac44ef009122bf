import type { Client, estypes } from '@elastic/elasticsearch';
import type { HitPosition } from '../cursor.ts';
import { persistently, statusOf } from './calls.ts';
import type { Plan } from './text-query.ts';

const KEEP_ALIVE = '2m';

/** What a page tells the next one inside the cursor. */
export interface PageMemo {
  readonly plan: Plan;
  /** The point in time that pages from the second on are of. */
  readonly pit?: string;
}

/** The memo of a cursor, which may have been forged: anything that is none counts as absent. */
export const memoOf = ({ memo }: HitPosition, words: number): PageMemo | undefined => {
  if (typeof memo !== 'object' || memo === null) return undefined;
  const { plan, pit } = memo as { plan?: { all?: unknown; unknown?: unknown }; pit?: unknown };
  const unknown = plan?.unknown;
  if (typeof plan?.all !== 'boolean' || !Array.isArray(unknown)) return undefined;
  if (!unknown.every((at) => Number.isSafeInteger(at) && at >= 0 && at < words)) return undefined;
  return { plan: { all: plan.all, unknown: unknown as number[] }, ...(typeof pit === 'string' ? { pit } : {}) };
};

export const openPointInTime = async (client: Client, index: string, withinMs: number): Promise<string> => {
  const open = (requestTimeout: number): Promise<estypes.OpenPointInTimeResponse> =>
    client.openPointInTime({ index, keep_alive: KEEP_ALIVE }, { requestTimeout });
  return (await persistently(withinMs, open)).id;
};

/** It ends by itself too, only later. */
export const closePointInTime = async (client: Client, id: string): Promise<void> => {
  await client.closePointInTime({ id }, { requestTimeout: 1_000 }).catch(() => undefined);
};

export const inPointInTime = (id: string): { pit: estypes.SearchPointInTimeReference } => ({
  pit: { id, keep_alive: KEEP_ALIVE },
});

/** Whether the point in time has ended, or never was one. */
export const isGone = (error: unknown): boolean => [400, 404].includes(statusOf(error) ?? 0);
