import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidCursorError } from '../../../infra/documents/documents.ts';
import { type HybridResult, hybridQuery, isHybridPage } from '../../../infra/search/hybrid.ts';
import type { IndexSchema, SearchDocument, SearchQuery } from '../../../infra/search/search.ts';
import { type SearchUnderTest, schema, tour } from './tours.ts';

const meanings: IndexSchema = {
  name: 'meanings.v1',
  texts: {},
  keywords: ['version'],
  numbers: [],
  vectors: { meaning: 2 },
};

/** What of a tour points so many degrees from the first axis. */
const meant = (id: string, degrees: number, { tenant = 't1', version = '1' } = {}): SearchDocument => ({
  ...{ id, tenant, version: 1, texts: {}, keywords: { version: [version] }, numbers: {}, source: {} },
  vectors: { meaning: [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)] },
});

const TO = [1, 0];

/** What an index of words and one of vectors find together. */
export const hybridContract = (tested: SearchUnderTest): void => {
  const { given, found } = tested;
  const mean = (...documents: SearchDocument[]): Promise<void> =>
    tested.search.write(
      meanings.name,
      documents.map((put) => ({ put })),
    );
  const both = (
    text: string,
    asked: Partial<SearchQuery> = {},
    to: typeof TO | undefined = TO,
  ): Promise<HybridResult> =>
    hybridQuery(
      tested.search,
      schema.name,
      { index: meanings.name, vector: 'meaning', keywords: { version: ['1'] }, to },
      { tenant: 't1', text, limit: 50, ...asked },
    );
  const idsOf = ({ hits }: HybridResult): string[] => hits.map(({ id }) => id);
  /** Ids of all pages. The pages behind the first are given no vector. */
  const pages = async (text: string, asked: Partial<SearchQuery>): Promise<string[][]> => {
    const seen: string[][] = [];
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await both(
        text,
        after === undefined ? asked : { ...asked, after },
        after === undefined ? TO : undefined,
      );
      seen.push(idsOf(page));
      after = page.next;
      if (after !== undefined) expect(isHybridPage({ tenant: 't1', text, limit: 1, ...asked, after })).toBe(true);
    }
    return seen;
  };

  describe('words and meaning together', () => {
    beforeEach(async () => {
      await tested.search.drop(meanings.name);
      await tested.search.ensure(meanings);
    });
    afterEach(() => tested.search.drop(meanings.name));

    it('what has the words comes first, then what means the same', async () => {
      await given(tour('far', { en: 'Boat trip' }), tour('near', { en: 'Sailing' }), tour('both', { en: 'Boat' }));
      await mean(meant('far', 80), meant('near', 0), meant('both', 10));
      const result = await both('boat', { locale: 'en' });
      expect(idsOf(result)).toEqual(['both', 'far', 'near']);
      expect(result).toMatchObject({ total: 3, wordsTotal: 2, words: 'all' });
      expect(result.hits[0]?.highlights).toEqual({ title: '<em>Boat</em>' });
      expect(result.hits[2]?.highlights).toEqual({});
    });

    it('where only some words are found, the nearest come first', async () => {
      await given(tour('words', { en: 'Boat museum' }), tour('near', { en: 'Sailing' }));
      await mean(meant('near', 0));
      expect(idsOf(await both('boat coucher'))).toEqual(['near', 'words']);
      expect(idsOf(await both('voilier'))).toEqual(['near']);
    });

    it('without a vector to compare with, the words alone order', async () => {
      await given(tour('a', { en: 'Boat' }), tour('b', { en: 'Walk' }));
      expect(idsOf(await both('boat'))).toEqual(['a']);
      await mean(meant('b', 0, { version: '2' }));
      expect(idsOf(await both('boat'))).toEqual(['a']);
    });

    it('only of the own tenant, and only what the words know: what is gone there is gone', async () => {
      await given(tour('own', { en: 'Walk' }), tour('theirs', { en: 'Walk' }, { tenant: 't2' }));
      await mean(meant('own', 50), meant('theirs', 0, { tenant: 't2' }), meant('unpublished', 0));
      expect(idsOf(await both('bateau'))).toEqual(['own']);
      // Even where the vectors of another tenant were written under this one's name.
      await mean({ ...meant('theirs', 0), version: 2 });
      expect(idsOf(await both('bateau'))).toEqual(['own']);
    });

    it('filters, facets and total hold for what means the same too', async () => {
      const city = (name: string) => ({ keywords: { city: [name] } });
      await given(
        tour('boat-rome', { en: 'Boat' }, city('Rome')),
        tour('boat-nice', { en: 'Boat' }, city('Nice')),
        tour('sail-rome', { en: 'Sailing' }, { ...city('Rome'), numbers: { price: 5 } }),
        tour('sail-nice', { en: 'Sailing' }, city('Nice')),
      );
      await mean(...['boat-rome', 'sail-rome', 'sail-nice'].map((id, at) => meant(id, at)));
      const result = await both('boat', { keywords: { city: ['Rome'] }, facets: ['city'] });
      expect(idsOf(result)).toEqual(['boat-rome', 'sail-rome']);
      expect(result).toMatchObject({ total: 2, wordsTotal: 1 });
      expect(result.facets.city).toEqual([
        { value: 'Rome', count: 2 },
        { value: 'Nice', count: 1 },
      ]);
      expect(idsOf(await both('boat', { ranges: { price: { lte: 9 } } }))).toEqual(['sail-rome']);
      expect(await both('boat', { limit: 0, facets: ['city'] })).toMatchObject({ total: 4, hits: [] });
    });

    it('at most 20 are near, and of many that pass a filter still the nearest', async () => {
      const many = Array.from({ length: 1_100 }, (_, at) => `m${String(at).padStart(4, '0')}`);
      const keywords = { tags: ['sea'] };
      await given(...many.map((id) => tour(id, { en: 'Walk' }, { keywords })), tour('other', { en: 'Walk' }));
      await mean(meant('other', 0), ...many.map((id, at) => meant(id, 1 + at / 20)));
      const result = await both('bateau', { keywords });
      expect(result.total).toBe(20);
      expect(idsOf(result)).toEqual(many.slice(0, 20));
    });

    it('comes in pages that fit together, each document once, past what is ranked by both', async () => {
      const boats = Array.from({ length: 130 }, (_, at) => `b${String(at).padStart(3, '0')}`);
      await given(...boats.map((id) => tour(id, { en: 'Boat' })), tour('near', { en: 'Sailing' }));
      // The last ones by words are the nearest.
      await mean(meant('near', 0), ...boats.slice(-3).map((id, at) => meant(id, 10 + at)));
      const seen = (await pages('boat', { limit: 40 })).flat();
      expect(new Set(seen)).toEqual(new Set([...boats, 'near']));
      expect(seen).toHaveLength(131);
      const whole = await both('boat', { limit: 100 });
      expect(seen.slice(0, 100)).toEqual(idsOf(whole));
      expect(whole.total).toBe(131);
      expect(await pages('boat', { limit: 40, keywords: { city: ['Nowhere'] } })).toEqual([[]]);
    });

    it('goes on behind its last hit, though documents came in between', async () => {
      await given(...['a', 'b', 'c'].map((id) => tour(id, { en: 'Boat' })));
      const first = await both('boat', { limit: 2 });
      await given(tour('0', { en: 'Boat boat' }));
      const second = await both('boat', { limit: 9, ...(first.next === undefined ? {} : { after: first.next }) });
      expect(idsOf(second)).toEqual(['c']);
    });

    it('takes no cursor of another query', async () => {
      await given(...['a', 'b', 'c'].map((id) => tour(id, { en: 'Boat' })));
      const { next = '' } = await both('boat', { limit: 1 });
      await expect(both('walk', { after: next })).rejects.toThrow(InvalidCursorError);
      expect(() => isHybridPage({ tenant: 't1', text: 'walk', limit: 1, after: next })).toThrow(InvalidCursorError);
      const byWords = await tested.query({ text: 'boat', limit: 1 });
      const { next: after = '' } = byWords;
      expect(isHybridPage({ tenant: 't1', text: 'boat', limit: 1, after })).toBe(false);
      expect(await found('boat')).toBe('a b c');
    });
  });
};
