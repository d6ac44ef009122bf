import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRelay } from '../../../command-side/relay/relay.ts';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { kafka } from '../../../infra/engines/kafka/kafka.ts';
import { type RunningEngine, startEngine } from '../../../infra/engines/start-engine.ts';
import type { EventBus } from '../../../infra/event-bus/event-bus.ts';
import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import type { EventStore } from '../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { newStream, someEvents } from '../event-store/sample-events.ts';

/** These kill a broker, so they have one of their own. */
describe.runIf(engineUrl('EVENT_BUS_URL') !== undefined)('the bus on Kafka while brokers die', () => {
  let dir: string;
  let dataDir: string;
  let engine: RunningEngine;
  let store: EventStore;
  let bus: EventBus;
  const warnings: string[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kafka-deaths-'));
    dataDir = join(dir, 'data-of-ours');
    engine = await startEngine(kafka, { dir: join(dir, 'broker') });
    store = await openEventStore({ dataDir });
    bus = await openEventBus({ url: engine.url, dataDir, onWarning: (message) => void warnings.push(message) }, store);
  });
  afterEach(async () => {
    await bus.close();
    await store.close();
    await engine.kill();
    await rm(dir, { recursive: true });
  });

  it('loses nothing and keeps the order of each stream, killed five times under load', {
    timeout: 180_000,
  }, async () => {
    const relay = await startRelay({ eventStore: store, bus, onWarning: (message) => void warnings.push(message) });
    const heard = [0, 1].map(() => [] as RecordedEvent[]);
    const consumers = heard.map((events, i) =>
      bus.consume({ group: `view-${i}`, onBatch: async (batch) => void events.push(...batch.events) }),
    );
    const streams = [
      ...Array.from({ length: 20 }, () => newStream()),
      ...Array.from({ length: 5 }, () => newStream('stay')),
    ];
    let writing = true;
    const writer = (async () => {
      while (writing) {
        for (const stream of streams) await store.append(stream, 'any', someEvents(2));
        await sleep(40);
      }
    })();
    for (let death = 0; death < 5; death++) {
      await sleep(700 + 300 * death);
      await engine.kill();
      await sleep(death % 2 === 0 ? 0 : 800);
      engine = await startEngine(kafka, { dir: join(dir, 'broker') });
    }
    await sleep(500);
    writing = false;
    await writer;
    const head = await store.headPosition();
    await vi.waitFor(() => expect(relay.position()).toBe(head), { timeout: 30_000, interval: 100 });
    await vi.waitFor(
      () => {
        for (const events of heard) expect(new Set(events.map(({ position }) => position)).size).toBe(head);
      },
      { timeout: 40_000, interval: 100 },
    );
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    await relay.stop();
    for (const events of heard) {
      const next = new Map<string, number>();
      const seen = new Set<number>();
      for (const { stream, revision, position } of events) {
        if (seen.has(position)) continue;
        seen.add(position);
        expect(revision).toBe(next.get(stream) ?? 0);
        next.set(stream, revision + 1);
      }
    }
  });

  it('refuses to publish after some seconds without a broker, closes quickly, and has lost nothing', async () => {
    const [event] = someEvents(1);
    if (event === undefined) throw new Error('no event');
    await store.append('booking-1', 'any', [event]);
    const batches: (readonly RecordedEvent[])[] = [];
    for await (const batch of store.readAll()) batches.push(batch);
    const consumer = bus.consume({ group: 'view', onBatch: async () => undefined });
    await engine.kill();
    const began = performance.now();
    await expect(bus.publish(batches.flat(), 1)).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(20_000);
    const closing = performance.now();
    await consumer.stop();
    expect(performance.now() - closing).toBeLessThan(5_000);

    engine = await startEngine(kafka, { dir: join(dir, 'broker') });
    const heard: string[] = [];
    bus.consume({ group: 'view', onBatch: async ({ events }) => void heard.push(...events.map(({ id }) => id)) });
    await bus.publish(batches.flat(), 1);
    await vi.waitFor(() => expect(heard).toEqual([event.id]), { timeout: 20_000 });
  });

  it('says that no broker answers when it is opened without one', async () => {
    await engine.kill();
    await expect(openEventBus({ url: engine.url, dataDir }, store)).rejects.toThrow(
      `EVENT_BUS_URL: can't connect to Kafka at 127.0.0.1:${engine.port}: `,
    );
  });
});
