import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kafka } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { BusBatch, EventBus } from '../../../infra/event-bus/event-bus.ts';
import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import type { EventStore } from '../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { engineUrl } from '../../engines/engine-urls.ts';
import { anEvent, collect, idsOf, newStream, someEvents, until } from '../event-store/sample-events.ts';
import { bareKafka, deleteTopics, newPrefix } from './kafka-topics.ts';

const kafka = engineUrl('EVENT_BUS_URL');
const MEMBER = fileURLToPath(new URL('./kafka-member.ts', import.meta.url));

describe.runIf(kafka !== undefined)('the bus on Kafka', () => {
  const engine = kafka ?? '';
  let dataDir: string;
  let store: EventStore;
  let prefix: string;
  let url: string;
  let client: Kafka;
  let warnings: string[];
  const buses: EventBus[] = [];

  const openBus = async (parameters = ''): Promise<EventBus> => {
    const onWarning = (message: string): void => void warnings.push(message);
    const bus = await openEventBus({ url: `${url}${parameters}`, dataDir, onWarning }, store);
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
  /** What a topic holds, as any other client sees it. */
  const messagesOf = async (topic: string, count: number) => {
    const consumer = client.consumer({ groupId: `${prefix}reader` });
    const found: { key: string | undefined; value: string | undefined; headers: Record<string, string> }[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [prefix + topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { key, value, headers } }) => {
        const texts = Object.entries(headers ?? {}).map(([name, header]) => [name, String(header)]);
        found.push({ key: key?.toString(), value: value?.toString(), headers: Object.fromEntries(texts) });
      },
    });
    await until(`${topic} has ${count} messages`, () => found.length >= count);
    await consumer.disconnect();
    return found;
  };

  beforeAll(() => {
    client = bareKafka(engine);
  });
  beforeEach(async () => {
    warnings = [];
    prefix = newPrefix();
    url = `${engine}?topicPrefix=${prefix}`;
    dataDir = await mkdtemp(join(tmpdir(), 'kafka-bus-'));
    store = await openEventStore({ dataDir });
  });
  afterEach(async () => {
    for (const bus of buses.splice(0)) await bus.close();
    await store.close();
    await deleteTopics(engine, prefix);
    await rm(dataDir, { recursive: true });
  });
  afterAll(() => {
    expect(buses).toEqual([]);
  });

  it('writes events that any client of Kafka can read: key, value, CloudEvents headers', async () => {
    const bus = await openBus();
    const event = anEvent({
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      personal: 'k.s',
      data: { name: 'Łódź' },
    });
    const [published] = await recorded([event], 'booking-1');
    await publish(bus, published === undefined ? [] : [published]);
    const messages = (await messagesOf('spirit.booking', 7)).filter(({ key }) => key !== undefined);
    expect(messages).toEqual([
      {
        key: 'booking-1',
        value: '{"name":"Łódź"}',
        headers: {
          ce_specversion: '1.0',
          ce_id: event.id,
          ce_type: 'booking.placed.v1',
          ce_source: '/spirit-tours',
          ce_time: event.time,
          'content-type': 'application/json',
          schemaVersion: '1',
          tenant: event.tenant,
          actor: event.actor,
          correlationId: event.correlationId,
          causationId: event.causationId,
          traceparent: event.traceparent,
          personal: event.personal,
          revision: '0',
          position: String(published?.position),
          recordedAt: published?.recordedAt,
        },
      },
    ]);
  });

  it('takes the largest event, and many large ones at once', async () => {
    const bus = await openBus();
    const heard: RecordedEvent[] = [];
    bus.consume({ group: 'view', onBatch: async ({ events }) => void heard.push(...events) });
    const events = [
      ...(await recorded([anEvent({ data: 'x'.repeat(2 * 1024 * 1024 - 2_000) })])),
      ...(await recorded(Array.from({ length: 12 }, (_, i) => anEvent({ data: `${i}`.repeat(300_000) })))),
    ];
    await publish(bus, events);
    await until('all is heard', () => heard.length === events.length);
    expect(heard.toSorted((a, b) => a.position - b.position)).toEqual(events);
  });

  it('goes on in other partitions while one comes again after a failure', async () => {
    const bus = await openBus();
    const done = new Map<string, string>();
    let failing: string | undefined;
    let tries = 0;
    bus.consume({
      group: 'view',
      onBatch: async ({ partition, events }) => {
        if (events.length === 0) return;
        failing ??= partition;
        if (partition === failing && ++tries < 5) throw new Error('not yet');
        for (const { id } of events) done.set(id, partition);
      },
    });
    const events: RecordedEvent[] = [];
    for (let i = 0; i < 40; i++) events.push(...(await recorded()));
    await publish(bus, events);
    await until('the others are done', () => new Set(done.values()).size === 5);
    expect([...done.values()]).not.toContain(failing);
    await until('all is done', () => done.size === 40);
    expect(tries).toBe(5);
  });

  it('leaves out what another relay sends again, also for a consumer that has begun since', async () => {
    const [first, second] = [await openBus(), await openBus()];
    const stream = newStream();
    const heard: string[] = [];
    const onBatch = async ({ events }: BusBatch): Promise<void> => void heard.push(...idsOf(events));
    const events = await recorded(someEvents(4), stream);
    const consumer = first.consume({ group: 'view', onBatch });
    await publish(first, events);
    await until('it is heard', () => heard.length === 4);
    await consumer.stop();
    await publish(second, events.slice(1));
    const news = await recorded(someEvents(1), stream);
    await publish(second, news);
    second.consume({ group: 'view', onBatch });
    await until('the news is heard', () => heard.includes(news[0]?.id ?? ''));
    expect(heard).toEqual(idsOf([...events, ...news]));
  });

  it('keeps the position when another relay, which is behind, still writes', async () => {
    const [ahead, behind] = [await openBus(), await openBus()];
    const events = await recorded(someEvents(10));
    await publish(ahead, events);
    await ahead.close();
    await publish(behind, events.slice(0, 3));
    await behind.close();
    expect(await (await openBus()).publishedUpTo()).toBe(events[9]?.position);
  });

  it('puts aside what it can not read, with the reason, and goes on', async () => {
    const bus = await openBus();
    const stream = newStream();
    const heard: string[] = [];
    const before = await recorded(someEvents(2), stream);
    await publish(bus, before);
    const producer = client.producer();
    await producer.connect();
    const bad = [
      { key: stream, value: 'no headers' },
      { key: stream, value: '{"half":', headers: { position: '7000000', ce_id: 'x', ce_type: 'y', ce_time: 'z' } },
    ];
    await producer.send({ topic: `${prefix}spirit.booking`, messages: bad });
    await producer.disconnect();
    const after = await recorded(someEvents(2), stream);
    await publish(bus, after);
    bus.consume({ group: 'view', onBatch: async ({ events }) => void heard.push(...idsOf(events)) });
    await until('the rest is heard', () => heard.length === 4);
    expect(heard).toEqual(idsOf([...before, ...after]));

    const letters = await messagesOf('spirit.dead-letters', 2);
    expect(letters.map(({ key, value }) => ({ key, value }))).toEqual(bad.map(({ key, value }) => ({ key, value })));
    expect(letters.map(({ headers }) => headers.deadReason)).toEqual([
      'header position is missing',
      'header tenant is missing',
    ]);
    expect(letters[0]?.headers.deadPartition).toMatch(/^spirit\.booking\/[0-5]$/);
    expect(warnings.filter((warning) => warning.includes('is a dead letter'))).toHaveLength(2);
  });

  it('makes the topic of a context that only a newer version knows', async () => {
    const bus = await openBus();
    const heard: string[] = [];
    const events = await recorded(someEvents(2), newStream('voucher'));
    await publish(bus, events);
    bus.consume({
      group: 'view',
      topics: ['spirit.voucher'],
      onBatch: async (batch) => void heard.push(...idsOf(batch.events)),
    });
    await until('it is heard', () => heard.length === 2);
    expect(heard).toEqual(idsOf(events));
  });

  it('refuses topics that have another number of partitions, or of replicas, than the URL says', async () => {
    await openBus();
    await expect(openBus('&partitions=4')).rejects.toThrow(
      `EVENT_BUS_URL: topic ${prefix}spirit.apikey has 6 partitions, not 4.`,
    );
    await expect(openBus('&replication=2')).rejects.toThrow('has 1 replicas, not 2');
    expect(buses).toHaveLength(1);
  });

  it('refuses more replicas than there are brokers, before anything is published', async () => {
    await expect(openBus('&replication=3')).rejects.toThrow("EVENT_BUS_URL: topics can't be created: ");
  });

  it('keeps its place in the group while a handler is slower than a session lasts', { timeout: 60_000 }, async () => {
    const bus = await openBus();
    const calls: string[][] = [];
    const slow = bus.consume({
      group: 'view',
      topics: ['spirit.booking'],
      onBatch: async ({ events }) => {
        if (events.length === 0) return;
        calls.push(idsOf(events));
        if (calls.length === 1) await new Promise((resolve) => setTimeout(resolve, 8_000));
      },
    });
    const stream = newStream();
    const first = await recorded(someEvents(2), stream);
    await publish(bus, first);
    await until('the handler runs', () => calls.length === 1);
    const second = await recorded(someEvents(2), stream);
    await publish(bus, second);
    await new Promise((resolve) => setTimeout(resolve, 7_500));
    await until('it goes on', () => calls.length === 2);
    await slow.stop();
    expect(calls).toEqual([idsOf(first), idsOf(second)]);
  });

  it('gives the partitions of a killed process to who is left', { timeout: 90_000 }, async () => {
    const bus = await openBus();
    const heard = new Map<string, Set<string>>();
    const member = spawn(
      process.execPath,
      ['--import', 'tsx', MEMBER, url, await mkdtemp(join(dataDir, 'other-')), 'view'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const theirs = new Set<string>();
    let text = '';
    member.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) theirs.add(line);
    });
    try {
      // A process of its own takes its time to start.
      await vi.waitFor(() => expect(theirs.size).toBe(6), { timeout: 40_000 });
      const mine = new Set<string>();
      bus.consume({
        group: 'view',
        topics: ['spirit.booking'],
        onBatch: async ({ partition, events }) => {
          mine.add(partition);
          for (const { id } of events) heard.set(id, new Set([...(heard.get(id) ?? []), partition]));
        },
      });
      await until('both have some', () => mine.size === 3);
      const all: string[] = [];
      for (let i = 0; i < 20; i++) {
        const events = await recorded();
        all.push(...idsOf(events));
        await publish(bus, events);
      }
      await until('both have heard', () => all.every((id) => heard.has(id) || theirs.has(id)));
      expect(heard.size).toBeGreaterThan(0);
      expect(heard.size).toBeLessThan(20);
      member.kill('SIGKILL');
      await once(member, 'exit');
      for (let i = 0; i < 20; i++) {
        const events = await recorded();
        all.push(...idsOf(events));
        await publish(bus, events);
      }
      await vi.waitFor(() => expect(mine.size, 'the session of the dead is over').toBe(6), { timeout: 20_000 });
      await until('all is heard', () => all.every((id) => heard.has(id) || theirs.has(id)));
      expect(all.slice(20).every((id) => heard.has(id))).toBe(true);
    } finally {
      member.kill('SIGKILL');
    }
  });
});
