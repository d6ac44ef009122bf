import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidSearchError, type Search } from '../../../infra/search/search.ts';
import { hybridContract } from './hybrid-contract.ts';
import { pagingContract } from './paging-contract.ts';
import { selectionContract } from './selection-contract.ts';
import { storingContract } from './storing-contract.ts';
import { schema, searchUnderTest, tour } from './tours.ts';
import { vectorsContract } from './vectors-contract.ts';
import { wordsContract } from './words-contract.ts';

/** What every adapter of the search port must do. `open` is called with an empty folder of its own, and again to reopen it. */
export const searchContract = (name: string, open: (dataDir: string) => Promise<Search>): void => {
  describe(`search: ${name}`, () => {
    let dataDir: string;
    let search: Search;

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'search-'));
      search = await open(dataDir);
      await search.drop(schema.name);
      await search.ensure(schema);
    });
    afterEach(async () => {
      await search.drop(schema.name);
      await search.close();
      await rm(dataDir, { recursive: true, force: true });
    });

    const tested = searchUnderTest(() => search);
    const { given, query, ids, found, company } = tested;

    wordsContract(tested);
    selectionContract(tested);
    pagingContract(tested);
    storingContract(tested);
    vectorsContract(tested);
    hybridContract(tested);

    it('has its documents after a reopen', async () => {
      await company();
      await search.write(schema.name, [{ remove: { id: 'walk', version: 2 } }]);
      await search.close();
      search = await open(dataDir);
      await search.ensure(schema);
      expect(await found('sialing')).toBe('sail');
      expect((await query({})).total).toBe(4);
      await given(tour('walk', { en: 'Walk' }), tour('new', { en: 'Sailing school' }));
      expect(await found('sailing')).toBe('new sail');
    });

    it('knows an index by another name too, and from one moment on another index', async () => {
      const next = { ...schema, name: 'tours.v2' };
      await search.ensure(next);
      try {
        await company();
        await search.write(next.name, [{ put: tour('new', { en: 'Sailing school' }) }]);
        const seen = async () =>
          (await search.query('tours', { tenant: 't1', text: 'sailing', limit: 9 })).hits.map(({ id }) => id);
        expect(await seen()).toEqual([]);
        await search.alias('tours', schema.name);
        expect(await seen()).toEqual(['sail']);
        await given(tour('more', { en: 'More sailing' }));
        expect((await seen()).sort()).toEqual(['more', 'sail']);
        await search.alias('tours', next.name);
        await search.alias('tours', next.name);
        expect(await seen()).toEqual(['new']);
        expect(await found('sailing')).toBe('more sail');
        await expect(search.alias(schema.name, next.name)).rejects.toThrow(InvalidSearchError);
        await expect(search.alias('tours', 'never-made')).rejects.toThrow(InvalidSearchError);
        await expect(search.ensure({ ...schema, name: 'tours' })).rejects.toThrow(InvalidSearchError);
        expect(await seen()).toEqual(['new']);
      } finally {
        await search.drop(next.name);
      }
      expect(await search.query('tours', { tenant: 't1', text: 'sailing', limit: 9 })).toMatchObject({ total: 0 });
    });

    it('is ensured by several at once, and ranks by the boosts of the last', async () => {
      const other = await open(dataDir);
      try {
        await search.drop(schema.name);
        await Promise.all([search, other, search, other].map((each) => each.ensure(schema)));
        await given(
          tour('title', { en: 'Boat' }, { description: { en: 'Nothing' } }),
          tour('description', { en: 'Nothing' }, { description: { en: 'Boat' } }),
        );
        expect(await ids('boat')).toEqual(['title', 'description']);
        await search.ensure({ ...schema, texts: { description: { boost: 9 }, title: { boost: 1 } } });
        expect(await ids('boat')).toEqual(['description', 'title']);
        await other.write(schema.name, [{ put: tour('other', { en: 'Boat boat' }) }]);
        expect(await found('boat')).toBe('description other title');
      } finally {
        await other.close();
      }
    });

    it('knows its indexes: made again without loss, dropped without trace, empty where there is none', async () => {
      await company();
      await search.ensure({ ...schema, texts: { description: { boost: 9 }, title: { boost: 1 } } });
      expect((await query({ text: 'sailing' })).total).toBe(1);
      await expect(search.ensure({ ...schema, keywords: ['city'] })).rejects.toThrow(InvalidSearchError);
      await expect(search.ensure({ ...schema, name: 'A "b"' })).rejects.toThrow(InvalidSearchError);
      await search.drop(schema.name);
      expect(await query({ text: 'sailing' })).toMatchObject({ total: 0, hits: [] });
      expect((await search.getMany(schema.name, ['sail'])).size).toBe(0);
      await expect(given(tour('a', { en: 'Boat' }))).rejects.toThrow(InvalidSearchError);
      await search.ensure(schema);
      expect((await query({})).total).toBe(0);
      await given(tour('a', { en: 'Boat' }));
      expect((await query({})).total).toBe(1);
      await search.drop('never-made');
    });
  });
};
