import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openSearch } from '../../infra/search/open-search.ts';
import type { Search } from '../../infra/search/search.ts';
import { allProjections } from '../../projections/all-projections.ts';
import type { Projection } from '../../projections/runner/projection.ts';
import {
  collectionsOf,
  ofBuild,
  PARKED,
  type ParkedStream,
  recordCollections,
} from '../../projections/runner/view-records.ts';
import { ViewWriter } from '../../projections/runner/view-writer.ts';
import { cleanReplay, contentOf } from './clean-replay.ts';
import { type FailingDocuments, failingDocuments, InjectedFault } from './failing-documents.ts';
import { histories, recorded } from './histories.ts';

/** One delivery of the bus: of which partition, how many events at most, from how far back, and what goes wrong. */
const delivery = fc.record({
  partition: fc.nat({ max: 2 }),
  size: fc.integer({ min: 1, max: 12 }),
  /** Redelivered events before the offset. */
  back: fc.oneof(fc.constant(0), fc.nat({ max: 6 })),
  fault: fc.constantFrom('none', 'none', 'before', 'after'),
  /** After the fault: a new process, or the same one trying again. */
  restarts: fc.boolean(),
});
const PARTITIONS = ['part/0', 'part/1', 'part/2'];
type Delivery = typeof delivery extends fc.Arbitrary<infer T> ? T : never;

let dataDir: string;
let documents: Documents;
let failing: FailingDocuments;
let search: Search;
let builds = 0;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'crash-safety-'));
  documents = await openDocuments({ dataDir });
  search = await openSearch({ dataDir });
  failing = failingDocuments(documents);
  for (const spec of recordCollections) await documents.ensure(spec);
});
afterAll(async () => {
  await documents.close();
  await search.close();
  await rm(dataDir, { recursive: true, force: true });
});

const newBuild = async (projection: Projection): Promise<string> => {
  const build = `${projection.name}.v1-${++builds}`;
  for (const spec of collectionsOf(projection, build)) await documents.ensure(spec);
  if (projection.search !== undefined) {
    // Kept whoever reads it: the embedded engine would leave out what is for analysts.
    const { readers: _readers, ...schema } = projection.search.schema;
    await search.ensure({ ...schema, name: build });
  }
  return build;
};

const open = (projection: Projection, build: string) =>
  new ViewWriter(projection, build, {
    documents: failing,
    search,
    fence: () => ({ collection: 'fence', id: 'test', put: { held: true } }),
    now: () => '2026-01-01T00:00:00Z',
    // Few, so that most of what is needed has to be read again.
    cached: { documents: 2, cells: 2 },
  });

/** Delivers as told, then all that is left, as a bus would: at least once, in order in each partition. */
const deliverAll = async (
  projection: Projection,
  build: string,
  log: readonly RecordedEvent[],
  deliveries: readonly Delivery[],
): Promise<ViewWriter> => {
  const partitions = [0, 1, 2].map((partition) =>
    log.filter(({ stream }) => (stream.codePointAt(stream.length - 1) ?? 0) % 3 === partition),
  );
  const offsets = [0, 0, 0];
  let writer = open(projection, build);
  const deliver = async ({ partition, size, back, fault, restarts }: Delivery): Promise<void> => {
    const events = partitions[partition] ?? [];
    const offset = offsets[partition] ?? 0;
    const batch = events.slice(Math.max(0, offset - back), offset + size);
    const upTo = batch.at(-1)?.position ?? 0;
    failing.failNext(fault);
    try {
      const source = { partition: `part/${partition}`, partitions: PARTITIONS };
      await writer.apply(source, structuredClone(batch), upTo, 'park');
      offsets[partition] = Math.max(offset, Math.min(events.length, offset + size));
    } catch (error) {
      if (!(error instanceof InjectedFault)) throw error;
      if (restarts) writer = open(projection, build);
    }
    // A batch without news writes nothing, so its fault was not met.
    failing.forget();
  };
  for (const each of deliveries) await deliver(each);
  for (const partition of [0, 1, 2])
    await deliver({ partition, size: log.length, back: 0, fault: 'none', restarts: false });
  return writer;
};

/** Builds from the log as the runner does, writing one batch while it folds the next, with commits that fail. */
const buildFrom = async (
  projection: Projection,
  build: string,
  log: readonly RecordedEvent[],
  sizes: readonly number[],
  faults: readonly Delivery['fault'][],
): Promise<void> => {
  failing.failNext(...faults);
  let writer = open(projection, build);
  for (let attempt = 0, batch = 0; ; attempt++) {
    try {
      await writer.open();
      for (let from = writer.reached; from < log.length; ) {
        const events = log.slice(from, from + (sizes[batch++ % sizes.length] ?? 1));
        from += events.length;
        await writer.stage(null, structuredClone(events), from, 'stop');
      }
      await writer.settled();
      expect(writer.reached).toBe(log.length);
      return failing.forget();
    } catch (error) {
      if (!(error instanceof InjectedFault)) throw error;
      if (attempt % 2 === 1) writer = open(projection, build);
    }
  }
};

describe.each(allProjections)('view $name', (projection) => {
  it('equals a clean replay after any redelivery and any crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories(150),
        fc.array(delivery, { maxLength: 20, size: 'max' }),
        async (history, deliveries) => {
          const log = recorded(history);
          const build = await newBuild(projection);
          const writer = await deliverAll(projection, build, log, deliveries);
          const expected = cleanReplay(projection, log);
          expect(await contentOf(documents, projection, build)).toEqual(expected);
          expect(writer.reached).toBeLessThanOrEqual(log.length);
          if (projection.search !== undefined)
            expect(await searched(build, Object.keys(expected.documents))).toEqual(
              searchable(projection, expected.documents),
            );
        },
      ),
      // Shrinking a failure must not take for ever.
      { numRuns: 15, interruptAfterTimeLimit: 15_000 },
    );
  }, 30_000);

  it('equals a clean replay when streams that were parked amid crashes are retried after the cause was mended', async () => {
    const poisonous = fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        histories(80),
        fc.array(delivery, { maxLength: 12, size: 'max' }),
        poisonous,
        async (history, deliveries, poison) => {
          let broken = true;
          const ailing: Projection = {
            ...projection,
            evolve: (document, event) => {
              const next = projection.evolve(document, event);
              if (broken && poison.includes(event.position)) throw new Error('half done');
              return next;
            },
          };
          const log = recorded(history);
          const build = await newBuild(projection);
          const writer = await deliverAll(ailing, build, log, deliveries);
          broken = false;
          for (const { stream, revision, throughRevision } of await ofBuild<ParkedStream>(documents, PARKED, build)) {
            const waiting = log.filter(
              (event) => event.stream === stream && event.revision >= revision && event.revision <= throughRevision,
            );
            expect(await writer.retry(stream, structuredClone(waiting), true)).toBe(true);
          }
          expect(await ofBuild(documents, PARKED, build)).toEqual([]);
          expect(await contentOf(documents, projection, build)).toEqual(cleanReplay(projection, log));
        },
      ),
      { numRuns: 10, interruptAfterTimeLimit: 15_000 },
    );
  }, 30_000);

  it('equals a clean replay when it is built from the log, whatever commits fail', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 });
    const faults = fc.array(
      delivery.map(({ fault }) => fault),
      { maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(histories(100), sizes, faults, async (history, batches, failures) => {
        const log = recorded(history);
        const build = await newBuild(projection);
        await buildFrom(projection, build, log, batches, failures);
        expect(await contentOf(documents, projection, build)).toEqual(cleanReplay(projection, log));
      }),
      { numRuns: 15, interruptAfterTimeLimit: 15_000 },
    );
  }, 30_000);
});

const searched = async (build: string, ids: readonly string[]) =>
  Object.fromEntries(
    [...(await search.getMany(build, ids))].map(([id, { version: _, id: __, ...rest }]) => [id, rest]),
  );

const searchable = (projection: Projection, views: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(views).flatMap(([id, view]) => {
      const found = projection.search?.toSearch(view as object);
      return found === undefined ? [] : [[id, found]];
    }),
  );
