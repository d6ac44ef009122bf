import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Decider, isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { createCommandHandling } from './command-handling.ts';
import type { CommandHandling, CommandMeta, Handled } from './handle.ts';
import { createSnapshots } from './snapshots.ts';

type Taken = { readonly type: 'boat.seat-taken.v1'; readonly data: { readonly by: string } };
interface Boat {
  free: number;
  readonly by: string[];
}

/** A boat with three seats: the smallest thing that can be sold out. */
const boat: Decider<Boat, { readonly by: string }, Taken> = {
  context: 'boat',
  version: 1,
  initial: () => ({ free: 3, by: [] }),
  decide: ({ by }, state) =>
    state.free > 0 ? [{ type: 'boat.seat-taken.v1', data: { by } }] : reject('SOLD_OUT', 'no seat is left'),
  evolve: (state, event) => {
    state.free -= 1;
    state.by.push(event.data.by);
    return state;
  },
};

const meta = (commandId: string, commandHash?: string): CommandMeta => ({
  commandId,
  tenant: 'a-tenant',
  actor: 'user:ana',
  correlationId: 'c-1',
  ...(commandHash === undefined ? {} : { commandHash }),
});

const accepted = <R>(result: Handled<R> | Rejection): Handled<R> => {
  if (isRejection(result)) throw new Error(`refused: ${result.rejected}`);
  return result;
};

const taken = (state: Boat) => state.by.join();

let directory: string;
let eventStore: EventStore;
let documents: Documents;
let handling: CommandHandling;
const warnings: string[] = [];

const newHandling = async (snapshots = false) =>
  createCommandHandling({
    eventStore,
    snapshots: snapshots ? await createSnapshots(documents) : undefined,
    clock: () => new Date().toISOString(),
    onWarning: (message) => warnings.push(message),
  });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'handling-'));
  eventStore = await openEventStore({ dataDir: directory });
  documents = await openDocuments({ dataDir: directory });
  handling = await newHandling();
});

afterEach(async () => {
  await eventStore.close();
  await documents.close();
  await rm(directory, { recursive: true });
});

describe('a command', () => {
  it('answers from the state that it left and tells where it stands in the log', async () => {
    const first = accepted(await handling.handle(boat, '1', { by: 'ana' }, meta('c1'), taken));
    const second = accepted(await handling.handle(boat, '1', { by: 'bo' }, meta('c2'), taken));
    expect([first.answer, second.answer]).toEqual(['ana', 'ana,bo']);
    expect([first.revision, second.revision]).toEqual([0, 1]);
    expect(second.position).toBeGreaterThan(first.position);
  });

  it('sent again with the same id is answered as the first time, whatever came between', async () => {
    await handling.handle(boat, '1', { by: 'ana' }, meta('c1', 'h'), taken);
    await handling.handle(boat, '1', { by: 'bo' }, meta('c2'), taken);
    const again = accepted(await handling.handle(boat, '1', { by: 'ana' }, meta('c1', 'h'), taken));
    expect(again).toMatchObject({ answer: 'ana', revision: 0, replayed: true, events: [] });

    const afterRestart = await newHandling();
    const later = accepted(await afterRestart.handle(boat, '1', { by: 'ana' }, meta('c1', 'h'), taken));
    expect(later).toMatchObject({ answer: 'ana', revision: 0, replayed: true });
    expect(await handling.read(boat, '1', (state) => state.free)).toBe(1);
  });

  it('with a used id and another body is refused and writes nothing', async () => {
    await handling.handle(boat, '1', { by: 'ana' }, meta('c1', 'h'), taken);
    const other = await handling.handle(boat, '1', { by: 'eve' }, meta('c1', 'other'), taken);
    expect(other).toMatchObject({ rejected: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await handling.read(boat, '1', taken)).toBe('ana');
  });

  it('sent twice at the same moment is done once', async () => {
    const both = await Promise.all([1, 2].map(() => handling.handle(boat, '1', { by: 'ana' }, meta('c1'), taken)));
    expect(both.map((result) => accepted(result).answer)).toEqual(['ana', 'ana']);
    expect(await handling.read(boat, '1', (state) => state.free)).toBe(2);
  });
});

describe('a race', () => {
  it('of 200 for three seats has three winners, and the rest are told so', async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => handling.handle(boat, '1', { by: `p${n}` }, meta(`c${n}`), taken)),
    );
    const refused = results.filter(isRejection);
    expect(refused).toHaveLength(197);
    expect(new Set(refused.map((rejection) => rejection.rejected))).toEqual(new Set(['SOLD_OUT']));
  });

  it('between two processes sells no seat twice', async () => {
    const other = await newHandling();
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? handling : other).handle(boat, '1', { by: `p${n}` }, meta(`c${n}`), taken),
      ),
    );
    expect(results.filter((result) => !isRejection(result))).toHaveLength(3);
    const fresh = await newHandling();
    expect(await fresh.read(boat, '1', (state) => state.by.length)).toBe(3);
  });
});

describe('a refusal', () => {
  const gate: Decider<
    boolean,
    'open' | 'pass',
    { readonly type: 'gate.opened.v1' | 'gate.passed.v1'; readonly data: null }
  > = {
    context: 'gate',
    version: 1,
    initial: () => false,
    decide: (command, isOpen) =>
      command === 'open'
        ? [{ type: 'gate.opened.v1', data: null }]
        : isOpen
          ? [{ type: 'gate.passed.v1', data: null }]
          : reject('CONFLICT', 'the gate is shut'),
    evolve: () => true,
  };

  it('never rests on a state that another process has left behind', async () => {
    const other = await newHandling();
    const pass = (commandId: string) => handling.handle(gate, '1', 'pass', meta(commandId), (isOpen) => isOpen);
    expect(await pass('c1')).toMatchObject({ rejected: 'CONFLICT' });
    await other.handle(gate, '1', 'open', meta('c2'), () => undefined);
    expect(accepted(await pass('c3'))).toMatchObject({ answer: true, revision: 1 });
  });
});

describe('a read', () => {
  it('that must be fresh sees what another process wrote a moment ago', async () => {
    expect(await handling.read(boat, '1', taken)).toBe('');
    await (await newHandling()).handle(boat, '1', { by: 'ana' }, meta('c1'), taken);
    expect(await handling.read(boat, '1', taken, true)).toBe('ana');
  });
});

describe('a long stream', () => {
  const counter: Decider<{ n: number }, 'count', { readonly type: 'counter.counted.v1'; readonly data: null }> = {
    context: 'counter',
    version: 1,
    initial: () => ({ n: 0 }),
    decide: () => [{ type: 'counter.counted.v1', data: null }],
    evolve: (state) => ({ n: state.n + 1 }),
  };

  it('is read from its snapshot, and a snapshot of another version is ignored', async () => {
    const writing = await newHandling(true);
    await Promise.all(
      Array.from({ length: 2_500 }, (_, n) =>
        writing.handle(counter, '1', 'count', meta(`c${n}`), ({ n: now }) => now),
      ),
    );
    const reading = await newHandling(true);
    expect(await reading.read(counter, '1', ({ n }) => n)).toBe(2_500);

    // A fold that counts nothing sees only what is folded after the snapshot.
    const blind = { ...counter, evolve: (state: { n: number }) => state };
    const fromSnapshot = await (await newHandling(true)).read(blind, '1', ({ n }) => n);
    expect(fromSnapshot).toBeGreaterThanOrEqual(1_000);
    expect(await (await newHandling(true)).read({ ...blind, version: 2 }, '1', ({ n }) => n)).toBe(0);
  });
});

describe('a store that cannot write', () => {
  it('fails the commands under way, and the next one finds the truth', async () => {
    await handling.handle(boat, '1', { by: 'ana' }, meta('c1'), taken);
    await eventStore.close();
    await expect(handling.handle(boat, '1', { by: 'bo' }, meta('c2'), taken)).rejects.toThrow();
    eventStore = await openEventStore({ dataDir: directory });
    const again = accepted(await (await newHandling()).handle(boat, '1', { by: 'bo' }, meta('c2'), taken));
    expect(again).toMatchObject({ answer: 'ana,bo', revision: 1 });
  });

  it('refuses more than its queue holds', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10_400 }, (_, n) => handling.handle(boat, '1', { by: `p${n}` }, meta(`c${n}`), taken)),
    );
    const overloaded = results.filter((result) => result.status === 'rejected');
    expect(overloaded.length).toBeGreaterThan(0);
    expect(overloaded.every(({ reason }) => (reason as Error).name === 'OverloadedError')).toBe(true);
  });
});
