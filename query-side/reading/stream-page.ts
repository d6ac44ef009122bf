import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { QueryDeps } from './query-deps.ts';

/** A page of a stream's events, oldest first. @param query `after`: revision of the last event of the page before */
export const pageOfStream = async (
  { eventStore }: Pick<QueryDeps, 'eventStore'>,
  stream: string,
  { limit, after }: { readonly limit: number; readonly after?: number | undefined },
): Promise<{ readonly items: readonly RecordedEvent[]; readonly next?: string }> => {
  const events: RecordedEvent[] = [];
  const from = after === undefined ? 0 : after + 1;
  // One more than the page tells whether there is a next one.
  for await (const batch of eventStore.readStream(stream, { from, limit: limit + 1 })) events.push(...batch);
  const items = events.slice(0, limit);
  return events.length > items.length ? { items, next: String(items.at(-1)?.revision) } : { items };
};
