import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import type { ConsumeOptions, EventBus } from '../../infra/event-bus/event-bus.ts';
import type { ProcessManager } from './process-manager.ts';
import { type OpenHalf, startSettlement } from './settlement.ts';

/** A partitioned bus delivers in any order across topics; here the story says in which. */
const deliveredByHand = () => {
  const handlers: ConsumeOptions['onBatch'][] = [];
  const bus: EventBus = {
    publish: async () => undefined,
    publishedUpTo: async () => undefined,
    consume: ({ onBatch }) => {
      handlers.push(onBatch);
      return { stop: async () => undefined, ended: Promise.resolve() };
    },
    close: async () => undefined,
  };
  /** To the process manager that was started as number `member`. */
  const deliver = (member: number, ...events: RecordedEvent[]) =>
    handlers[member]?.({ partition: 'p', partitions: ['p'], events, upTo: events.at(-1)?.position ?? 0 });
  return { bus, deliver };
};

const event = (position: number, type: string, data: object): RecordedEvent => ({
  id: `e${position}`,
  type,
  time: '2026-01-01T00:00:00.000Z',
  tenant: 't',
  actor: 'user:ana',
  correlationId: 'c',
  causationId: 'c',
  data: { bookingId: 'b1', ...data },
  stream: `${type.split('.')[0]}-x`,
  revision: 0,
  position,
  recordedAt: new Date().toISOString(),
});
const seatsHeld = (position: number, departureId = 'd1') => event(position, 'departure.seats-held.v1', { departureId });
const placed = (position: number) => event(position, 'booking.placed.v1', {});

let dataDir: string;
let documents: Documents;
let settled: OpenHalf[];
let running: ProcessManager[];
const { bus, deliver } = deliveredByHand();
const start = async (finishOrRelease = async (half: OpenHalf) => void settled.push(half)) => {
  running.push(await startSettlement({ bus, documents, finishOrRelease, onWarning: () => undefined, graceMs: 60 }));
};
const open = async () => (await documents.find<OpenHalf>('process-manager-settlement')).items;
let members = 0;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'settlement-'));
  documents = await openDocuments({ dataDir });
  settled = [];
  running = [];
});
afterEach(async () => {
  for (const manager of running) await manager.stop();
  members += running.length;
  await documents.close();
  await rm(dataDir, { recursive: true });
});

it('keeps nothing of a booking whose halves come together', async () => {
  await start();
  await deliver(members, seatsHeld(1), placed(2));
  expect(await open()).toEqual([]);
});

it('keeps nothing of a booking whose halves come the wrong way round', async () => {
  await start();
  await deliver(members, placed(2));
  await deliver(members, seatsHeld(1));
  expect(await open()).toEqual([]);
});

it('settles a half that stays alone, once its time has passed, and then forgets it', async () => {
  await start();
  await deliver(members, seatsHeld(1));
  await vi.waitFor(() => expect(settled).toMatchObject([{ bookingId: 'b1', departureId: 'd1', tenant: 't' }]), 2_000);
  await vi.waitFor(async () => expect(await open()).toEqual([]), 2_000);
});

it('does not take a later half for settled by what was recorded before it', async () => {
  await start();
  await deliver(members, seatsHeld(1), seatsHeld(5, 'd2'));
  await deliver(members, placed(2));
  expect((await open()).map(({ departureId }) => departureId)).toEqual(['d2']);
});

it('settles what a process that is gone has left, also when the other half came to another one', async () => {
  await start();
  await deliver(members, seatsHeld(1));
  await running[0]?.stop();
  await start();
  await deliver(members + 1, placed(2));
  expect(await open()).toEqual([]);
  await deliver(members + 1, seatsHeld(7, 'd9'));
  await vi.waitFor(() => expect(settled.at(-1)).toMatchObject({ departureId: 'd9' }), 2_000);
});

it('tries again what could not be settled', async () => {
  let failures = 2;
  await start(async (half) => {
    if (failures-- > 0) throw new Error('the store is away');
    settled.push(half);
  });
  await deliver(members, seatsHeld(1));
  await vi.waitFor(() => expect(settled).toHaveLength(1), 3_000);
});
