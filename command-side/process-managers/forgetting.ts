import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { keyIdOf } from '../../infra/personal-data/seal.ts';
import type { SubjectKeys } from '../../infra/personal-data/subject-keys.ts';
import type { ProcessManager } from './process-manager.ts';

export interface ForgettingDependencies {
  readonly bus: EventBus;
  /** The store as it is written, with personal data sealed. */
  readonly sealedLog: EventStore;
  readonly keys: SubjectKeys;
}

/**
 * Destroys the keys of a booking's personal data once its stream says that the person was forgotten. Done before the
 * bus offset moves on, so a crash only does it again.
 */
export const startForgetting = ({ bus, sealedLog, keys }: ForgettingDependencies): ProcessManager => {
  const consumer = bus.consume({
    group: 'process-manager-forgetting',
    topics: ['spirit.booking'],
    onBatch: async ({ events }) => {
      for (const { type, stream, revision } of events) {
        if (type === 'booking.contact-forgotten.v1') await keys.destroy(await keysUpTo(sealedLog, stream, revision));
      }
    },
  });
  return { stop: () => consumer.stop() };
};

const keysUpTo = async (log: EventStore, stream: string, revision: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  const collect = ({ personal }: RecordedEvent) => (personal === undefined ? [] : [keyIdOf(personal)]);
  for await (const batch of log.readStream(stream, { limit: revision + 1 })) ids.push(...batch.flatMap(collect));
  return ids;
};
