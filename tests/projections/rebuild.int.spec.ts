import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Documents } from '../../infra/documents/documents.ts';
import { failingDocuments } from './failing-documents.ts';
import { event, openStage, type Stage, tally, until } from './running-views.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const said = (word: string) => event('speaker.said.v1', { word });
const words = (id: string, build: string) =>
  stage.documents.get<{ words: readonly string[] }>(build, id).then((found) => found?.words);
const buildsLeft = async () => (await stage.documents.collections()).filter((name) => name.startsWith('tally.'));

describe('a rebuild', () => {
  it('builds beside the live view, switches to it, and drops the old one', async () => {
    const runner = stage.runner([tally()], { dropAfterMs: 0 });
    await runner.start();
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('one')), 5_000);
    await stage.documents.commit([
      { collection: 'tally.v1-1', id: 'speaker-a', put: { count: 99, words: ['spoiled'] } },
    ]);
    await runner.rebuild('tally');
    expect(runner.liveViews.collection('tally')).toBe('tally.v1-2');
    expect(await words('speaker-a', 'tally.v1-2')).toEqual(['one']);
    await until(async () => (await buildsLeft()).join() === 'tally.v1-2,tally.v1-2.words');
    const position = await stage.append('speaker-a', said('two'));
    expect(await runner.liveViews.waitFor('tally', position, 5_000)).toBe(true);
    expect(await words('speaker-a', 'tally.v1-2')).toEqual(['one', 'two']);
  });

  it('leaves nothing out of what is written meanwhile', async () => {
    const runner = stage.runner([tally()]);
    await runner.start();
    for (let i = 0; i < 50; i++) await stage.append('speaker-a', said(`before${i}`));
    const rebuilt = runner.rebuild('tally');
    let last = 0;
    for (let i = 0; i < 50; i++) last = await stage.append('speaker-a', said(`meanwhile${i}`));
    await rebuilt;
    expect(await runner.liveViews.waitFor('tally', last, 5_000)).toBe(true);
    expect((await words('speaker-a', 'tally.v1-2'))?.length).toBe(100);
    expect(runner.liveViews.reached('tally')).toBeGreaterThanOrEqual(last);
  });

  it('begins by itself for a new version; the old one is served until then', async () => {
    const old = stage.runner([tally()]);
    await old.start();
    await old.liveViews.waitFor('tally', await stage.append('speaker-a', said('one')), 5_000);
    await old.stop();
    const position = await stage.append('speaker-a', said('two'));
    const runner = stage.runner([tally({ version: 2 })], { dropAfterMs: 0 });
    await runner.start();
    expect(['tally.v1-1', 'tally.v2-2']).toContain(runner.liveViews.collection('tally'));
    await until(() => runner.liveViews.collection('tally') === 'tally.v2-2');
    expect(await words('speaker-a', 'tally.v2-2')).toEqual(['one', 'two']);
    expect(runner.liveViews.reached('tally')).toBeGreaterThanOrEqual(position);
    const next = await stage.append('speaker-a', said('three'));
    expect(await runner.liveViews.waitFor('tally', next, 5_000)).toBe(true);
    expect(await words('speaker-a', 'tally.v2-2')).toEqual(['one', 'two', 'three']);
  });

  it('stops at an event that cannot be handled, says why, and leaves the live view alone', async () => {
    let poison: string | undefined;
    const runner = stage.runner([tally({ poison: () => poison })]);
    await runner.start();
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('one'), said('two')), 5_000);
    poison = 'two';
    const why = 'tally cannot handle speaker.said.v1 at position 2 (speaker-a): cannot hear two';
    await expect(runner.rebuild('tally')).rejects.toThrow(why);
    expect((await runner.views())[0]).toMatchObject({ version: 1, rebuilding: 1, buildError: why, parkedStreams: 0 });
    expect(runner.liveViews.collection('tally')).toBe('tally.v1-1');
    await runner.liveViews.waitFor('tally', await stage.append('speaker-b', said('three')), 5_000);
    expect(await words('speaker-b', 'tally.v1-1')).toEqual(['three']);
    poison = undefined;
    await runner.rebuild('tally');
    expect(runner.liveViews.collection('tally')).toBe('tally.v1-3');
    expect((await runner.views())[0]).toMatchObject({ rebuilding: null, buildError: null });
    expect((await buildsLeft()).some((name) => name.startsWith('tally.v1-2'))).toBe(false);
  });

  it('frees streams that were parked in the build before it', async () => {
    let poison: string | undefined = 'bang';
    const runner = stage.runner([tally({ poison: () => poison })], { dropAfterMs: 0 });
    await runner.start();
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('bang')), 5_000);
    expect(await runner.parked()).toHaveLength(1);
    poison = undefined;
    await runner.rebuild('tally');
    await until(async () => (await runner.parked()).length === 0);
    expect(await words('speaker-a', 'tally.v1-2')).toEqual(['bang']);
  });

  it('goes on after a stop in the middle', async () => {
    for (let i = 0; i < 40; i++)
      await stage.append(`speaker-${i % 4}`, ...Array.from({ length: 250 }, (_, n) => said(`w${i % 4}-${n}`)));
    const first = stage.runner([tally()]);
    await first.start();
    await first.liveViews.waitFor('tally', 10_000, 20_000);
    const interrupted = first.rebuild('tally').catch((error: Error) => error.name);
    await first.stop();
    const second = stage.runner([tally()], { dropAfterMs: 0 });
    await second.start();
    await until(() => second.liveViews.collection('tally') === 'tally.v1-2', 20_000);
    expect([undefined, 'BuildInterruptedError']).toContain(await interrupted);
    expect((await words('speaker-0', 'tally.v1-2'))?.length).toBe(2_500);
  });

  it('goes on by itself when a store was away for a moment', async () => {
    const documents = failingDocuments(stage.documents);
    const runner = stage.runner([tally()], { documents, dropAfterMs: 0 });
    await runner.start();
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('one'), said('two')), 5_000);
    documents.failNext('before', 'after', 'before');
    await runner.rebuild('tally');
    expect(runner.liveViews.collection('tally')).toBe('tally.v1-2');
    expect(await words('speaker-a', 'tally.v1-2')).toEqual(['one', 'two']);
    expect((await runner.views())[0]).toMatchObject({ rebuilding: null, buildError: null });
  });

  it('leaves a view that could not be made at first to be made later', async () => {
    let away = 2;
    const documents: Documents = {
      ...failingDocuments(stage.documents),
      ensure: async (spec) => {
        if (spec.name.startsWith('tally.') && away-- > 0) throw new Error('the store is away');
        await stage.documents.ensure(spec);
      },
    };
    const runner = stage.runner([tally()], { documents });
    await runner.start();
    expect(await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('one')), 5_000)).toBe(true);
    expect(away).toBeLessThan(0);
  });

  it('builds anew what is ahead of a log that was restored from a backup', async () => {
    const runner = stage.runner([tally()]);
    await runner.start();
    await runner.liveViews.waitFor('tally', await stage.append('speaker-a', said('one')), 5_000);
    await runner.stop();
    await stage.documents.commit([
      {
        collection: 'view-checkpoints',
        id: 'tally.v1-1:store',
        put: { build: 'tally.v1-1', partition: null, position: 500 },
      },
      { collection: 'tally.v1-1', id: 'speaker-lost', put: { count: 1, words: ['lost'] } },
    ]);
    const after = stage.runner([tally()]);
    await after.start();
    await until(() => after.liveViews.collection('tally') === 'tally.v1-2');
    expect(await words('speaker-lost', 'tally.v1-2')).toBeUndefined();
    const position = await stage.append('speaker-a', said('two'));
    expect(await after.liveViews.waitFor('tally', position, 5_000)).toBe(true);
    expect(await words('speaker-a', 'tally.v1-2')).toEqual(['one', 'two']);
  });
});
