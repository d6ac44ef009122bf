import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Relay, startRelay } from '../../command-side/relay/relay.ts';
import type { EventEnvelope, RecordedEvent } from '../../contracts/events/envelope.ts';
import { randomId } from '../../contracts/ids.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import { openEventBus } from '../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { openSearch } from '../../infra/search/open-search.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import {
  createProjectionRunner,
  type ProjectionRunner,
  type RunnerOptions,
} from '../../projections/runner/projection-runner.ts';

/** URLs of the engines to stand on; embedded where there is none. */
export interface StageUrls {
  readonly documents?: string;
  readonly search?: string;
  readonly eventStore?: string;
  readonly bus?: string;
}

/** Opens what the projections stand on. */
export const openPorts = async (dataDir: string, urls: StageUrls) => {
  const at = (url: string | undefined) => (url === undefined ? { dataDir } : { dataDir, url });
  const documents = await openDocuments(at(urls.documents));
  const search = await openSearch(at(urls.search));
  const eventStore = await openEventStore(at(urls.eventStore));
  return { documents, search, eventStore, bus: await openEventBus(at(urls.bus), eventStore) };
};

/** All that the projections stand on, in a directory of its own; with another bus or engines where they are given. */
export const openStage = async (given: { readonly bus?: EventBus; readonly urls?: StageUrls } = {}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'projections-'));
  const ports = await openPorts(dataDir, given.urls ?? {});
  const { documents, search, eventStore } = ports;
  const bus = given.bus ?? ports.bus;
  const relay: Relay = await startRelay({ eventStore, bus, onWarning: (message) => console.warn(message) });
  const runners: ProjectionRunner[] = [];
  return {
    dataDir,
    documents,
    search,
    eventStore,
    bus,
    runner: (projections: readonly Projection[], options: Partial<RunnerOptions> = {}): ProjectionRunner => {
      const runner = createProjectionRunner({ projections, documents, search, eventStore, bus, ...options });
      runners.push(runner);
      return runner;
    },
    /** Appends to a stream and returns the position. */
    append: async (stream: string, ...events: readonly EventEnvelope[]): Promise<number> => {
      const result = await eventStore.append(stream, 'any', events);
      if (!result.appended) throw new Error('not appended');
      return result.position;
    },
    log: async (): Promise<readonly RecordedEvent[]> => {
      const all: RecordedEvent[] = [];
      for await (const events of eventStore.readAll()) all.push(...events);
      return all;
    },
    close: async () => {
      for (const runner of runners) await runner.stop();
      await relay.stop();
      await bus.close();
      await ports.bus.close();
      await eventStore.close();
      await search.close();
      await documents.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
export type Stage = Awaited<ReturnType<typeof openStage>>;

export const event = (type: string, data: unknown): EventEnvelope => ({
  id: randomId(),
  type,
  time: new Date().toISOString(),
  tenant: 'tenant-a',
  actor: 'user:somebody',
  correlationId: randomId(),
  causationId: randomId(),
  data,
});

/** Resolves as soon as `found` is true. @throws Error when it is not within `timeoutMs`. */
export const until = async (found: () => Promise<boolean> | boolean, timeoutMs = 5_000): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (!(await found())) {
    if (Date.now() > deadline) throw new Error('it did not come about in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

interface Tally {
  readonly count: number;
  readonly words: readonly string[];
}

/** A view of made-up events: what a stream said. `poison` is a word that it cannot handle. */
export const tally = (options: { version?: number; poison?: () => string | undefined } = {}): Projection =>
  ({
    name: 'tally',
    version: options.version ?? 1,
    handles: ['speaker.said.v1'],
    indexes: [{ fields: ['count'] }],
    key: ({ stream }) => stream,
    evolve: (document: Tally | undefined, { data }) => {
      const { word } = data as { word: string };
      if (word === options.poison?.()) throw new Error(`cannot hear ${word}`);
      return { count: (document?.count ?? 0) + 1, words: [...(document?.words ?? []), word] };
    },
    rollups: [
      {
        collection: 'words',
        indexes: [],
        contributions: ({ words }: Tally) =>
          words.map((word) => ({ key: word, dimensions: { word }, measures: { times: 1 } })),
      },
    ],
  }) as Projection<Tally> as unknown as Projection;
