import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Trainer } from './trainer.ts';

export interface CollectScope {
  readonly tenant: string;
  /** ISO 8601 UTC instant: what happened later is not looked at. */
  readonly asOf: string;
}

/**
 * Reads the log once and gives a trainer what it asks for: one tenant's events, none of which happened after `asOf`. So a
 * training set as of a day is the same whether the log goes on after it or not.
 */
export const collect = async <Data>(
  trainer: Trainer<Data>,
  eventStore: Pick<EventStore, 'readAll'>,
  scope: CollectScope,
): Promise<Data> => {
  const collector = trainer.collector(scope);
  const until = Date.parse(scope.asOf);
  for await (const batch of eventStore.readAll({ filter: { types: trainer.handles } })) {
    for (const event of batch) {
      if (event.tenant === scope.tenant && Date.parse(event.time) <= until) collector.add(event);
    }
  }
  return collector.finish();
};
