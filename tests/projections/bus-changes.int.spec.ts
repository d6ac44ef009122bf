import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Document, Write } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { ProjectionRunner } from '../../projections/runner/projection-runner.ts';
import { cleanReplay, contentOf } from './clean-replay.ts';
import { PartitionedBus } from './partitioned-bus.ts';
import { event, openStage, type Stage, tally, until } from './running-views.ts';

const PARTITIONS = 3;

let several: PartitionedBus;
let stage: Stage;
beforeEach(async () => {
  several = new PartitionedBus(PARTITIONS, Math.random);
  stage = await openStage({ bus: several.connect() });
});
afterEach(async () => {
  await stage.close();
  several.close();
});

const say = async (times: number): Promise<number> => {
  let last = 0;
  for (let i = 0; i < times; i++)
    last = await stage.append(`speaker-${i % 7}`, event('speaker.said.v1', { word: `w${i % 5}` }));
  return last;
};
const begin = async (bus: EventBus): Promise<ProjectionRunner> => {
  const runner = stage.runner([tally()], { bus });
  await runner.start();
  return runner;
};
const isAsReplayed = async ({ liveViews }: ProjectionRunner): Promise<void> =>
  expect(await contentOf(stage.documents, tally(), liveViews.collection('tally'))).toEqual(
    cleanReplay(tally(), await stage.log()),
  );
/** A bus from which nothing comes. */
const silent: EventBus = {
  publish: async () => undefined,
  publishedUpTo: async () => 0,
  consume: () => ({ ended: new Promise(() => undefined), stop: async () => undefined }),
  close: async () => undefined,
};

describe('a view whose bus is not as it was', () => {
  it('goes on from the event store while nothing comes from the bus', async () => {
    const runner = await begin(silent);
    expect(await runner.liveViews.waitFor('tally', await say(20), 10_000)).toBe(true);
    expect(await runner.liveViews.waitFor('tally', await say(10), 10_000)).toBe(true);
    await isAsReplayed(runner);
  });

  it('does nothing twice when the bus comes back, partition by partition', async () => {
    const connected = several.connect();
    const runner = await begin(connected);
    await runner.liveViews.waitFor('tally', await say(30), 10_000);
    connected.kill();
    expect(await runner.liveViews.waitFor('tally', await say(30), 10_000)).toBe(true);
    await runner.stop();
    const again = await begin(several.connect());
    expect(await again.liveViews.waitFor('tally', await say(30), 10_000)).toBe(true);
    await isAsReplayed(again);
  });

  it('goes on where its documents stand when they were restored and the group of the bus is ahead of them', async () => {
    const first = await begin(several.connect());
    await first.liveViews.waitFor('tally', await say(40), 10_000);
    await first.stop();
    const backup = await everything();
    const second = await begin(several.connect());
    await second.liveViews.waitFor('tally', await say(40), 10_000);
    await second.stop();
    await restore(backup);
    const third = await begin(several.connect());
    expect(await third.liveViews.waitFor('tally', await say(5), 10_000)).toBe(true);
    await isAsReplayed(third);
  });

  it('keeps what it has when it stood at one position of all partitions of another bus', async () => {
    const first = await begin(silent);
    const last = await say(20);
    await first.liveViews.waitFor('tally', last, 10_000);
    await first.stop();
    await stage.documents.commit(checkpoints({ 'old/0': last, 'old/1': last }));
    const second = await begin(several.connect());
    expect(await second.liveViews.waitFor('tally', await say(20), 10_000)).toBe(true);
    expect(second.liveViews.collection('tally')).toBe('tally.v1-1');
    await isAsReplayed(second);
  });

  it('is built anew when it stood at different positions of the partitions of another bus', async () => {
    const first = await begin(silent);
    const last = await say(20);
    await first.liveViews.waitFor('tally', last, 10_000);
    await first.stop();
    // Of the old bus it had more than it had of everything.
    await stage.documents.commit([
      ...checkpoints({ 'old/0': last - 5, 'old/1': last }),
      { collection: 'view-checkpoints', id: 'tally.v1-1:store', remove: true },
    ]);
    const second = await begin(several.connect());
    const next = await say(20);
    await until(() => second.liveViews.collection('tally') === 'tally.v1-2', 10_000);
    expect(await second.liveViews.waitFor('tally', next, 10_000)).toBe(true);
    await isAsReplayed(second);
  });
});

const checkpoints = (positions: Readonly<Record<string, number>>): readonly Write[] =>
  Object.entries(positions).map(([partition, position]) => ({
    collection: 'view-checkpoints',
    id: `tally.v1-1:${partition}`,
    put: { build: 'tally.v1-1', partition, position },
  }));

const everything = async (): Promise<ReadonlyMap<string, ReadonlyMap<string, Document>>> => {
  const found = new Map<string, Map<string, Document>>();
  for (const collection of await stage.documents.collections()) {
    const all = new Map<string, Document>();
    for await (const batch of stage.documents.scan(collection))
      for (const [id, document] of batch) all.set(id, document);
    found.set(collection, all);
  }
  return found;
};

const restore = async (backup: ReadonlyMap<string, ReadonlyMap<string, Document>>): Promise<void> => {
  const writes: Write[] = [];
  for (const [collection, documents] of await everything()) {
    const before = backup.get(collection) ?? new Map<string, Document>();
    for (const id of documents.keys()) if (!before.has(id)) writes.push({ collection, id, remove: true });
    for (const [id, put] of before) writes.push({ collection, id, put });
  }
  await stage.documents.commit(writes);
};
