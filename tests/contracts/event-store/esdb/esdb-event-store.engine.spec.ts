import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../../infra/engines/engine.ts';
import { eventStore } from '../../../../infra/engines/event-store.ts';
import { freePort, type RunningEngine, startEngine } from '../../../../infra/engines/start-engine.ts';
import { openEsdbEventStore } from '../../../../infra/event-store/esdb/esdb-event-store.ts';
import {
  type AppendResult,
  type EventStore,
  EventStoreUnavailableError,
  EventTooLargeError,
} from '../../../../infra/event-store/event-store.ts';
import { aListener, anEvent, collect, endOf, idsOf, newStream, someEvents, until } from '../sample-events.ts';

let dir: string;
let engine: RunningEngine;
const stores: EventStore[] = [];

/** Gives up soon, so that the specs need not wait. */
const open = async (url = engine.url): Promise<EventStore> => {
  const store = await openEsdbEventStore({ url, timeoutMs: 700, retryMs: 1_500 });
  stores.push(store);
  return store;
};

const withEnv = (env: Record<string, string>): Engine => ({
  ...eventStore,
  launch: async (place) => {
    const launch = await eventStore.launch(place);
    return { ...launch, env: { ...launch.env, ...env } };
  },
});

const start = async (env: Record<string, string> = {}): Promise<void> => {
  engine = await startEngine(withEnv(env), { dir });
};

/** Sends the same again while the server is on its way back. */
const surely = async (append: () => Promise<AppendResult>): Promise<AppendResult> => {
  for (let tries = 0; ; tries++) {
    try {
      return await append();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailableError) || tries === 5) throw error;
    }
  }
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'esdb-'));
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await engine.kill();
  await rm(dir, { recursive: true });
});

describe('two processes on one log', () => {
  it('write the same events once, and only one of them is told that it wrote them', async () => {
    await start();
    const [one, other] = [await open(), await open()];
    for (const expected of ['no-stream', 'any'] as const) {
      const stream = newStream();
      const events = someEvents(3);
      const results = await Promise.all([one, other].map((store) => store.append(stream, expected, events)));
      expect(results.map((result) => result.appended && result.alreadyThere).sort()).toEqual([false, true]);
      expect(new Set(results.map((result) => result.appended && result.position)).size).toBe(1);
      expect(idsOf(await collect(one.readStream(stream)))).toEqual(idsOf(events));
    }
  });

  it('each find what the other wrote, also where they knew an older stream', async () => {
    await start();
    const [one, other] = [await open(), await open()];
    const stream = newStream();
    const [first, second] = [someEvents(2), someEvents(1)];
    await one.append(stream, 'no-stream', first);
    expect(await other.append(stream, 1, second)).toMatchObject({ appended: true, revision: 2 });
    expect(await one.append(stream, 1, second)).toMatchObject({ alreadyThere: true, revision: 2 });
    expect(await one.append(stream, 1, someEvents(1))).toEqual({ appended: false, actualRevision: 2 });
    expect(await other.append(stream, 'any', first)).toMatchObject({ alreadyThere: true, revision: 1 });
    const appends = await Promise.all(
      [one, other, one, other].map((store) => store.append(stream, 'any', [anEvent()])),
    );
    expect(appends.map((result) => result.appended && result.revision).sort()).toEqual([3, 4, 5, 6]);
  });
});

describe('a server that is away', () => {
  it('makes appends and reads fail in time, and is found again when it is back', async () => {
    await start();
    const store = await open();
    const stream = newStream();
    await store.append(stream, 'no-stream', someEvents(1));
    const heard = aListener();
    const subscription = store.subscribeAll({ onBatch: heard.onBatch });
    await until('the first is heard', () => heard.events.length === 1);
    await engine.kill();

    const startedAt = performance.now();
    const missed = someEvents(1);
    await Promise.all([
      expect(store.append(stream, 0, missed)).rejects.toBeInstanceOf(EventStoreUnavailableError),
      expect(collect(store.readStream(stream))).rejects.toBeInstanceOf(EventStoreUnavailableError),
      expect(collect(store.readAll())).rejects.toBeInstanceOf(EventStoreUnavailableError),
      expect(store.headPosition()).rejects.toBeInstanceOf(EventStoreUnavailableError),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);

    await start();
    expect(await surely(() => store.append(stream, 0, missed))).toMatchObject({ appended: true, revision: 1 });
    await until('the second is heard', () => heard.events.length === 2);
    expect(idsOf(await collect(store.readStream(stream)))).toEqual(idsOf(heard.events));
    await subscription.stop();
  });

  it('answers an append that was under way when it went and came', async () => {
    await start();
    const store = await openEsdbEventStore({ url: engine.url, timeoutMs: 700, retryMs: 20_000 });
    stores.push(store);
    await engine.kill();
    const events = someEvents(2);
    const stream = newStream();
    const appending = store.append(stream, 'any', events);
    await start();
    expect(await appending).toMatchObject({ appended: true, revision: 1 });
    expect(idsOf(await collect(store.readStream(stream)))).toEqual(idsOf(events));
  });

  it('that stands still is not waited for, and what it took in meanwhile is found to be there', async () => {
    await start();
    const store = await open();
    const stream = newStream();
    await store.append(stream, 'no-stream', someEvents(1));
    engine.process.kill('SIGSTOP');
    const events = someEvents(2);
    await expect(store.append(stream, 0, events)).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await expect(store.headPosition()).rejects.toBeInstanceOf(EventStoreUnavailableError);
    engine.process.kill('SIGCONT');
    const again = await surely(() => store.append(stream, 0, events));
    expect(again).toMatchObject({ appended: true, alreadyThere: true, revision: 2 });
    expect(await collect(store.readStream(stream))).toHaveLength(3);
  });

  it('lets the store be closed, with appends and subscriptions under way', async () => {
    await start();
    const store = await open();
    const subscription = store.subscribeAll({ onBatch: async () => undefined });
    await engine.kill();
    const appending = store.append(newStream(), 'any', someEvents(1));
    appending.catch(() => undefined);
    const startedAt = performance.now();
    await store.close();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await expect(appending).rejects.toBeInstanceOf(EventStoreUnavailableError);
    expect(await endOf(subscription)).toBeUndefined();
  });
});

describe('a cluster', () => {
  it.each([
    ['by its name', (port: number) => `esdb+discover://127.0.0.1:${port}?tls=false`],
    ['by some members', (port: number) => `esdb://127.0.0.1:1,127.0.0.1:${port}?tls=false`],
  ])('is found %s, is missed, and is found again', async (_, urlOf) => {
    await start();
    const store = await open(urlOf(engine.port));
    const stream = newStream();
    expect(await store.append(stream, 'no-stream', someEvents(1))).toMatchObject({ appended: true });
    const heard = aListener();
    store.subscribeAll({ onBatch: heard.onBatch });
    await engine.kill();
    const failing = Array.from({ length: 5 }, () => store.append(newStream(), 'any', someEvents(1)));
    for (const { status } of await Promise.allSettled(failing)) expect(status).toBe('rejected');
    await start();
    const later = someEvents(1);
    expect(await surely(() => store.append(stream, 0, later))).toMatchObject({ appended: true, revision: 1 });
    await until('it is heard', () => heard.events.some((event) => event.stream === stream && event.revision === 1));
  });

  it('that was never there lets the store be opened and closed', async () => {
    await start();
    const store = await open(`esdb+discover://127.0.0.1:${await freePort()}?tls=false&maxDiscoverAttempts=2`);
    await expect(store.append(newStream(), 'any', someEvents(1))).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await store.close();
  });
});

describe('limits of the server', () => {
  it('a full disk refuses appends, keeps what was acknowledged, and takes more once there is room', async () => {
    await start({ MAX_BYTES: String(300_000) });
    const store = await open();
    const stream = newStream();
    const written: string[] = [];
    const fill = async (): Promise<never> => {
      for (;;) {
        const events = someEvents(1, { data: 'x'.repeat(20_000) });
        await store.append(stream, 'any', events);
        written.push(...idsOf(events));
      }
    };
    await expect(fill()).rejects.toBeInstanceOf(EventStoreUnavailableError);
    expect(written.length).toBeGreaterThan(3);
    await engine.kill();
    await start();
    expect(idsOf(await collect(store.readStream(stream)))).toEqual(written);
    const last = someEvents(1);
    expect(await surely(() => store.append(stream, written.length - 1, last))).toMatchObject({ appended: true });
  });

  it('an append that is larger than it takes at once is refused as too large', async () => {
    await start({ MAX_APPEND_SIZE: '100000' });
    const store = await open();
    const events = someEvents(11, { data: 'x'.repeat(10_000) });
    const stream = newStream();
    await expect(store.append(stream, 'any', events)).rejects.toBeInstanceOf(EventTooLargeError);
    expect(await collect(store.readStream(stream))).toEqual([]);
  });
});

describe('what others write into the log', () => {
  it("is read where it is an event, and left out where it is the server's own", async () => {
    await start();
    const store = await open();
    const client = EventStoreDBClient.connectionString(engine.url);
    const stream = newStream();
    const heard = aListener();
    const subscription = store.subscribeAll({ onBatch: heard.onBatch });
    await store.append(stream, 'no-stream', someEvents(1));
    const foreign = jsonEvent({ type: 'booking.noted.v1', data: { by: 'hand' } });
    await client.appendToStream(stream, foreign);
    const head = await store.headPosition();
    for (let i = 0; i < 70; i++) await client.setStreamMetadata(stream, { truncateBefore: 0 });

    expect(await store.headPosition()).toBe(head);
    const all = await collect(store.readAll());
    expect(all).toHaveLength(2);
    expect(all[1]).toMatchObject({ id: foreign.id, revision: 1, data: { by: 'hand' }, tenant: '', position: head });
    await until('all is passed', () => (heard.reached.at(-1) ?? 0) > head);
    expect(heard.events).toEqual(all);
    const last = await store.append(stream, 1, someEvents(1));
    expect(last.appended && last.position).toBe(await store.headPosition());
    await subscription.stop();
    await client.dispose();
  });
});
