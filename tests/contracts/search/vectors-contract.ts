import { describe, expect, it } from 'vitest';
import { InvalidSearchError, type SearchDocument, type SearchQuery } from '../../../infra/search/search.ts';
import { type SearchUnderTest, schema, tour } from './tours.ts';

/** A tour whose vector points some degrees from the first axis. */
const at = (id: string, degrees: number, rest: Partial<Omit<SearchDocument, 'texts'>> = {}): SearchDocument => {
  const angle = (degrees * Math.PI) / 180;
  return tour(id, { en: `Tour ${id}` }, { vectors: { meaning: [Math.cos(angle), Math.sin(angle), 0] }, ...rest });
};

const towards = (...to: number[]): Partial<SearchQuery> => ({ nearest: { vector: 'meaning', to } });

/** What is near to a vector. */
export const vectorsContract = (tested: SearchUnderTest): void => {
  const { given, query } = tested;
  const near = async (to: readonly number[], asked: Partial<SearchQuery> = {}): Promise<string[]> =>
    (await query({ ...towards(...to), ...asked })).hits.map(({ id }) => id);

  describe('vectors', () => {
    it('the nearest come first, whatever their length, with the cosine as score', async () => {
      const long: SearchDocument = tour('long', {}, { vectors: { meaning: [0.5, 0.5, 0] } });
      await given(at('far', 170), at('near', 10), long, tour('none', { en: 'Has no vector' }), at('exact', 0));
      expect(await near([2, 0, 0])).toEqual(['exact', 'near', 'long', 'far']);
      const { total, hits, facets, next } = await query({ ...towards(1, 0, 0), limit: 2 });
      expect({ total, facets, next }).toEqual({ total: 2, facets: {}, next: undefined });
      expect(hits.map(({ score }) => score.toFixed(4))).toEqual(['1.0000', Math.cos(Math.PI / 18).toFixed(4)]);
      expect(hits[0]).toMatchObject({ source: { id: 'exact' }, highlights: {} });
      expect(await query({ ...towards(1, 0, 0), limit: 0 })).toMatchObject({ total: 0, hits: [] });
    });

    it('only of the own tenant, and of those that pass every filter', async () => {
      await given(
        at('theirs', 0, { tenant: 't2' }),
        at('rome', 20, { keywords: { city: ['Rome'] }, numbers: { price: 10 } }),
        at('nice', 10, { keywords: { city: ['Nice'] }, numbers: { price: 90 } }),
        at('place', 30, { points: { place: { lat: 1, lon: 1 } } }),
      );
      expect(await near([1, 0, 0])).toEqual(['nice', 'rome', 'place']);
      expect(await near([1, 0, 0], { keywords: { city: ['Rome'] } })).toEqual(['rome']);
      expect(await near([1, 0, 0], { ranges: { price: { gte: 50 } } })).toEqual(['nice']);
      expect(await near([1, 0, 0], { ids: ['place', 'rome', 'theirs'] })).toEqual(['rome', 'place']);
      expect(await near([1, 0, 0], { near: { point: 'place', lat: 1, lon: 1, within: 5 } })).toEqual(['place']);
      expect(await near([1, 0, 0], { tenant: 't2' })).toEqual(['theirs']);
      expect(await near([1, 0, 0], { tenant: 'nobody' })).toEqual([]);
    });

    it('follow what is written: changed, taken away, removed and redelivered', async () => {
      await given(at('a', 0), at('b', 40), at('c', 60));
      expect(await near([1, 0, 0])).toEqual(['a', 'b', 'c']);
      await given(at('a', 90, { version: 2 }), tour('c', { en: 'Tour c' }, { version: 2 }));
      await given(at('a', 0, { version: 1 }));
      expect(await near([1, 0, 0])).toEqual(['b', 'a']);
      await tested.search.write(schema.name, [{ remove: { id: 'b', version: 2 } }]);
      expect(await near([1, 0, 0])).toEqual(['a']);
      const stored = await tested.search.getMany(schema.name, ['a', 'c']);
      expect(stored.get('a')?.vectors?.meaning?.map((value) => Math.round(value))).toEqual([0, 1, 0]);
      expect(stored.get('c')?.vectors).toBeUndefined();
    });

    it('change nothing where no vector is asked for', async () => {
      await given(at('a', 0), tour('b', { en: 'Tour b' }));
      const { total, words, hits } = await query({ text: 'tour' });
      expect({ total, words, ids: hits.map(({ id }) => id).sort() }).toEqual({
        total: 2,
        words: 'all',
        ids: ['a', 'b'],
      });
    });

    it('are refused where they can be none, by name', async () => {
      const wrong: (readonly [Partial<SearchQuery>, RegExp])[] = [
        [{ nearest: { vector: 'colour', to: [1, 0, 0] } }, /^colour:/],
        [towards(1, 0), /^meaning:.* 3 numbers, not of 2/],
        [towards(0, 0, 0), /^meaning:/],
        [towards(Number.NaN, 0, 1), /^meaning:/],
        [{ ...towards(1, 0, 0), text: 'boat' }, /^nearest:/],
        [{ ...towards(1, 0, 0), facets: ['city'] }, /^nearest:/],
        [{ ...towards(1, 0, 0), sort: { number: 'price', direction: 1 } }, /^nearest:/],
        [{ ids: Array.from({ length: 1_001 }, String) }, /^ids:/],
      ];
      for (const [asked, message] of wrong) await expect(query(asked), String(message)).rejects.toThrow(message);
      const vectors: Record<string, readonly number[]>[] = [
        { meaning: [1, 0] },
        { meaning: [0, 0, 0] },
        { meaning: [1, Number.POSITIVE_INFINITY, 0] },
        { colour: [1, 0, 0] },
      ];
      for (const vector of vectors)
        await expect(given(tour('bad', {}, { vectors: vector })), JSON.stringify(vector)).rejects.toThrow(
          InvalidSearchError,
        );
      await expect(tested.search.ensure({ ...schema, vectors: { meaning: 4 } })).rejects.toThrow(InvalidSearchError);
      expect((await query({})).total).toBe(0);
    });
  });

  describe('only some documents', () => {
    it('are found by words, counted and paged like all', async () => {
      const keywords = { city: ['Rome'] };
      await given(...['a', 'b', 'c', 'd'].map((id) => tour(id, { en: 'Boat' }, { keywords })));
      const asked: Partial<SearchQuery> = { text: 'boat', ids: ['d', 'b', 'nobody'], facets: ['city'] };
      const first = await query({ ...asked, limit: 1 });
      expect(first).toMatchObject({ total: 2, facets: { city: [{ value: 'Rome', count: 2 }] } });
      const second = await query({ ...asked, limit: 1, ...(first.next === undefined ? {} : { after: first.next }) });
      expect([...first.hits, ...second.hits].map(({ id }) => id).sort()).toEqual(['b', 'd']);
      expect(await query({ text: 'boat', ids: [] })).toMatchObject({ total: 0, hits: [] });
    });

    it('are told to have all words, or some of them, or with typos', async () => {
      await given(tour('a', { en: 'Boat at sunset' }), tour('b', { en: 'Walk' }));
      const words = async (text: string) => (await query({ text })).words;
      expect(await words('boat sunset')).toBe('all');
      expect(await words('boat suns')).toBe('all');
      expect(await words('boat walk')).toBe('some');
      expect(await words('baot sunset')).toBe('some');
      expect(await words('submarine')).toBe('some');
      expect(await words('')).toBeUndefined();
    });
  });
};
