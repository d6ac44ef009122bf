import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { ConsumeOptions, EventBus } from '../../../infra/event-bus/event-bus.ts';
import type { EventStore, Subscription } from '../../../infra/event-store/event-store.ts';
import { anEvent, collect, endOf, idsOf, newStream, until } from '../event-store/sample-events.ts';

/** A bus over a store. `reopen` closes the bus and opens another on what it left; `close` ends both and cleans up. */
export interface OpenedEventBus {
  readonly store: EventStore;
  readonly bus: EventBus;
  reopen(): Promise<EventBus>;
  close(): Promise<void>;
}

let groups = 0;
const newGroup = (): string => `group-${process.pid}-${Date.now()}-${++groups}`;

/** What a consumer was given: the events, and per partition the positions reached. */
const aConsumer = () => {
  const events: RecordedEvent[] = [];
  const reached = new Map<string, number[]>();
  let partitions: readonly string[] = [];
  const onBatch: ConsumeOptions['onBatch'] = async (batch) => {
    events.push(...batch.events);
    reached.set(batch.partition, [...(reached.get(batch.partition) ?? []), batch.upTo]);
    partitions = batch.partitions;
  };
  /** Whether each partition is known to have come so far. */
  const hasReached = (position: number): boolean =>
    partitions.length > 0 && partitions.every((name) => (reached.get(name)?.at(-1) ?? -1) >= position);
  return { events, reached, onBatch, hasReached, partitions: () => partitions };
};

/** An event bus may call a handler only to say how far a partition has come. */
const withEvents =
  (onBatch: ConsumeOptions['onBatch']): ConsumeOptions['onBatch'] =>
  async (batch) => {
    if (batch.events.length > 0) await onBatch(batch);
  };

/** What every EventBus adapter must do. Another adapter passes by being named in a spec beside this. */
export const eventBusContract = (name: string, open: () => Promise<OpenedEventBus>): void => {
  describe(`event bus: ${name}`, () => {
    let opened: OpenedEventBus;
    let bus: EventBus;
    let published = 0;
    beforeAll(async () => {
      opened = await open();
      bus = opened.bus;
    });
    afterAll(() => opened.close());

    /** Appends without publishing. */
    const append = async (stream: string, count = 1, type = 'booking.placed.v1'): Promise<string[]> => {
      const events = Array.from({ length: count }, () => anEvent({ type }));
      await opened.store.append(stream, 'any', events);
      return idsOf(events);
    };
    /** Publishes what was appended since the last time, as the relay does. */
    const relay = async (): Promise<void> => {
      for await (const batch of opened.store.readAll({ after: published })) {
        published = batch.at(-1)?.position ?? published;
        await bus.publish(batch, published);
      }
    };
    const publish = async (stream: string, count = 1, type?: string): Promise<string[]> => {
      const ids = await append(stream, count, type);
      await relay();
      return ids;
    };
    /** Consumes as a group that has heard everything up to now. */
    const caughtUpGroup = async (): Promise<string> => {
      const group = newGroup();
      const { onBatch, hasReached } = aConsumer();
      const consumer = bus.consume({ group, onBatch });
      // Of an empty bus nobody need tell.
      await until('the group has caught up', () => published === 0 || hasReached(published));
      await consumer.stop();
      return group;
    };

    it('delivers what was published, in order, with what it was recorded with', async () => {
      const [a, b] = [newStream(), newStream('stay')];
      const group = await caughtUpGroup();
      const before = published;
      const ids = [...(await publish(a, 3)), ...(await publish(b, 2)), ...(await publish(a, 2))];
      const { events, onBatch } = aConsumer();
      const consumer = bus.consume({ group, onBatch });
      await until('all is heard', () => events.length === ids.length);
      await consumer.stop();
      expect(new Set(idsOf(events))).toEqual(new Set(ids));
      expect(events.filter(({ stream }) => stream === a).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
      const recorded = await collect(opened.store.readAll({ after: before }));
      expect([...events].sort((x, y) => x.position - y.position)).toEqual(recorded);
    });

    it('delivers nothing before it is published, and then at once', async () => {
      const group = await caughtUpGroup();
      const { events, onBatch } = aConsumer();
      const consumer = bus.consume({ group, onBatch });
      const ids = await append(newStream(), 2);
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(events).toEqual([]);
      await relay();
      await until('it is heard', () => events.length === 2);
      await consumer.stop();
      expect(idsOf(events)).toEqual(ids);
    });

    it('keeps to what is published for a consumer that comes late too', async () => {
      const group = await caughtUpGroup();
      const ids = await publish(newStream(), 2);
      bus = await opened.reopen();
      const unpublished = await append(newStream(), 2);
      const { events, onBatch } = aConsumer();
      const consumer = bus.consume({ group, onBatch });
      await until('the published is heard', () => events.length === 2);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(idsOf(events)).toEqual(ids);
      await relay();
      await until('the rest is heard', () => events.length === 4);
      await consumer.stop();
      expect(idsOf(events)).toEqual([...ids, ...unpublished]);
    });

    it('takes what it has already as published again, without going back', async () => {
      const group = await caughtUpGroup();
      const { events, reached, onBatch } = aConsumer();
      const consumer = bus.consume({ group, onBatch });
      const before = published;
      const ids = await publish(newStream(), 3);
      const again = await collect(opened.store.readAll({ after: before }));
      await bus.publish(again, published);
      await bus.publish(again.slice(0, 1), again[0]?.position ?? 0);
      ids.push(...(await publish(newStream(), 1)));
      await until('all is heard', () => new Set(idsOf(events)).size === 4);
      await consumer.stop();
      expect(new Set(idsOf(events))).toEqual(new Set(ids));
      for (const positions of reached.values()) expect(positions).toEqual([...positions].sort((x, y) => x - y));
      const upTo = await bus.publishedUpTo();
      if (upTo !== undefined) expect(upTo).toBe(published);
    });

    it('lets a consumer hear only its topics, and tells how far the rest has come', async () => {
      const group = await caughtUpGroup();
      const { events, onBatch, hasReached } = aConsumer();
      const consumer = bus.consume({ group, topics: ['spirit.stay', 'spirit.product'], onBatch });
      const wanted = await publish(newStream('stay'), 1);
      await publish(newStream('booking'), 5);
      wanted.push(...(await publish(newStream('product'), 1)));
      await publish(newStream('booking'), 5);
      await until('the end is reached', () => hasReached(published));
      await consumer.stop();
      expect(idsOf(events).sort()).toEqual(wanted.sort());
    });

    it('moves the position of an idle consumer on with few calls', async () => {
      const group = await caughtUpGroup();
      const { events, reached, onBatch, hasReached } = aConsumer();
      const consumer = bus.consume({ group, topics: ['spirit.user'], onBatch });
      for (let i = 0; i < 100; i++) await publish(newStream('booking'), 1);
      await until('the position has moved on', () => hasReached(published));
      const calls = (): number => Math.max(...[...reached.values()].map((positions) => positions.length));
      const callsNow = calls();
      expect(callsNow).toBeLessThan(60);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await consumer.stop();
      expect(events).toEqual([]);
      expect(calls()).toBe(callsNow);
    });

    it('names the partition of each batch, and all partitions of its topics', async () => {
      const group = await caughtUpGroup();
      const { events, reached, onBatch, hasReached, partitions } = aConsumer();
      const consumer = bus.consume({ group, topics: ['spirit.stay', 'spirit.tenant'], onBatch });
      const ids = await publish(newStream('stay'), 2);
      await until('all is heard', () => events.length === ids.length && hasReached(published));
      await consumer.stop();
      expect(new Set(partitions()).size).toBe(partitions().length);
      expect([...reached.keys()].sort()).toEqual([...partitions()].sort());
    });

    it('tells the partition of a stream, where there are several', async () => {
      const group = await caughtUpGroup();
      const heardOn = new Map<string, string>();
      let partitions: readonly string[] = [];
      const consumer = bus.consume({
        group,
        onBatch: async (batch) => {
          ({ partitions } = batch);
          for (const { stream } of batch.events) heardOn.set(stream, batch.partition);
        },
      });
      const streams = Array.from({ length: 12 }, (_, index) => newStream(index % 2 === 0 ? 'booking' : 'stay'));
      for (const stream of streams) await append(stream);
      await relay();
      await until('all is heard', () => heardOn.size === streams.length);
      await consumer.stop();
      for (const stream of streams)
        expect(heardOn.get(stream)).toBe(bus.partitionOf === undefined ? partitions[0] : await bus.partitionOf(stream));
      if (bus.partitionOf === undefined) expect(partitions).toHaveLength(1);
    });

    it('tells of every partition soon how far it has come, also where nothing happens', async () => {
      const group = await caughtUpGroup();
      const { onBatch, hasReached } = aConsumer();
      const consumer = bus.consume({ group, onBatch });
      await publish(newStream(), 1);
      await until('the consumer has begun', () => hasReached(published));
      const late: number[] = [];
      for (let i = 0; i < 10; i++) {
        await publish(newStream(), 1);
        const at = performance.now();
        await until('each partition is told of', () => hasReached(published));
        late.push(performance.now() - at);
        await new Promise((resolve) => setTimeout(resolve, 7 * i));
      }
      await consumer.stop();
      expect(Math.min(...late)).toBeLessThan(250);
    });

    it('keeps the order of each of many streams', async () => {
      const group = await caughtUpGroup();
      const streams = Array.from({ length: 24 }, (_, i) => newStream(i % 3 === 0 ? 'departure' : 'booking'));
      const { events, onBatch } = aConsumer();
      const consumer = bus.consume({ group, batchSize: 5, onBatch });
      for (let round = 0; round < 6; round++) {
        for (const stream of streams) await append(stream, 1 + (round % 2));
        if (round % 2 === 1) await relay();
      }
      await until('all is heard', () => events.length === streams.length * 9);
      await consumer.stop();
      for (const stream of streams)
        expect(events.filter((event) => event.stream === stream).map(({ revision }) => revision)).toEqual(
          Array.from({ length: 9 }, (_, revision) => revision),
        );
    });

    it('hands over between members that come and go under load, in order and without a repeat', async () => {
      const group = await caughtUpGroup();
      const streams = Array.from({ length: 12 }, () => newStream());
      const events: RecordedEvent[] = [];
      const join = (): Subscription =>
        bus.consume({
          group,
          onBatch: async (batch) => {
            await new Promise((resolve) => setTimeout(resolve, 1));
            events.push(...batch.events);
          },
        });
      const members = [join()];
      let count = 0;
      for (let round = 0; round < 60; round++) {
        for (const stream of streams) count += (await append(stream, 2)).length;
        await relay();
        if (round === 20) members.push(join());
        if (round === 40) await members[0]?.stop();
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      await until('all is heard', () => events.length >= count);
      await Promise.all(members.map((member) => member.stop()));
      for (const stream of streams)
        expect(events.filter((event) => event.stream === stream).map(({ revision }) => revision)).toEqual(
          Array.from({ length: 120 }, (_, revision) => revision),
        );
    });

    it('leaves out what a consumer says is no news to it', async () => {
      const old = await publish(newStream(), 3);
      const startAfter = published;
      const ids = await publish(newStream(), 2);
      const { events, onBatch } = aConsumer();
      const consumer = bus.consume({ group: newGroup(), startAfter, onBatch });
      await until('the news is heard', () => events.length >= ids.length);
      await consumer.stop();
      expect(idsOf(events)).toEqual(ids);
      expect(old).toHaveLength(3);
    });

    it('gives each group everything, whatever the others do', async () => {
      const [first, second] = [await caughtUpGroup(), await caughtUpGroup()];
      const [heard, late] = [aConsumer(), aConsumer()];
      const failing = bus.consume({ group: newGroup(), onBatch: () => Promise.reject(new Error('never works')) });
      const consumer = bus.consume({ group: first, onBatch: heard.onBatch });
      const ids = await publish(newStream(), 3);
      await until('the first group has heard', () => heard.events.length === 3);
      const other = bus.consume({ group: second, onBatch: late.onBatch });
      await until('the second group has heard', () => late.events.length === 3);
      await Promise.all([consumer.stop(), other.stop(), failing.stop()]);
      expect(idsOf(heard.events)).toEqual(ids);
      expect(idsOf(late.events)).toEqual(ids);
    });

    it('begins a new group at the beginning of the log', async () => {
      await publish(newStream(), 2);
      const { events, onBatch } = aConsumer();
      const consumer = bus.consume({ group: newGroup(), batchSize: 7, onBatch });
      const log = await collect(opened.store.readAll());
      await until('the whole log is heard', () => events.length >= log.length);
      await consumer.stop();
      expect(new Set(idsOf(events))).toEqual(new Set(idsOf(log)));
    });

    it('brings a batch again after a pause when the handler failed, and nothing behind it before', async () => {
      const group = await caughtUpGroup();
      const stream = newStream();
      const ids = await publish(stream, 4);
      const tries: string[][] = [];
      const times: number[] = [];
      const done: string[] = [];
      const consumer = bus.consume({
        group,
        batchSize: 2,
        onBatch: withEvents(async ({ events }) => {
          tries.push(idsOf(events));
          times.push(performance.now());
          if (tries.length < 3) throw new Error(`attempt ${tries.length} fails`);
          done.push(...idsOf(events));
        }),
      });
      await until('all is done', () => done.length === 4);
      await consumer.stop();
      expect(done).toEqual(ids);
      const [first, second] = [ids.slice(0, 2), ids.slice(2)];
      expect(tries).toEqual([first, first, first, second]);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(95);
      expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(190);
    });

    it('resumes behind what was committed, in the same process and after it was opened anew', async () => {
      const group = await caughtUpGroup();
      const stream = newStream();
      const first = await publish(stream, 3);
      const before = aConsumer();
      await publish(stream, 0);
      const consumer = bus.consume({ group, onBatch: before.onBatch });
      await until('the first are heard', () => before.events.length === 3);
      await consumer.stop();
      const second = await publish(stream, 2);
      const upTo = await bus.publishedUpTo();
      bus = await opened.reopen();
      if (upTo !== undefined) expect(await bus.publishedUpTo()).toBe(upTo);
      const third = await publish(stream, 1);
      const after = aConsumer();
      const resumed = bus.consume({ group, onBatch: after.onBatch });
      await until('the rest is heard', () => after.events.length === 3);
      await resumed.stop();
      expect(idsOf(before.events)).toEqual(first);
      expect(idsOf(after.events)).toEqual([...second, ...third]);
    });

    it('does not commit a batch whose handler has not finished', async () => {
      const group = await caughtUpGroup();
      const ids = await publish(newStream(), 2);
      const failing = bus.consume({ group, onBatch: () => Promise.reject(new Error('not yet')) });
      await new Promise((resolve) => setTimeout(resolve, 30));
      await failing.stop();
      bus = await opened.reopen();
      const { events, onBatch } = aConsumer();
      const consumer = bus.consume({ group, onBatch });
      await until('they come again', () => events.length === 2);
      await consumer.stop();
      expect(idsOf(events)).toEqual(ids);
    });

    it('shares a group among its members without doubling, and a member takes over from one that stops', async () => {
      const group = await caughtUpGroup();
      const members = [aConsumer(), aConsumer(), aConsumer()];
      const consumers: Subscription[] = members.map(({ onBatch }) => bus.consume({ group, onBatch }));
      const heard = (): string[] => members.flatMap(({ events }) => idsOf(events));
      const ids: string[] = [];
      for (const consumer of consumers) {
        ids.push(...(await publish(newStream(), 3)));
        await until('a member has heard it', () => new Set(heard()).size === ids.length);
        await consumer.stop();
      }
      expect(heard().sort()).toEqual([...ids].sort());
    });

    it('waits for a slow handler, one call at a time, and loses nothing behind it', async () => {
      const group = await caughtUpGroup();
      const running = new Map<string, number>();
      let mostAtOnce = 0;
      const seen: string[] = [];
      const consumer = bus.consume({
        group,
        batchSize: 50,
        onBatch: async ({ partition, events }) => {
          const calls = (running.get(partition) ?? 0) + 1;
          mostAtOnce = Math.max(mostAtOnce, calls);
          running.set(partition, calls);
          await new Promise((resolve) => setTimeout(resolve, 3));
          seen.push(...idsOf(events));
          running.set(partition, calls - 1);
        },
      });
      const stream = newStream('departure');
      const ids: string[] = [];
      for (let i = 0; i < 20; i++) ids.push(...(await publish(stream, 100)));
      await until('all is seen', () => seen.length >= ids.length);
      await consumer.stop();
      expect(seen).toEqual(ids);
      expect(mostAtOnce).toBe(1);
    });

    it('stops only when the handler has finished, and stays silent then', async () => {
      const group = await caughtUpGroup();
      await publish(newStream(), 1);
      let calls = 0;
      let finished = false;
      const consumer = bus.consume({
        group,
        onBatch: withEvents(async () => {
          calls++;
          await new Promise((resolve) => setTimeout(resolve, 30));
          finished = true;
        }),
      });
      await until('the handler runs', () => calls === 1);
      await consumer.stop();
      expect(finished).toBe(true);
      await publish(newStream(), 1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(calls).toBe(1);
      expect(await endOf(consumer)).toBeUndefined();
    });

    it('is closed after close: consumers end, and later calls are refused', async () => {
      const consumer = bus.consume({ group: newGroup(), onBatch: async () => undefined });
      const closed = bus;
      await closed.close();
      await closed.close();
      expect(await endOf(consumer)).toBeUndefined();
      await expect(closed.publish([], 1)).rejects.toThrow('closed');
      expect(() => closed.consume({ group: newGroup(), onBatch: async () => undefined })).toThrow('closed');
      bus = await opened.reopen();
    });
  });
};
