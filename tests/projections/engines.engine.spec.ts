import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allProjections } from '../../projections/all-projections.ts';
import type { LiveViews } from '../../projections/runner/live-views.ts';
import { createLiveViewsReader } from '../../projections/runner/live-views-reader.ts';
import { cleanReplay, contentOf } from './clean-replay.ts';
import { enginesAreUp, openEngineStage } from './engine-stage.ts';
import { histories } from './histories.ts';
import { until } from './running-views.ts';

const EVENTS = 300;
const VIEWS = allProjections.map(({ name }) => name);

describe.runIf(enginesAreUp)('views over EventStoreDB, Kafka, MongoDB and Elasticsearch', () => {
  let stage: Awaited<ReturnType<typeof openEngineStage>>;
  beforeEach(async () => {
    stage = await openEngineStage();
  });
  afterEach(() => stage.close());

  const [history = []] = fc.sample(
    histories(EVENTS).filter(({ length }) => length > EVENTS / 2),
    { numRuns: 1, seed: 4 },
  );
  /** Writes a part of the history, from 0 to 1; resolves with the last position. */
  const write = async (from: number, to: number): Promise<number> => {
    let last = 0;
    for (const { stream, event } of history.slice(from * history.length, to * history.length))
      last = await stage.append(stream, event);
    return last;
  };
  const allReach = async (liveViews: LiveViews, position: number): Promise<void> => {
    for (const name of VIEWS) expect([name, await liveViews.waitFor(name, position, 20_000)]).toEqual([name, true]);
  };
  const contents = async (liveViews: LiveViews) =>
    Promise.all(allProjections.map((each) => contentOf(stage.documents, each, liveViews.collection(each.name))));
  const replayed = async () => {
    const log = await stage.log();
    return allProjections.map((projection) => cleanReplay(projection, log));
  };

  it('are the same fed by Kafka and built from the event store, and search finds them by the view’s name', async () => {
    const batches = new Map<string, number>();
    const runner = stage.runner(allProjections, {
      dropAfterMs: 0,
      onBatch: ({ view, events }) => batches.set(view, (batches.get(view) ?? 0) + events),
    });
    await runner.start();
    await allReach(runner.liveViews, await write(0, 1));
    const fed = await contents(runner.liveViews);
    expect(fed).toEqual(await replayed());
    // By the bus, not by catching up.
    const bookings = history.filter(({ stream }) => stream.startsWith('booking-')).length;
    expect(batches.get('bookings')).toBe(bookings);
    await Promise.all(VIEWS.map((name) => runner.rebuild(name)));
    for (const { name, version } of allProjections)
      expect(runner.liveViews.collection(name)).toBe(`${name}.v${version}-2`);
    expect(await contents(runner.liveViews)).toEqual(fed);
    const found = await stage.search.getMany('product-search', ['product0', 'product1', 'product2', 'product3']);
    expect(found).toEqual(await stage.search.getMany(runner.liveViews.index('product-search'), [...found.keys()]));
  });

  it('go on when one of two projectors is killed, are shared again when another comes, and equal a clean replay', async () => {
    const [first, second] = await Promise.all([stage.projector(), stage.projector()]);
    const reader = await createLiveViewsReader(stage.documents, allProjections);
    const shared = (...processes: (typeof first)[]) =>
      until(() => {
        const counts = processes.map((each) => each.running().length);
        return (
          new Set(processes.flatMap((each) => each.running())).size === VIEWS.length &&
          counts.reduce((sum, count) => sum + count, 0) === VIEWS.length &&
          Math.max(...counts) - Math.min(...counts) <= 1
        );
      }, 15_000);
    await shared(first, second);
    await allReach(reader, await write(0, 0.4));
    await first.kill();
    const began = performance.now();
    await allReach(reader, await write(0.4, 0.7));
    const tookMs = performance.now() - began;
    console.log(`after the kill the views went on within ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(10_000);
    await shared(second);
    const third = await stage.projector();
    const last = await write(0.7, 1);
    await allReach(reader, last);
    await shared(second, third);
    await allReach(reader, last);
    await third.stop();
    await shared(second);
    expect(await contents(reader)).toEqual(await replayed());
    await reader.stop();
  });
});
