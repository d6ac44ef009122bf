import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidSearchError, type SearchQuery } from '../../../infra/search/search.ts';
import { type SearchUnderTest, tour } from './tours.ts';

/** What filters, ranges, facets, places and sorting select. */
export const selectionContract = (tested: SearchUnderTest): void => {
  const { given, query, ids, found } = tested;

  describe('filters, ranges, facets and sort', () => {
    const catalogue = (): Promise<void> =>
      given(
        tour(
          'a',
          { en: 'Boat' },
          { keywords: { city: ['Rome'], tags: ['sea', 'sun'] }, numbers: { price: 10, rating: 5 } },
        ),
        tour('b', { en: 'Boat' }, { keywords: { city: ['Rome'], tags: ['sea'] }, numbers: { price: 20 } }),
        tour(
          'c',
          { en: 'Boat' },
          { keywords: { city: ['Nice'], tags: ['sun', 'sun'] }, numbers: { price: 30, rating: 3 } },
        ),
        tour('d', { en: 'Walk' }, { keywords: { city: ['Nice'] }, numbers: { price: -5, rating: 4.5 } }),
        tour('e', { en: 'Walk' }, { keywords: { city: ['Oslo ’"(x)'] } }),
      );

    it('filter: all fields, any value of one', async () => {
      await catalogue();
      expect(await found('', { keywords: { city: ['Rome'] } })).toBe('a b');
      expect(await found('', { keywords: { city: ['Rome', 'Nice'], tags: ['sun'] } })).toBe('a c');
      expect(await found('boat', { keywords: { city: ['Nice'] } })).toBe('c');
      expect(await found('', { keywords: { city: ['Oslo ’"(x)'] } })).toBe('e');
      expect(await found('', { keywords: { city: ['rome', 'Nowhere'] } })).toBe('');
      expect(await found('', { keywords: { city: [] } })).toBe('');
    });

    it('ranges: both ends belong to them', async () => {
      await catalogue();
      expect(await found('', { ranges: { price: { gte: 10, lte: 20 } } })).toBe('a b');
      expect(await found('', { ranges: { price: { lte: 10 }, rating: { gte: 4.5 } } })).toBe('a d');
      expect(await found('', { ranges: { rating: {} } })).toBe('a c d');
    });

    it('facets: counted under all filters but their own, most frequent first', async () => {
      await catalogue();
      const facets = ['city', 'tags'];
      const result = await query({ text: 'boat', keywords: { city: ['Rome'], tags: ['sun'] }, facets, limit: 0 });
      expect(result).toMatchObject({ total: 1, hits: [] });
      expect(result.facets).toEqual({
        city: [
          { value: 'Nice', count: 1 },
          { value: 'Rome', count: 1 },
        ],
        tags: [
          { value: 'sea', count: 2 },
          { value: 'sun', count: 1 },
        ],
      });
      expect((await query({ facets: ['tags'], ranges: { price: { gte: 20 } } })).facets).toEqual({
        tags: [
          { value: 'sea', count: 1 },
          { value: 'sun', count: 1 },
        ],
      });
      expect((await query({ facets: [] })).facets).toEqual({});
    });

    it('sort: by a number both ways, without it last', async () => {
      await catalogue();
      expect(await ids('', { sort: { number: 'price', direction: 1 } })).toEqual(['d', 'a', 'b', 'c', 'e']);
      expect(await ids('', { sort: { number: 'rating', direction: -1 } })).toEqual(['a', 'd', 'c', 'b', 'e']);
      expect(await ids('walk', { sort: { number: 'price', direction: -1 } })).toEqual(['d', 'e']);
    });

    it('sort and ranges: instants are numbers like others', async () => {
      const [first, second] = [Date.UTC(1969, 0), Date.UTC(2026, 10, 25, 1, 2, 3, 4)] as const;
      await given(
        ...[second, undefined, first, undefined].map((since, at) =>
          tour(`t${at}`, { en: 'Boat' }, { numbers: since === undefined ? {} : { since } }),
        ),
      );
      expect(await found('', { ranges: { since: { gte: first + 1, lte: second } } })).toBe('t0');
      expect(await found('', { ranges: { since: { gte: first - 0.5, lte: second - 0.5 } } })).toBe('t2');
      for (const [direction, order] of [
        [1, ['t2', 't0', 't1', 't3']],
        [-1, ['t0', 't2', 't1', 't3']],
      ] as const) {
        const asked: Partial<SearchQuery> = { sort: { number: 'since', direction }, limit: 1 };
        const seen: (string | undefined)[] = [];
        for (let after: string | undefined; seen.length < 4; ) {
          const page = await query(after === undefined ? asked : { ...asked, after });
          seen.push(page.hits[0]?.id);
          after = page.next;
        }
        expect(seen).toEqual(order);
      }
      const half = tour('half', {}, { numbers: { since: 0.5 } });
      await expect(given(half)).rejects.toThrow(/^since:/);
    });

    describe('places', () => {
      const cancun = { lat: 21.1619, lon: -86.8515 };
      const near = { ...cancun, point: 'place' };
      beforeEach(() =>
        given(
          tour('cozumel', { en: 'Boat' }, { points: { place: { lat: 20.423, lon: -86.9223 } } }),
          tour('nowhere', { en: 'Boat' }),
          tour('cancun', { en: 'Boat boat' }, { points: { place: cancun } }),
          tour('suva', { en: 'Boat', fr: 'Bateau' }, { points: { place: { lat: -18.1416, lon: 178.4419 } } }),
          tour('isla', { en: 'Walk' }, { points: { place: { lat: 21.2311, lon: -86.731 } } }),
        ),
      );

      it('the nearest first, those without a place last, over pages too', async () => {
        const asked: Partial<SearchQuery> = { near, sort: 'distance', limit: 1 };
        const seen: string[] = [];
        for (let after: string | undefined; seen.length < 5; ) {
          const page = await query(after === undefined ? asked : { ...asked, after });
          for (const { id, distance } of page.hits)
            seen.push(`${id} ${distance === undefined ? '?' : Math.round(distance / 1_000)}`);
          after = page.next;
        }
        expect(seen).toEqual(['cancun 0', 'isla 15', 'cozumel 82', 'suva 11194', 'nowhere ?']);
        expect(await ids('boat', { near, sort: 'distance' })).toEqual(['cancun', 'cozumel', 'suva', 'nowhere']);
      });

      it('within a distance', async () => {
        expect(await found('', { near: { ...near, within: 20_000 } })).toBe('cancun isla');
        expect(await found('boat', { near: { ...near, within: 100_000 } })).toBe('cancun cozumel');
        // Over the line where the days change: 179° west is near 178° east.
        expect(await found('', { near: { point: 'place', lat: -18, lon: -179, within: 300_000 } })).toBe('suva');
      });

      it('are places on earth, of a field that there is', async () => {
        const wrong: Partial<SearchQuery>[] = [
          { near: { ...near, lat: 91 } },
          { near: { ...near, lon: Number.NaN } },
          { near: { ...near, point: 'price' } },
          { near: { ...near, within: 0 } },
          { sort: 'distance' },
        ];
        for (const asked of wrong)
          await expect(query(asked), JSON.stringify(asked)).rejects.toThrow(InvalidSearchError);
        const off = tour('x', {}, { points: { place: { lat: 0, lon: 181 } } });
        await expect(given(off)).rejects.toThrow(/^place:/);
      });
    });

    it('refuse fields that the index does not have, by name', async () => {
      await catalogue();
      const refused: readonly (readonly [Partial<SearchQuery>, RegExp])[] = [
        [{ keywords: { nope: ['a'] } }, /^nope:/],
        [{ keywords: { price: ['a'] } }, /^price:/],
        [{ facets: ['constructor'] }, /^constructor:/],
        [{ ranges: { city: { gte: 1 } } }, /^city:/],
        [{ sort: { number: 'x"; DROP TABLE docs; --', direction: 1 } }, /^x"/],
        [{ limit: -1 }, /^limit:/],
      ];
      for (const [asked, field] of refused) {
        await expect(query(asked)).rejects.toThrow(InvalidSearchError);
        await expect(query(asked)).rejects.toThrow(field);
      }
      const bad = tour('x', { en: 'X' }, { keywords: { nope: ['a'] } });
      await expect(given(tour('y', { en: 'Y' }), bad)).rejects.toThrow(/^nope:/);
      expect((await query({})).total).toBe(5);
    });
  });
};
