import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import type { EventEnvelope } from '../../../contracts/events/envelope.ts';
import { eventStore } from '../../../infra/engines/event-store.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { openEventStore } from '../../../infra/event-store/open-event-store.ts';
import type { Row } from '../report.ts';

const IN_FLIGHT = 64;
const ROUNDS = 6;
const AIM = 0.8;

/** The same work, by our adapter or by the bare client. */
interface Side {
  readonly append: (stream: string, last: number, events: readonly EventEnvelope[]) => Promise<void>;
  /** Reads the whole log, up to as many events. */
  readonly read: (count: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

const oursOn = async (url: string): Promise<Side> => {
  const store = await openEventStore({ url, dataDir: tmpdir() });
  return {
    append: async (stream, last, events) => {
      const result = await store.append(stream, last < 0 ? 'no-stream' : last, events);
      if (!result.appended || result.alreadyThere) throw new Error(`not appended to ${stream} after ${last}`);
    },
    read: async (count) => {
      let read = 0;
      for await (const events of store.readAll({ limit: count })) read += events.length;
      return read;
    },
    close: () => store.close(),
  };
};

const bareOn = (url: string): Side => {
  const client = EventStoreDBClient.connectionString(url);
  return {
    append: async (stream, last, events) => {
      const proposed = events.map(({ id, type, data, ...rest }) =>
        jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { id, ...rest } }),
      );
      await client.appendToStream(stream, proposed, { expectedRevision: last < 0 ? NO_STREAM : BigInt(last) });
    },
    read: async (count) => {
      let read = 0;
      for await (const { event } of client.readAll({ maxCount: count })) if (event !== undefined) read++;
      return read;
    },
    close: () => client.dispose(),
  };
};

const someEvents = (count: number): EventEnvelope[] =>
  Array.from({ length: count }, () => ({
    id: randomUUID(),
    type: 'booking.placed.v1',
    time: '2026-03-01T09:30:00.000Z',
    tenant: 'andes-tours',
    actor: 'user:0198c0de-0000-7000-8000-000000000000',
    correlationId: randomUUID(),
    causationId: randomUUID(),
    data: { departure: randomUUID(), pax: 2, price: { amount: 12_050, currency: 'EUR' }, note: 'x'.repeat(150) },
  }));

/** As many appends as asked, by writers that each go on in a stream of their own. */
const appending = (appends: number, size: number) => async (side: Side) => {
  const work = Array.from({ length: appends }, () => someEvents(size)).values();
  const writer = async (): Promise<void> => {
    const stream = `booking-${randomUUID()}`;
    let last = -1;
    for (const events of work) {
      await side.append(stream, last, events);
      last += events.length;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
  return (appends * 1_000) / (performance.now() - begun);
};

const reading = (count: number) => async (side: Side) => {
  const begun = performance.now();
  const read = await side.read(count);
  return (read * 1_000) / (performance.now() - begun);
};

const STEPS = [
  { name: `appends of 1 event, ${IN_FLIGHT} in flight`, unit: 'appends/s', aim: AIM, measure: appending(2_000, 1) },
  { name: `appends of 10 events, ${IN_FLIGHT} in flight`, unit: 'appends/s', aim: AIM, measure: appending(500, 10) },
  { name: 'reading the log', unit: 'events/s', aim: 0, measure: reading(10_000) },
];

/**
 * The event store on EventStoreDB's protocol against the bare client, on the same stand-in, in turns. The best turn of
 * each: other work on the machine only ever slows.
 */
export const benchEventStore = async (): Promise<readonly Row[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = await startEngine(eventStore, { dir });
  const sides = [await oursOn(server.url), bareOn(server.url)];
  try {
    const figures = STEPS.map(() => sides.map((): number[] => []));
    for (let round = 0; round < ROUNDS; round++)
      for (const [at, { measure }] of STEPS.entries())
        for (const turn of [0, 1]) {
          const which = (round + turn) % 2;
          const side = sides[which];
          if (side === undefined) continue;
          const figure = await measure(side);
          // The first round warms up.
          if (round > 0) figures[at]?.[which]?.push(figure);
        }
    return STEPS.map(({ name, unit, aim }, at) => {
      const [ours = 0, bare = 0] = (figures[at] ?? []).map((each) => Math.max(...each));
      return {
        bench: `event store, against the stand-in: ${name}`,
        ours: `${Math.round(ours)} ${unit}`,
        against: `bare client ${Math.round(bare)} ${unit}`,
        ratio: ours / bare,
        aim: aim === 0 ? 'told, no aim' : `>= ${aim}`,
        met: ours / bare >= aim,
      };
    });
  } finally {
    await Promise.all(sides.map((side) => side.close()));
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
};
