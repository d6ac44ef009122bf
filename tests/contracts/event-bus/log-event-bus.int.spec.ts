import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { EventBus } from '../../../infra/event-bus/event-bus.ts';
import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import type { EventStore } from '../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { anEvent, collect, idsOf, newStream, someEvents, until } from '../event-store/sample-events.ts';

describe('the bus over the embedded log', () => {
  let dataDir: string;
  let store: EventStore;
  const buses: EventBus[] = [];
  const openBus = async (over = store): Promise<EventBus> => {
    const bus = await openEventBus({ dataDir }, over);
    buses.push(bus);
    return bus;
  };
  const recorded = async (events = someEvents(1), stream = newStream()): Promise<RecordedEvent[]> => {
    const after = await store.headPosition();
    await store.append(stream, 'any', events);
    return collect(store.readAll({ after }));
  };
  const publish = async (bus: EventBus, events: RecordedEvent[]): Promise<void> =>
    bus.publish(events, events.at(-1)?.position ?? 0);

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'log-bus-'));
    store = await openEventStore({ dataDir });
  });
  afterEach(async () => {
    for (const bus of buses.splice(0)) await bus.close();
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  it('hears what a bus of another process on the same folder has published', async () => {
    const [relay, projector] = [await openBus(), await openBus()];
    const heard: RecordedEvent[] = [];
    projector.consume({ group: 'view', onBatch: async ({ events }) => void heard.push(...events) });
    const events = await recorded(someEvents(3));
    await publish(relay, events);
    await until('it is heard', () => heard.length === 3);
    expect(idsOf(heard)).toEqual(idsOf(events));
    expect(await projector.publishedUpTo()).toBe(events[2]?.position);
  });

  it('reads the log for a consumer that the memory of recent events does not reach', async () => {
    const bus = await openBus();
    const events = await recorded(someEvents(9_000));
    await publish(bus, events);
    const [more, large] = [
      await recorded(someEvents(10)),
      await recorded([anEvent({ data: 'x'.repeat(1024 * 1024) })]),
    ];
    await publish(bus, more);
    await publish(bus, large);
    const heard: string[] = [];
    bus.consume({ group: 'view', batchSize: 400, onBatch: async (batch) => void heard.push(...idsOf(batch.events)) });
    await until('all is heard', () => heard.length === 9_011);
    expect(heard).toEqual(idsOf([...events, ...more, ...large]));
  });

  it('delivers the whole log also where the relay published with gaps', async () => {
    const bus = await openBus();
    const heard: string[] = [];
    bus.consume({ group: 'view', onBatch: async (batch) => void heard.push(...idsOf(batch.events)) });
    const events = await recorded(someEvents(6));
    await bus.publish(events.slice(0, 1), events[2]?.position ?? 0);
    await bus.publish(events.slice(4), events[5]?.position ?? 0);
    await until('all is heard', () => heard.length === 6);
    expect(heard).toEqual(idsOf(events));
  });

  it('gives consumers events that nobody can change for the others', async () => {
    const bus = await openBus();
    const refusals: unknown[] = [];
    const heard: unknown[] = [];
    for (const group of ['vandal', 'victim']) {
      bus.consume({
        group,
        onBatch: async ({ events }) => {
          for (const { data } of events as readonly { data: { names: string[] } }[]) {
            if (group === 'victim') heard.push(data);
            else expect(() => data.names.push('Eve')).toThrow(TypeError);
            refusals.push(group);
          }
        },
      });
    }
    await publish(bus, await recorded([anEvent({ data: { names: ['Ana'] } })]));
    await until('both have seen it', () => refusals.length === 2);
    expect(heard).toEqual([{ names: ['Ana'] }]);
  });

  it('goes back with a log that was restored from an older backup, so that nothing new is missed', async () => {
    const bus = await openBus();
    const consumer = bus.consume({ group: 'view', onBatch: async () => undefined });
    await publish(bus, await recorded(someEvents(10)));
    await consumer.stop();
    await bus.close();
    await store.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `events.db${suffix}`), { force: true });

    store = await openEventStore({ dataDir });
    const restored = await openBus();
    expect(await restored.publishedUpTo()).toBe(0);
    const events = await recorded(someEvents(2));
    await publish(restored, events);
    const heard: string[] = [];
    restored.consume({ group: 'view', onBatch: async (batch) => void heard.push(...idsOf(batch.events)) });
    await until('the new events are heard', () => heard.length === 2);
    expect(heard).toEqual(idsOf(events));
  });

  it('tells topics apart whose names begin alike, in memory and in the log', async () => {
    const bus = await openBus();
    const heard: string[] = [];
    const listen = () =>
      bus.consume({
        group: 'view',
        topics: ['spirit.stay'],
        onBatch: async ({ events }) => void heard.push(...events.map(({ stream }) => stream)),
      });
    await publish(bus, await recorded(someEvents(2), 'stays-1'));
    await publish(bus, await recorded(someEvents(1), 'stay-1'));
    const consumer = listen();
    await until('it is heard from memory', () => heard.length === 1);
    await consumer.stop();
    await publish(bus, await recorded(someEvents(9_000), 'stays-2'));
    await publish(bus, await recorded(someEvents(1), 'stay-2'));
    listen();
    await until('it is heard from the log', () => heard.length === 2);
    expect(heard).toEqual(['stay-1', 'stay-2']);
  });

  it('refuses a topic that is none, naming it', async () => {
    const bus = await openBus();
    expect(() => bus.consume({ group: 'view', topics: ['booking'], onBatch: async () => undefined })).toThrow(
      'topics: a topic reads spirit.<context>, not booking',
    );
  });
});
