/**
 * Measures the embedded event store on this machine: `npx tsx tests/contracts/event-store/measure.ts [DIR]`.
 * docs/event-store.md holds the figures and what was decided by them.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { EventEnvelope } from '../../../contracts/events/envelope.ts';
import { openEventBus } from '../../../infra/event-bus/open-event-bus.ts';
import type { EventStore } from '../../../infra/event-store/event-store.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import { EventLogWriter } from '../../../infra/event-store/sqlite/event-log-writer.ts';
import { toJson } from '../../../infra/event-store/sqlite/stored-event.ts';
import type { AppendRequest, Outcome } from '../../../infra/event-store/sqlite/writer-messages.ts';

const base = process.argv[2] ?? tmpdir();
const report = (what: string, value: string): void => {
  console.log(`${what.padEnd(52)} ${value}`);
};

const event = (): EventEnvelope => ({
  id: randomUUID(),
  type: 'stay.booked.v1',
  time: '2016-07-01T12:00:00.000Z',
  tenant: 'tenant-a',
  actor: 'system:import',
  correlationId: randomUUID(),
  causationId: randomUUID(),
  commandHash: '0123456789abcdef0123456789abcdef',
  data: {
    hotel: 'Resort Hotel',
    arrival: '2016-07-12',
    nights: 4,
    adults: 2,
    meal: 'BB',
    country: 'PRT',
    segment: 'Online TA',
    price: { amount: 12345, currency: 'EUR' },
  },
});

const inFolder = async (work: (dataDir: string) => Promise<void>): Promise<void> => {
  const dataDir = mkdtempSync(join(base, 'event-store-measure-'));
  try {
    await work(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
};

/** `clients` loops, each appends single events to its streams one after the other. */
const appendSingly = async (
  name: string,
  append: (stream: string, e: EventEnvelope) => Promise<unknown>,
  clients: number,
  total: number,
): Promise<void> => {
  const streams = Array.from({ length: 1_000 }, () => `booking-${randomUUID()}`);
  let sent = 0;
  const waits: number[] = [];
  const client = async (): Promise<void> => {
    while (sent < total) {
      const stream = streams[sent++ % streams.length] as string;
      const start = performance.now();
      await append(stream, event());
      waits.push(performance.now() - start);
    }
  };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const loopBefore = performance.eventLoopUtilization();
  delay.enable();
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - start) / 1000;
  delay.disable();
  const busy = performance.eventLoopUtilization(loopBefore).utilization;
  waits.sort((a, b) => a - b);
  const at = (share: number): string => (waits[Math.floor(waits.length * share)] ?? 0).toFixed(2);
  report(
    `${name}: ${clients} in flight, single events`,
    `${Math.round(total / seconds)} appends/s, ack p50 ${at(0.5)} p99 ${at(0.99)} ms, loop busy ${(busy * 100).toFixed(0)} %, loop delay p99 ${(delay.percentile(99) / 1e6 - 1).toFixed(2)} max ${(delay.max / 1e6 - 1).toFixed(2)} ms`,
  );
};

/** The alternative that was measured against the thread: the same writer on the caller's loop, one group a turn. */
const onLoop = (dataDir: string): { append: (stream: string, e: EventEnvelope) => Promise<Outcome>; close(): void } => {
  const writer = new EventLogWriter({ dataDir, maxBytes: undefined });
  let group: AppendRequest[] = [];
  let waiting: ((outcome: Outcome) => void)[] = [];
  const commit = (): void => {
    const settle = waiting;
    const outcomes = writer.commit(group);
    group = [];
    waiting = [];
    for (const [i, outcome] of outcomes.entries()) settle[i]?.(outcome);
  };
  return {
    append: (stream, e) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (group.push([0, stream, 'any', [e.id], [e.type], [toJson(e)]]) === 1) setImmediate(commit);
      }),
    close: () => writer.close(),
  };
};

const bulk = async (store: EventStore, total: number, perAppend: number): Promise<void> => {
  const stays = Array.from({ length: total / perAppend }, () => Array.from({ length: perAppend }, event));
  const start = performance.now();
  const inFlight = new Set<Promise<unknown>>();
  for (const events of stays) {
    const append = store.append(`stay-${randomUUID()}`, 'no-stream', events);
    inFlight.add(append);
    append.then(() => inFlight.delete(append));
    if (inFlight.size * perAppend >= 20_000) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  report(
    `bulk: ${perAppend} events an append, each its stream`,
    `${Math.round((total / (performance.now() - start)) * 1000)} events/s`,
  );
};

const read = async (store: EventStore): Promise<void> => {
  let count = 0;
  const start = performance.now();
  for await (const batch of store.readAll()) count += batch.length;
  report('readAll', `${Math.round((count / (performance.now() - start)) * 1000)} events/s of ${count}`);
};

const subscriberLatency = async (store: EventStore): Promise<void> => {
  const sentAt = new Map<string, number>();
  const seen: number[] = [];
  const acked: number[] = [];
  const subscription = store.subscribeAll({
    after: await store.headPosition(),
    onBatch: async (events) => {
      for (const { id } of events) seen.push(performance.now() - (sentAt.get(id) ?? 0));
    },
  });
  for (let i = 0; i < 500; i++) {
    const e = event();
    sentAt.set(e.id, performance.now());
    await store.append(`booking-${randomUUID()}`, 'any', [e]);
    acked.push(performance.now() - (sentAt.get(e.id) ?? 0));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await subscription.stop();
  const at = (list: number[], share: number): string =>
    (list.sort((a, b) => a - b)[Math.floor(list.length * share)] ?? 0).toFixed(2);
  report(
    'one append at a time',
    `to its ack p50 ${at(acked, 0.5)} p99 ${at(acked, 0.99)} ms, to a subscriber p50 ${at(seen, 0.5)} p99 ${at(seen, 0.99)} ms`,
  );
};

/** From the call of append, by way of relay and bus, to a consumer, while `clients` others keep appending. */
const relayedLatency = async (store: EventStore, dataDir: string, clients: number): Promise<void> => {
  const bus = await openEventBus({ dataDir }, store);
  const head = await store.headPosition();
  await bus.publish([], head);
  const relay = store.subscribeAll({ after: head, onBatch: (events, upTo) => bus.publish(events, upTo) });
  const sentAt = new Map<string, number>();
  const seen: number[] = [];
  let caughtUp = 0;
  const consumers = Array.from({ length: 6 }, (_, i) =>
    bus.consume({
      group: `view-${i}`,
      onBatch: async ({ events, upTo }) => {
        if (upTo === head) caughtUp++;
        if (i > 0) return;
        for (const { id } of events) {
          const sent = sentAt.get(id);
          if (sent !== undefined) seen.push(performance.now() - sent);
        }
      },
    }),
  );
  if (clients === 0) while (caughtUp < 6) await new Promise((resolve) => setTimeout(resolve, 10));
  let done = false;
  let load = 0;
  const client = async (): Promise<void> => {
    while (!done) {
      await store.append(`booking-${randomUUID()}`, 'any', [event()]);
      load++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const clientsDone = Promise.all(Array.from({ length: clients }, client));
  const start = performance.now();
  for (let i = 0; i < 500; i++) {
    const e = event();
    sentAt.set(e.id, performance.now());
    await store.append(`booking-${randomUUID()}`, 'any', [e]);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const perSecond = Math.round(load / ((performance.now() - start) / 1000));
  done = true;
  await clientsDone;
  await relay.stop();
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await bus.close();
  seen.sort((a, b) => a - b);
  const at = (share: number): string => (seen[Math.floor(seen.length * share)] ?? 0).toFixed(2);
  report(
    `append to consumer, 6 groups, ${perSecond} other appends/s`,
    `p50 ${at(0.5)} p99 ${at(0.99)} ms of ${seen.length}`,
  );
};

for (const round of [1, 2]) {
  await inFolder(async (dataDir) => {
    const loop = onLoop(dataDir);
    for (const clients of [64, 512]) await appendSingly(`on the loop, round ${round}`, loop.append, clients, 40_000);
    loop.close();
  });
  await inFolder(async (dataDir) => {
    const store = await openEventStore({ dataDir });
    const append = (stream: string, e: EventEnvelope): Promise<unknown> => store.append(stream, 'any', [e]);
    for (const clients of [64, 512]) await appendSingly(`in a thread, round ${round}`, append, clients, 40_000);
    await store.close();
  });
}
for (const perAppend of [4, 1_000]) {
  await inFolder(async (dataDir) => {
    const store = await openEventStore({ dataDir });
    await bulk(store, 200_000, perAppend);
    await read(store);
    await subscriberLatency(store);
    for (const clients of [0, 40]) await relayedLatency(store, dataDir, clients);
    await store.close();
  });
}
