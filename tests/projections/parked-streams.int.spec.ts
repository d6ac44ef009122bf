import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanReplay, contentOf } from './clean-replay.ts';
import { event, openStage, type Stage, tally } from './running-views.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const said = (word: string) => event('speaker.said.v1', { word });

/** A view that cannot hear one word until it is mended. */
const withPoison = async () => {
  const ear = { poison: 'bang' as string | undefined };
  const projection = tally({ poison: () => ear.poison });
  const runner = stage.runner([projection]);
  await runner.start();
  return { runner, projection, mend: (poison?: string) => (ear.poison = poison) };
};

describe('a stream with an event that cannot be handled', () => {
  it('is parked from there; the rest goes on', async () => {
    const { runner } = await withPoison();
    await stage.append('speaker-a', said('one'), said('bang'), said('two'));
    await stage.append('speaker-b', said('one'));
    const position = await stage.append('speaker-a', said('three'));
    expect(await runner.liveViews.waitFor('tally', position, 5_000)).toBe(true);
    expect(await stage.documents.get('tally.v1-1', 'speaker-a')).toEqual({ count: 1, words: ['one'] });
    expect(await stage.documents.get('tally.v1-1', 'speaker-b')).toEqual({ count: 1, words: ['one'] });
    expect(await runner.parked()).toMatchObject([
      {
        view: 'tally',
        stream: 'speaker-a',
        eventType: 'speaker.said.v1',
        revision: 1,
        position: 2,
        throughRevision: 3,
        waiting: 3,
        error: 'tally cannot handle speaker.said.v1 at position 2 (speaker-a): cannot hear bang',
      },
    ]);
    expect((await runner.views())[0]).toMatchObject({ view: 'tally', parkedStreams: 1, lagEvents: 0 });
  });

  it('stays parked over a restart, and what waits is still counted', async () => {
    const { runner, projection } = await withPoison();
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('bang')), 5_000);
    await runner.stop();
    const next = stage.runner([projection]);
    await next.start();
    await next.liveViews.waitFor('tally', await stage.append('speaker-a', said('two')), 5_000);
    expect(await next.parked()).toMatchObject([{ stream: 'speaker-a', revision: 0, waiting: 2 }]);
    expect(await stage.documents.get('tally.v1-1', 'speaker-a')).toBeUndefined();
  });

  it('is handled in order when it is retried after the cause was mended, as if nothing had been', async () => {
    const { runner, projection, mend } = await withPoison();
    await stage.append('speaker-a', said('one'), said('bang'), said('two'));
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('three')), 5_000);
    mend();
    expect(await runner.retry('tally', 'speaker-a')).toBeUndefined();
    expect(await runner.parked()).toEqual([]);
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('four')), 5_000);
    expect(await contentOf(stage.documents, projection, 'tally.v1-1')).toEqual(
      cleanReplay(projection, await stage.log()),
    );
  });

  it('is retried over many batches', async () => {
    const { runner, projection, mend } = await withPoison();
    await stage.append('speaker-a', said('bang'), ...Array.from({ length: 1_500 }, (_, i) => said(`w${i}`)));
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('end')), 10_000);
    expect(await runner.parked()).toMatchObject([{ waiting: 1_502 }]);
    mend();
    expect(await runner.retry('tally', 'speaker-a')).toBeUndefined();
    expect(await contentOf(stage.documents, projection, 'tally.v1-1')).toEqual(
      cleanReplay(projection, await stage.log()),
    );
  });

  it('is parked again from the next event that fails, less what could be handled', async () => {
    const { runner, mend } = await withPoison();
    await stage.append('speaker-a', said('bang'), said('two'), said('crash'));
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('four')), 5_000);
    mend('crash');
    expect(await runner.retry('tally', 'speaker-a')).toMatchObject({ revision: 2, waiting: 2, throughRevision: 3 });
    expect(await stage.documents.get('tally.v1-1', 'speaker-a')).toEqual({ count: 2, words: ['bang', 'two'] });
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('five')), 5_000);
    mend();
    expect(await runner.retry('tally', 'speaker-a')).toBeUndefined();
    expect(await stage.documents.get('tally.v1-1', 'speaker-a')).toMatchObject({ count: 5 });
  });

  it('goes on with what comes when it is discarded', async () => {
    const { runner } = await withPoison();
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('bang'), said('two')), 5_000);
    await runner.discard('tally', 'speaker-a');
    expect(await runner.parked()).toEqual([]);
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('three')), 5_000);
    expect(await stage.documents.get('tally.v1-1', 'speaker-a')).toEqual({ count: 1, words: ['three'] });
  });

  it('can be neither retried nor discarded when it is not parked', async () => {
    const { runner } = await withPoison();
    await expect(runner.retry('tally', 'speaker-a')).rejects.toThrow('view tally has no parked stream speaker-a');
    await expect(runner.discard('tally', 'speaker-a')).rejects.toThrow('view tally has no parked stream speaker-a');
  });
});
