import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLiveViewsReader } from '../../projections/runner/live-views-reader.ts';
import { NotRunningHereError } from '../../projections/runner/projection-runner.ts';
import { event, openStage, type Stage, tally, until } from './running-views.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const said = (word: string) => event('speaker.said.v1', { word });
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
  it('run the projections one at a time; another takes over when the first stops', async () => {
    const first = stage.runner([tally()]);
    const second = stage.runner([tally()]);
    await first.start();
    await second.start();
    expect([first.leading, second.leading]).toEqual([true, false]);
    await expect(second.rebuild('tally')).rejects.toThrow(NotRunningHereError);
    const position = await stage.append('speaker-a', said('one'));
    expect(await second.liveViews.waitFor('tally', position, 5_000)).toBe(true);
    await first.stop();
    await until(() => second.leading);
    const next = await stage.append('speaker-a', said('two'));
    expect(await second.liveViews.waitFor('tally', next, 5_000)).toBe(true);
    expect(await document('speaker-a')).toEqual({ count: 2, words: ['one', 'two'] });
  });

  it('cannot write any more when the lease was lost unknowingly, and none of their batches is lost', async () => {
    let sleeping = 0;
    const sleeper = stage.runner([tally()], { now: () => Date.now() - sleeping });
    await sleeper.start();
    await sleeper.liveViews.waitFor('tally', await stage.append('speaker-a', said('one')), 5_000);
    sleeping = 3_600_000; // To the others it looks as if it had not moved for an hour.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const other = stage.runner([tally()]);
    await other.start();
    expect(other.leading).toBe(true);
    await until(() => !sleeper.leading);
    const position = await stage.append('speaker-a', said('two'));
    expect(await other.liveViews.waitFor('tally', position, 10_000)).toBe(true);
    expect(await document('speaker-a')).toEqual({ count: 2, words: ['one', 'two'] });
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
