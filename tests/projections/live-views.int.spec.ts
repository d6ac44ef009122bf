import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLiveViewsReader } from '../../projections/runner/live-views-reader.ts';
import { NotRunningHereError } from '../../projections/runner/projection-runner.ts';
import { cleanReplay, contentOf } from './clean-replay.ts';
import { failingDocuments } from './failing-documents.ts';
import { event, openStage, type Stage, tally, until } from './running-views.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const said = (word: string) => event('speaker.said.v1', { word });
/** The id of a process that is no more. */
const diedProcess = async (): Promise<number> => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid ?? 0;
};
const document = (id: string, view = stage.documents) => view.get('tally.v1-1', id);

describe('live views', () => {
  it('follow the log: what is written is read as soon as the view has reached its position', async () => {
    const runner = stage.runner([tally()]);
    await runner.start();
    const position = await stage.append('speaker-a', said('hello'), said('again'));
    expect(await runner.liveViews.waitFor('tally', position, 5_000)).toBe(true);
    expect(runner.liveViews.reached('tally')).toBeGreaterThanOrEqual(position);
    expect(runner.liveViews.collection('tally')).toBe('tally.v1-1');
    expect(await document('speaker-a')).toEqual({ count: 2, words: ['hello', 'again'] });
    expect(await stage.documents.get(runner.liveViews.rollup('tally', 'words'), 'hello')).toEqual({
      word: 'hello',
      times: 1,
    });
  });

  it('reach positions of events that are not for them', async () => {
    const runner = stage.runner([tally()]);
    await runner.start();
    const position = await stage.append('listener-a', event('listener.heard.v1', {}));
    expect(await runner.liveViews.waitFor('tally', position, 5_000)).toBe(true);
  });

  it('are awaited in vain only as long as asked', async () => {
    const runner = stage.runner([tally()]);
    await runner.start();
    const began = performance.now();
    expect(await runner.liveViews.waitFor('tally', 1_000_000, 50)).toBe(false);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('refuse names that nobody has', async () => {
    const runner = stage.runner([tally()]);
    expect(() => runner.liveViews.collection('tale')).toThrow('there is no view tale');
    expect(() => runner.liveViews.rollup('tally', 'letters')).toThrow('no rollup letters');
    expect(() => runner.liveViews.index('tally')).toThrow('no search index');
    await expect(runner.rebuild('tale')).rejects.toThrow('there is no view tale');
  });

  it('go on where they stood after a stop, with what came in between', async () => {
    const first = stage.runner([tally()]);
    await first.start();
    await first.liveViews.waitFor('tally', await stage.append('speaker-a', said('one')), 5_000);
    await first.stop();
    const position = await stage.append('speaker-a', said('two'));
    const second = stage.runner([tally()]);
    await second.start();
    expect(await second.liveViews.waitFor('tally', position, 5_000)).toBe(true);
    expect(await document('speaker-a')).toEqual({ count: 2, words: ['one', 'two'] });
  });

  it('are built from the event store where the bus begins later', async () => {
    for (let i = 0; i < 30; i++) await stage.append(`speaker-${i % 3}`, said(`w${i}`));
    const runner = stage.runner([tally()]);
    await runner.start();
    expect(await runner.liveViews.waitFor('tally', 30, 5_000)).toBe(true);
    expect(await stage.documents.count('tally.v1-1', { count: 10 })).toBe(3);
  });

  it('tell their lag: none when caught up, the age of the oldest event otherwise', async () => {
    const position = await stage.append('speaker-a', said('one'));
    const runner = stage.runner([tally()], { now: () => Date.now() + 60_000 });
    expect((await runner.lag()).get('tally')).toMatchObject({ events: position, position: 0 });
    expect((await runner.lag()).get('tally')?.seconds).toBeGreaterThan(59);
    await runner.start();
    await runner.liveViews.waitFor('tally', position, 5_000);
    expect((await runner.lag()).get('tally')).toEqual({ events: 0, seconds: 0, position });
  });
});

describe('several processes', () => {
  it('run a view one at a time; another takes over when the first stops', async () => {
    const first = stage.runner([tally()]);
    const second = stage.runner([tally()]);
    await first.start();
    await second.start();
    expect([first.running, second.running]).toEqual([['tally'], []]);
    await expect(second.rebuild('tally')).rejects.toThrow(NotRunningHereError);
    const position = await stage.append('speaker-a', said('one'));
    expect(await second.liveViews.waitFor('tally', position, 5_000)).toBe(true);
    await first.stop();
    await until(() => second.running.length === 1);
    const next = await stage.append('speaker-a', said('two'));
    expect(await second.liveViews.waitFor('tally', next, 5_000)).toBe(true);
    expect(await document('speaker-a')).toEqual({ count: 2, words: ['one', 'two'] });
  });

  it('share the views evenly, whoever comes and goes, and each reads them all', async () => {
    const views = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...tally(), name }));
    const [first, second, third] = [stage.runner(views), stage.runner(views), stage.runner(views)];
    const spread = () => [first, second, third].map(({ running }) => running.length).sort();
    const allTaken = () => new Set([first, second, third].flatMap(({ running }) => running)).size === 5;
    await first.start();
    expect(first.running).toHaveLength(5);
    await second.start();
    await until(() => spread().join() === '0,2,3' && allTaken());
    await third.start();
    await until(() => spread().join() === '1,2,2' && allTaken());
    const position = await stage.append('speaker-a', said('one'));
    for (const { name } of views)
      for (const { liveViews } of [first, second, third]) {
        expect(await liveViews.waitFor(name, position, 5_000)).toBe(true);
        expect(await stage.documents.get(liveViews.collection(name), 'speaker-a')).toEqual({
          count: 1,
          words: ['one'],
        });
      }
    await second.stop();
    await until(() => spread().join() === '0,2,3' && allTaken());
    await first.stop();
    await until(() => third.running.length === 5);
  });

  it('give a view away without anything being done twice or left out, while events come', async () => {
    const views = ['a', 'b'].map((name) => ({ ...tally(), name }));
    const first = stage.runner(views);
    await first.start();
    let last = 0;
    let writing = true;
    const written = (async () => {
      for (let i = 0; writing; i++) last = await stage.append(`speaker-${i % 3}`, said(`w${i}`));
    })();
    const reached: number[] = [];
    const second = stage.runner(views);
    await second.start();
    await until(() => {
      reached.push(first.liveViews.reached('b'));
      return second.running.length === 1 && first.running.length === 1;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    reached.push(first.liveViews.reached('b'));
    writing = false;
    await written;
    expect(reached).toEqual(reached.toSorted((a, b) => a - b));
    for (const projection of views) {
      expect(await first.liveViews.waitFor(projection.name, last, 10_000)).toBe(true);
      expect(await contentOf(stage.documents, projection, first.liveViews.collection(projection.name))).toEqual(
        cleanReplay(projection, await stage.log()),
      );
    }
  });

  it('cannot write a view any more that was taken from them while they slept, and none of their batches is lost', async () => {
    const documents = failingDocuments(stage.documents);
    const sleeper = stage.runner([tally()], { documents, deadAfterMs: 600 });
    await sleeper.start();
    await sleeper.liveViews.waitFor('tally', await stage.append('speaker-a', said('one')), 5_000);
    const wake = documents.sleep();
    const position = await stage.append('speaker-a', said('two'));
    const other = stage.runner([tally()], { deadAfterMs: 600 });
    await other.start();
    expect(other.running).toEqual([]);
    await until(() => other.running.length === 1);
    expect(await other.liveViews.waitFor('tally', position, 10_000)).toBe(true);
    wake();
    await until(() => sleeper.running.length === 0);
    const next = await stage.append('speaker-a', said('three'));
    expect(await other.liveViews.waitFor('tally', next, 10_000)).toBe(true);
    expect(await document('speaker-a')).toEqual({ count: 3, words: ['one', 'two', 'three'] });
  });

  it('take over at once from a process that was killed on this machine', async () => {
    const killed = await diedProcess();
    const lease = { view: 'tally', owner: 'dead', commits: 7 };
    const projector = { owner: 'dead', host: hostname(), pid: killed, shares: true, beat: 3 };
    await stage.documents.commit([
      { collection: 'projectors', id: 'dead', put: projector },
      { collection: 'view-leases', id: 'tally:dead', put: lease },
    ]);
    const runner = stage.runner([tally()]);
    await runner.start();
    expect(runner.running).toEqual(['tally']);
    expect(await stage.documents.get('projectors', 'dead')).toBeUndefined();
  });

  it('read the live views without running them', async () => {
    const runner = stage.runner([tally()], { dropAfterMs: 0 });
    await runner.start();
    const reader = await createLiveViewsReader(stage.documents, [tally()]);
    const position = await stage.append('speaker-a', said('one'));
    expect(await reader.waitFor('tally', position, 5_000)).toBe(true);
    await runner.rebuild('tally');
    await until(() => reader.collection('tally') === 'tally.v1-2');
    expect(await stage.documents.get(reader.collection('tally'), 'speaker-a')).toEqual({ count: 1, words: ['one'] });
    await reader.stop();
  });
});
