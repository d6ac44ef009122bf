import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { sealAll, unsealAll } from './seal.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** The event store with personal data sealed on its way in and opened on its way out: the log itself never holds it in plain text. */
export const sealedEventStore = (store: EventStore, keys: SubjectKeys): EventStore => ({
  append: async (stream, expected, events) => store.append(stream, expected, await sealAll(keys, events)),
  readStream: (stream, options) => unsealed(keys, store.readStream(stream, options)),
  readAll: (options) => unsealed(keys, store.readAll(options)),
  subscribeAll: (options) =>
    store.subscribeAll({
      ...options,
      onBatch: async (events, upTo) => options.onBatch(await unsealAll(keys, events), upTo),
    }),
  headPosition: () => store.headPosition(),
  close: () => store.close(),
});

async function* unsealed(
  keys: SubjectKeys,
  batches: AsyncIterable<readonly RecordedEvent[]>,
): AsyncIterable<readonly RecordedEvent[]> {
  for await (const batch of batches) yield await unsealAll(keys, batch);
}
