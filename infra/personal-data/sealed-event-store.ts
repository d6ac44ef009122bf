import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { seal, unseal } from './seal.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** The event store with personal data sealed on its way in and opened on its way out: the log itself never holds it in plain text. */
export const sealedEventStore = (store: EventStore, keys: SubjectKeys): EventStore => ({
  append: (stream, expected, events) =>
    store.append(
      stream,
      expected,
      events.map((event) => seal(keys, event)),
    ),
  readStream: (stream, options) => unsealed(keys, store.readStream(stream, options)),
  readAll: (options) => unsealed(keys, store.readAll(options)),
  subscribeAll: (options) =>
    store.subscribeAll({ ...options, onBatch: (events, upTo) => options.onBatch(unsealAll(keys, events), upTo) }),
  headPosition: () => store.headPosition(),
  close: () => store.close(),
});

/** The batch opened; the same array when nothing in it is sealed. */
export const unsealAll = (keys: SubjectKeys, events: readonly RecordedEvent[]): readonly RecordedEvent[] =>
  events.some((event) => event.personal !== undefined) ? events.map((event) => unseal(keys, event)) : events;

async function* unsealed(
  keys: SubjectKeys,
  batches: AsyncIterable<readonly RecordedEvent[]>,
): AsyncIterable<readonly RecordedEvent[]> {
  for await (const batch of batches) yield unsealAll(keys, batch);
}
