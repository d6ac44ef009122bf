import type { EventBus } from '../event-bus/event-bus.ts';
import { unsealAll } from './seal.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** The bus as its consumers see it: what the relay published sealed is opened on arrival, so the bus never holds it in plain text. */
export const sealedEventBus = (bus: EventBus, keys: SubjectKeys): EventBus => ({
  ...(bus.partitionOf && { partitionOf: bus.partitionOf.bind(bus) }),
  publish: (events, upTo) => bus.publish(events, upTo),
  publishedUpTo: () => bus.publishedUpTo(),
  consume: (options) =>
    bus.consume({
      ...options,
      onBatch: async (batch) => options.onBatch({ ...batch, events: await unsealAll(keys, batch.events) }),
    }),
  close: () => bus.close(),
});
