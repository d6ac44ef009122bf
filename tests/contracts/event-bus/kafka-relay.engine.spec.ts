import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Relay, startRelay } from '../../../command-side/relay/relay.ts';
import type { EventBus } from '../../../infra/event-bus/event-bus.ts';
import { EVENT_TOPICS } from '../../../infra/event-bus/kafka/topics.ts';
import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import type { EventStore } from '../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { idsOf, newStream, someEvents, until } from '../event-store/sample-events.ts';
import { bareKafka, deleteTopics, newPrefix } from './kafka-topics.ts';

const kafka = engineUrl('EVENT_BUS_URL');

describe.runIf(kafka !== undefined)('the relay to Kafka', () => {
  let dataDir: string;
  let store: EventStore;
  let prefix: string;
  const closing: (() => Promise<void>)[] = [];
  const onWarning = vi.fn();

  const openBus = async (): Promise<EventBus> => {
    const bus = await openEventBus({ url: `${kafka}?topicPrefix=${prefix}`, dataDir }, store);
    closing.unshift(() => bus.close());
    return bus;
  };
  const relayOver = async (bus: EventBus): Promise<Relay> => {
    const relay = await startRelay({ eventStore: store, bus, onWarning });
    closing.unshift(() => relay.stop());
    return relay;
  };
  const append = async (count: number, stream = newStream()): Promise<string[]> => {
    const events = someEvents(count);
    await store.append(stream, 'any', events);
    return idsOf(events);
  };

  beforeEach(async () => {
    onWarning.mockClear();
    prefix = newPrefix();
    dataDir = await mkdtemp(join(tmpdir(), 'kafka-relay-'));
    store = await openEventStore({ dataDir });
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await store.close();
    await deleteTopics(kafka ?? '', prefix);
    await rm(dataDir, { recursive: true });
  });

  it('goes on behind what was published when it starts anew, in another process too', async () => {
    const first = await openBus();
    const relay = await relayOver(first);
    await append(500);
    await vi.waitFor(() => expect(relay.position()).toBe(500), { timeout: 10_000 });
    await relay.stop();
    await first.close();

    const second = await openBus();
    const publish = vi.spyOn(second, 'publish');
    await append(3);
    const again = await relayOver(second);
    expect(again.position()).toBeGreaterThanOrEqual(500);
    await vi.waitFor(() => expect(again.position()).toBe(503), { timeout: 10_000 });
    expect(publish.mock.calls.flatMap(([events]) => events.map(({ position }) => position))).toEqual([501, 502, 503]);
  });

  it('tells every partition at its start how far the bus is, should the last relay have died before it could', async () => {
    const dead = await openBus();
    await append(3);
    await dead.publish([], 1);
    const producer = bareKafka(kafka ?? '').producer();
    await producer.connect();
    // What a relay leaves that dies between writing its position and the watermarks.
    const messages = [{ key: 'position', value: '3' }];
    await producer.send({ topic: `${prefix}spirit.published`, messages });
    await producer.disconnect();
    const bus = await openBus();
    const reached = new Map<string, number>();
    bus.consume({ group: 'view', onBatch: async ({ partition, upTo }) => void reached.set(partition, upTo) });
    expect((await relayOver(bus)).position()).toBe(3);
    await until(
      'all are told',
      () => reached.size === EVENT_TOPICS.length * 6 && [...reached.values()].every((upTo) => upTo === 3),
    );
  });

  it('does no harm when two of them run at once', async () => {
    const [one, other] = [await openBus(), await openBus()];
    const heard: string[] = [];
    one.consume({ group: 'view', onBatch: async ({ events }) => void heard.push(...idsOf(events)) });
    const [a, b] = [await relayOver(one), await relayOver(other)];
    const stream = newStream();
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) ids.push(...(await append(20, stream)));
    await until('both are through', () => a.position() === 600 && b.position() === 600);
    await until('all is heard', () => heard.length >= 600);
    ids.push(...(await append(1, stream)));
    await until('the last is heard', () => heard.includes(ids.at(-1) ?? ''));
    expect(heard).toEqual(ids);
    expect(onWarning).not.toHaveBeenCalled();
  });

  it('warns of a log that ends before what was published, as after a restore', async () => {
    const bus = await openBus();
    await append(2);
    await bus.publish([], 50);
    await relayOver(bus);
    expect(onWarning.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('published up to position 50, and the log ends at 2'),
    ]);
  });
});
