import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EventEnvelope, RecordedEvent } from '../../../../contracts/events/envelope.ts';
import { eventStore } from '../../../../infra/engines/event-store.ts';
import { startEngine } from '../../../../infra/engines/start-engine.ts';
import {
  type EventStore,
  EventStoreUnavailableError,
  type ExpectedRevision,
} from '../../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../../infra/event-store/open-event-store.ts';
import { seededRandom } from '../../../../ml/learning/seeded-random.ts';
import { aListener, collect, idsOf, newStream, someEvents, until } from '../sample-events.ts';

const KILLS = Number(process.env.KILLS ?? 50);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

interface Acknowledged {
  readonly stream: string;
  readonly revision: number;
  readonly ids: readonly string[];
}

/** Sends the same events until they are acknowledged, as a client of the platform does. */
const appendSurely = async (
  store: EventStore,
  stream: string,
  expected: ExpectedRevision,
  events: readonly EventEnvelope[],
): Promise<Acknowledged> => {
  for (;;) {
    try {
      const result = await store.append(stream, expected, events);
      if (!result.appended) throw new Error(`conflict in ${stream} at ${result.actualRevision}, expected ${expected}`);
      return { stream, revision: result.revision, ids: idsOf(events) };
    } catch (error) {
      if (!(error instanceof EventStoreUnavailableError)) throw error;
    }
  }
};

describe('a server that is killed and comes back', () => {
  it(`${KILLS} times under load: all that was acknowledged is there once, and subscriptions miss and repeat nothing (SEED=${SEED})`, {
    timeout: 300_000,
  }, async () => {
    const random = seededRandom(SEED);
    const surprises: unknown[] = [];
    const surprise = (error: unknown): number => surprises.push(error);
    process.on('unhandledRejection', surprise).on('uncaughtException', surprise);
    const dir = await mkdtemp(join(tmpdir(), 'esdb-kill-'));
    let engine = await startEngine(eventStore, { dir });
    const store = await openEventStore({ url: engine.url, dataDir: dir });

    const heard = aListener();
    const filtered = aListener();
    const filter = { streamPrefixes: ['stay-'] };
    const subscriptions = [
      store.subscribeAll({ onBatch: heard.onBatch }),
      store.subscribeAll({ onBatch: filtered.onBatch, filter, batchSize: 50 }),
    ];
    const acknowledged: Acknowledged[] = [];
    let running = true;
    const shared = newStream('stay');
    const appendToOwn = async (): Promise<void> => {
      const stream = newStream('booking');
      for (let revision = -1; running; ) {
        const events = someEvents(1 + Math.floor(random() * 4));
        const done = await appendSurely(store, stream, revision < 0 ? 'no-stream' : revision, events);
        expect(done.revision).toBe(revision + events.length);
        revision = done.revision;
        acknowledged.push(done);
      }
    };
    const appendToShared = async (): Promise<void> => {
      while (running) acknowledged.push(await appendSurely(store, shared, 'any', someEvents(2)));
    };
    const load = [...Array.from({ length: 8 }, appendToOwn), appendToShared(), appendToShared()];
    const working = Promise.all(load);
    working.catch(() => undefined);

    for (let kill = 0; kill < KILLS; kill++) {
      const before = acknowledged.length;
      await until('an append has been acknowledged', () => acknowledged.length > before);
      await pause(random() * 150);
      await engine.kill();
      engine = await startEngine(eventStore, { dir });
    }
    running = false;
    await working;

    const head = await store.headPosition();
    await until('all is heard', () => (heard.reached.at(-1) ?? 0) >= head);
    await until('all that passes the filter is heard', () => (filtered.reached.at(-1) ?? 0) >= head);
    await Promise.all(subscriptions.map((subscription) => subscription.stop()));
    const log = await collect(store.readAll());
    await store.close();
    await engine.stop();
    process.off('unhandledRejection', surprise).off('uncaughtException', surprise);
    await rm(dir, { recursive: true });

    const byId = new Map<string, RecordedEvent>(log.map((event) => [event.id, event]));
    expect(byId.size).toBe(log.length);
    expect(new Set(acknowledged.flatMap(({ ids }) => ids)).size).toBe(log.length);
    for (const { stream, revision, ids } of acknowledged) {
      const places = ids.map((id) => [byId.get(id)?.stream, byId.get(id)?.revision]);
      expect(places).toEqual(ids.map((_, i) => [stream, revision - ids.length + 1 + i]));
    }
    expect(heard.events.map(({ position }) => position)).toEqual(log.map(({ position }) => position));
    expect(idsOf(filtered.events)).toEqual(idsOf(log.filter(({ stream }) => stream === shared)));
    expect(surprises).toEqual([]);
    console.log(`${KILLS} kills survived, ${log.length} events`);
  });
});
