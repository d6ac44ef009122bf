import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { kafka } from '../../../infra/engines/kafka/kafka.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { openKafkaEventBus } from '../../../infra/event-bus/kafka/kafka-event-bus.ts';
import { percentile, type Row } from '../report.ts';

const BATCH = 1_000;
const BATCHES = 10;
const ROUNDS = 6;
const PARTITIONS = 6;
const PROBES = 100;
const AIM = 0.7;
const OURS = 'spirit.booking';
const BARE = 'bare.booking';

/** The same work, by our adapter or by bare kafkajs. */
interface Side {
  /** Resolves when all replicas have them. */
  readonly publish: (events: readonly RecordedEvent[]) => Promise<void>;
  /** Consumes everything as a new group, and resolves when as many events were handled and committed. */
  readonly consume: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

let position = 0;
const anEvent = (): RecordedEvent => ({
  id: randomUUID(),
  type: 'booking.placed.v1',
  time: '2026-03-01T09:30:00.000Z',
  tenant: 'andes-tours',
  actor: 'api-key:bench',
  correlationId: randomUUID(),
  causationId: randomUUID(),
  data: { note: 'x'.repeat(386) },
  stream: `booking-${randomUUID()}`,
  revision: 0,
  position: ++position,
  recordedAt: '2026-03-01T09:30:00.001Z',
});

const oursOn = async (url: string): Promise<Side> => {
  const bus = await openKafkaEventBus(url);
  return {
    publish: (events) => bus.publish(events, events.at(-1)?.position ?? 0),
    consume: async (count) => {
      let seen = 0;
      await new Promise<void>((resolve) => {
        const consumer = bus.consume({
          group: randomUUID(),
          topics: [OURS],
          onBatch: async ({ events }) => {
            seen += events.length;
            if (seen >= count) consumer.stop().then(resolve);
          },
        });
      });
    },
    close: () => bus.close(),
  };
};

const bareOn = async (brokers: string[]): Promise<Side> => {
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: BARE, numPartitions: PARTITIONS }] });
  await admin.disconnect();
  const producer = client.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  return {
    publish: async (events) => {
      const messages = events.map(({ stream, data, revision, position: at, id, type, time, ...ours }) => ({
        key: stream,
        value: JSON.stringify(data),
        headers: {
          ce_specversion: '1.0',
          ce_id: id,
          ce_type: type,
          ce_source: '/spirit-tours',
          ce_time: time,
          'content-type': 'application/json',
          schemaVersion: '1',
          ...ours,
          revision: String(revision),
          position: String(at),
        },
      }));
      await producer.send({ topic: BARE, acks: -1, messages });
    },
    consume: async (count) => {
      const consumer = client.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 250 });
      await consumer.connect();
      await consumer.subscribe({ topic: BARE, fromBeginning: true });
      let seen = 0;
      await new Promise<void>((resolve) => {
        void consumer.run({
          autoCommit: false,
          partitionsConsumedConcurrently: PARTITIONS,
          eachBatch: async ({ batch, commitOffsetsIfNecessary }) => {
            const read = batch.messages.map(({ key, value, headers }) => {
              const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
              return { stream: String(key), data: JSON.parse(String(value)), ...Object.fromEntries(texts) };
            });
            seen += read.length;
            const partitions = [{ partition: batch.partition, offset: String(BigInt(batch.lastOffset()) + 1n) }];
            await commitOffsetsIfNecessary({ topics: [{ topic: batch.topic, partitions }] });
            if (seen >= count) resolve();
          },
        });
      });
      await consumer.disconnect();
    },
    close: () => producer.disconnect(),
  };
};

/** How long after `publish` was called the handler has the event, one event at a time. */
const latency = async (url: string): Promise<readonly number[]> => {
  const bus = await openKafkaEventBus(url);
  const heard = new Map<string, () => void>();
  const consumer = bus.consume({
    group: randomUUID(),
    topics: [OURS],
    startAfter: position,
    paceMs: 0,
    onBatch: async ({ events }) => {
      for (const { id } of events) heard.get(id)?.();
    },
  });
  const took: number[] = [];
  for (let i = 0; i < PROBES; i++) {
    const event = anEvent();
    const began = performance.now();
    const arrived = new Promise<void>((resolve) => heard.set(event.id, resolve));
    await bus.publish([event], event.position);
    await arrived;
    // The first waits until the group has formed.
    if (i > 0) took.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  await consumer.stop();
  await bus.close();
  return took;
};

const perSecond = async (count: number, work: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - began);
};

const median = (samples: readonly number[]): number => percentile(samples, 0.5);

const compare = (bench: string, ours: readonly number[], bare: readonly number[]): Row => {
  const ratio = median(ours) / median(bare);
  return {
    bench,
    ours: `${Math.round(median(ours))} events/s`,
    against: `kafkajs alone: ${Math.round(median(bare))} events/s`,
    ratio,
    aim: `${AIM} of kafkajs`,
    met: ratio >= AIM,
  };
};

/**
 * The relay's publishing and a consumer's reading over Kafka: ours against kafkajs sending and reading the same messages, in turns on one broker of
 * their own. 400-byte events in batches of 1,000 over 6 partitions, acknowledged by all replicas; consumers commit each batch.
 */
export const busOnKafka = async (): Promise<readonly Row[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-bus-'));
  const engine = await startEngine(kafka, { dir });
  try {
    const ours = await oursOn(engine.url);
    const bare = await bareOn([`127.0.0.1:${engine.port}`]);
    const published: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    const consumed: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    for (let round = 0; round <= ROUNDS; round++) {
      for (const side of ['ours', 'bare'] as const) {
        const batches = Array.from({ length: BATCHES }, () => Array.from({ length: BATCH }, anEvent));
        const speed = await perSecond(BATCH * BATCHES, async () => {
          for (const batch of batches) await (side === 'ours' ? ours : bare).publish(batch);
        });
        // The first round warms up.
        if (round > 0) published[side].push(speed);
      }
    }
    const all = BATCH * BATCHES * (ROUNDS + 1);
    for (let round = 0; round < 3; round++) {
      consumed.ours.push(await perSecond(all, () => ours.consume(all)));
      consumed.bare.push(await perSecond(all, () => bare.consume(all)));
    }
    await ours.close();
    await bare.close();
    const took = await latency(engine.url);
    const p50 = median(took);
    return [
      compare('Kafka: publish as the relay does', published.ours, published.bare),
      compare('Kafka: consume from the beginning', consumed.ours, consumed.bare),
      {
        bench: 'Kafka: publish to handler, at rest',
        ours: `p50 ${p50.toFixed(1)} ms, p99 ${percentile(took, 0.99).toFixed(1)} ms`,
        against: '10 ms',
        ratio: p50 / 10,
        aim: 'p50 < 10 ms',
        met: p50 < 10,
      },
    ];
  } finally {
    await engine.stop();
    await rm(dir, { recursive: true });
  }
};
