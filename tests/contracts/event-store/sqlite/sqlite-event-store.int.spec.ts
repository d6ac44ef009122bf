import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EventStore, EventStoreUnavailableError } from '../../../../infra/event-store/event-store.ts';
import {
  openSqliteEventStore,
  type SqliteEventStoreOptions,
} from '../../../../infra/event-store/sqlite/sqlite-event-store.ts';
import { spawnWriter } from '../../../../infra/event-store/sqlite/writer-thread.ts';
import { aListener, collect, idsOf, newStream, someEvents, until } from '../sample-events.ts';

describe('the embedded event store', () => {
  let dataDir: string;
  const open: EventStore[] = [];
  const openStore = async (options: Partial<SqliteEventStoreOptions> = {}): Promise<EventStore> => {
    const store = await openSqliteEventStore({ dataDir, ...options });
    open.push(store);
    return store;
  };
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sqlite-event-store-'));
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    rmSync(dataDir, { recursive: true });
  });

  it('rejects what was under way when its writer thread dies, and writes on with a new one', async () => {
    const threads: Worker[] = [];
    const spawn = (): Worker => {
      const thread = spawnWriter({ dataDir, maxBytes: undefined });
      threads.push(thread);
      return thread;
    };
    const store = await openStore({ spawn });
    const stream = newStream();
    const events = someEvents(2);
    await store.append(stream, 'no-stream', someEvents(1));

    const underWay = Array.from({ length: 20 }, () => store.append(newStream(), 'no-stream', someEvents(1)));
    const retried = store.append(stream, 0, events);
    const answers = Promise.allSettled([...underWay, retried]);
    await threads[0]?.terminate();
    for (const answer of await answers) {
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(EventStoreUnavailableError);
    }

    expect(await store.append(stream, 0, events)).toMatchObject({ appended: true, revision: 2 });
    expect(idsOf(await collect(store.readStream(stream, { from: 1 })))).toEqual(idsOf(events));
    expect(threads).toHaveLength(2);
  });

  it('refuses to queue without bound, and takes appends again when the queue has drained', async () => {
    const store = await openStore({ writeQueue: { maxPendingAppends: 10, maxPendingCharacters: 1_000_000 } });
    const answers = await Promise.allSettled(
      Array.from({ length: 15 }, () => store.append(newStream(), 'any', someEvents(1))),
    );
    const refused = answers.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason);
    expect(refused).toHaveLength(5);
    expect(refused[0]).toBeInstanceOf(EventStoreUnavailableError);
    expect(refused[0].message).toMatch(/^the write queue is full: 10 appends \(\d+ characters\) are waiting$/);

    const large = someEvents(1, { data: 'x'.repeat(600_000) });
    const first = store.append(newStream(), 'any', large);
    await expect(store.append(newStream(), 'any', someEvents(1, { data: 'x'.repeat(600_000) }))).rejects.toThrow(
      'full',
    );
    expect(await first).toMatchObject({ appended: true });
    expect(await store.append(newStream(), 'any', someEvents(1))).toMatchObject({ appended: true });
  });

  it('answers as unavailable when there is no room, and tells why', async () => {
    const store = await openStore({ maxBytes: 512 * 1024 });
    const stream = newStream();
    const refused = store.append(stream, 'any', someEvents(1, { data: 'x'.repeat(1024 * 1024) }));
    await expect(refused).rejects.toBeInstanceOf(EventStoreUnavailableError);
    await expect(refused).rejects.toThrow('the write failed: SQLITE_FULL database or disk is full');
    expect(await collect(store.readStream(stream))).toEqual([]);
    expect(await store.append(stream, 'no-stream', someEvents(1))).toMatchObject({ appended: true });
  });

  it('hears and sees what another store on the same file appends', async () => {
    const [ours, theirs] = [await openStore(), await openStore()];
    const heard = aListener();
    const subscription = ours.subscribeAll({ onBatch: heard.onBatch });
    const stream = newStream();
    const [first, second] = [someEvents(1), someEvents(1)];
    await theirs.append(stream, 'no-stream', first);
    await until('theirs is heard', () => heard.events.length === 1);
    expect(await ours.append(stream, 'no-stream', someEvents(1))).toEqual({ appended: false, actualRevision: 0 });
    await ours.append(stream, 0, second);
    await until('ours is heard', () => heard.events.length === 2);
    await subscription.stop();
    expect(idsOf(heard.events)).toEqual(idsOf([...first, ...second]));
  });

  it('loses nothing between two stores that append at the same time', async () => {
    const stores = [await openStore(), await openStore()];
    const stream = newStream();
    const heard = aListener();
    const subscription = stores[0]?.subscribeAll({ onBatch: heard.onBatch });
    await Promise.all(
      stores.map(async (store) => {
        for (let i = 0; i < 30; i++) await store.append(stream, 'any', someEvents(2));
      }),
    );
    await until('all is heard', () => heard.events.length === 120);
    await subscription?.stop();
    expect(heard.events.map(({ revision }) => revision)).toEqual(Array.from({ length: 120 }, (_, i) => i));
  });

  it('does not open a file that is no database, and says so', async () => {
    writeFileSync(join(dataDir, 'events.db'), 'this is not a database, whatever its name says'.repeat(50));
    await expect(openStore()).rejects.toThrow("the event store can't be opened: file is not a database");
  });
});
