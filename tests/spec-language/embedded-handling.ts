import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandHandling } from '../../command-side/handling/command-handling.ts';
import type { CommandHandling } from '../../command-side/handling/handle.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';

export interface EmbeddedHandling {
  readonly handling: CommandHandling;
  readonly eventStore: EventStore;
  /** All events written so far. */
  readonly log: () => Promise<readonly RecordedEvent[]>;
  /** Command handling that begins anew on the same log, as after a restart. */
  readonly restarted: () => CommandHandling;
  readonly close: () => Promise<void>;
}

/** Command handling on an embedded event store in a directory of its own, for specs that need the real thing. */
export const openEmbeddedHandling = async (
  clock: () => string = () => new Date().toISOString(),
): Promise<EmbeddedHandling> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'spirit-'));
  const eventStore = await openEventStore({ dataDir });
  const restarted = () =>
    createCommandHandling({
      eventStore,
      snapshots: undefined,
      clock,
      onWarning: (message, error) => {
        throw new Error(message, { cause: error });
      },
    });
  return {
    handling: restarted(),
    eventStore,
    restarted,
    log: async () => {
      const events: RecordedEvent[] = [];
      for await (const batch of eventStore.readAll()) events.push(...batch);
      return events;
    },
    close: async () => {
      await eventStore.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
