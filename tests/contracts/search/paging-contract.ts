import { describe, expect, it } from 'vitest';
import { InvalidCursorError } from '../../../infra/documents/documents.ts';
import type { SearchQuery, SuggestQuery } from '../../../infra/search/search.ts';
import { type SearchUnderTest, schema, tour } from './tours.ts';

/** Pages that neither repeat nor leave out, and suggestions while somebody types. */
export const pagingContract = (tested: SearchUnderTest): void => {
  const { given, query, ids, company } = tested;

  describe('pages', () => {
    const many = Array.from({ length: 45 }, (_, at) =>
      tour(
        `t${String(at).padStart(2, '0')}`,
        { en: at % 3 === 0 ? 'Boat boat trip' : 'Boat trip' },
        {
          numbers: at % 5 === 0 ? {} : { price: at % 4 },
        },
      ),
    );
    const walk = async (asked: Partial<SearchQuery>, between?: (page: number) => Promise<void>): Promise<string[]> => {
      const seen: string[] = [];
      let after: string | undefined;
      for (let page = 0; ; page += 1) {
        const result = await query(after === undefined ? asked : { ...asked, after });
        seen.push(...result.hits.map(({ id }) => id));
        if (result.next === undefined) return seen;
        after = result.next;
        await between?.(page);
      }
    };

    it('show each hit once, in the order of one large page', async () => {
      await given(...many);
      for (const asked of [
        {},
        { text: 'boat' },
        { text: 'trip', sort: { number: 'price', direction: 1 } },
        { sort: { number: 'price', direction: -1 } },
      ] as const) {
        const whole = (await query({ ...asked, limit: 100 })).hits.map(({ id }) => id);
        expect(whole).toHaveLength(45);
        for (const limit of [1, 7, 44, 45]) expect(await walk({ ...asked, limit })).toEqual(whole);
      }
    });

    it('show no hit twice while others are written', async () => {
      await given(...many);
      const seen = await walk({ sort: { number: 'price', direction: 1 }, limit: 10 }, (page) =>
        given(tour(`new-${page}`, { en: 'Boat' }, { numbers: { price: -1 } })),
      );
      expect(new Set(seen).size).toBe(45);
      expect(seen).toHaveLength(45);
    });

    it('go on where the last hit stands now, when scores have moved', async () => {
      await given(...many);
      const seen = await walk({ text: 'boat', limit: 15 }, (page) =>
        given(...Array.from({ length: 10 }, (_, at) => tour(`zz${page}${at}`, { en: `Boat ${'sea '.repeat(at)}` }))),
      );
      const old = seen.filter((id) => id.startsWith('t'));
      expect(new Set(old).size).toBe(old.length);
      expect(old).toHaveLength(45);
    });

    it('refuse a cursor of another query or of nobody', async () => {
      await given(...many);
      const { next = '' } = await query({ text: 'boat', limit: 5 });
      expect(await ids('boat', { limit: 5, after: next })).toHaveLength(5);
      const wrong: Partial<SearchQuery>[] = [
        { text: 'trip', after: next },
        { text: 'boat', after: next, tenant: 't2' },
        { text: 'boat', after: next, ranges: { price: { gte: 1 } } },
        { text: 'boat', after: next, sort: { number: 'price', direction: 1 } },
        { text: 'boat', after: '' },
        { text: 'boat', after: 'nonsense' },
        { text: 'boat', after: `${next}'` },
      ];
      for (const asked of wrong) await expect(query(asked)).rejects.toThrow(InvalidCursorError);
    });
  });

  describe('suggestions', () => {
    const suggested = async (text: string, asked: Partial<SuggestQuery> = {}): Promise<string> =>
      (await tested.search.suggest(schema.name, { tenant: 't1', limit: 10, text, ...asked }))
        .map(({ id, text: whole }) => `${id}: ${whole}`)
        .join(', ');

    it.each([
      ['sai', 'sail: Sailing trip at sunset', 'the beginning'],
      ['SAILING TR', 'sail: Sailing trip at sunset', 'words and a beginning'],
      ['tul', 'beach: Beach day in Tulum', 'the beginning of a later word'],
      ['sao', 'paulo: Tour gastronômico em São Paulo', 'without its accent'],
      ['cœur du m', 'volcano: Ascension du volcan Paricutín, cœur du Michoacán', 'in the middle'],
      ['sial', 'sail: Sailing trip at sunset', 'a typo in the beginning'],
      ['zaili', 'sail: Sailing trip at sunset', 'a wrong first letter'],
      ['gastrnomi', 'paulo: Tour gastronômico em São Paulo', 'a letter missing'],
      ['sai sun', '', 'words that do not follow each other'],
      ['sia', '', 'three letters with a typo'],
      ['', '', 'nothing'],
      ['"*(', '', 'no word'],
    ])('%s -> [%s]: %s', async (text, expected) => {
      await company();
      expect(await suggested(text, { locale: 'pt', limit: 1 })).toBe(expected);
    });

    it('come once a document, in the language of the person first, then from the first word, then by text', async () => {
      await given(
        tour('a', { en: 'Boat trip', es: 'Boat paseo' }),
        tour('b', { en: 'A boat trip' }),
        tour('c', { es: 'Boat ahora' }),
        tour('d', { en: 'Boating' }),
      );
      expect(await suggested('boat', { locale: 'en' })).toBe('a: Boat trip, d: Boating, b: A boat trip, c: Boat ahora');
      expect(await suggested('boat', { locale: 'es', limit: 2 })).toBe('c: Boat ahora, a: Boat paseo');
      await expect(suggested('boat', { limit: 21 })).rejects.toThrow(/^limit:/);
    });

    it('answer whatever is typed', async () => {
      await company();
      const title = 'Ascension du volcan Paricutín, cœur du Michoacán';
      await given(tour('long', { fr: `${title} et de son village enseveli` }));
      expect(await suggested(`${title} et de son vi`)).toBe(`long: ${title} et de son village enseveli`);
      for (const text of ['a'.repeat(10_000), 'sail '.repeat(2_000), '\u0000', '\ud800', '\u001f boat', '🏝️', '海', '-'])
        expect(await suggested(text), text.slice(0, 20)).toBe('');
    });

    it('are of the tenant, as its documents are now', async () => {
      await given(
        tour('a', { en: 'Boat' }),
        tour('b', { en: 'Boat secretword' }, { tenant: 't2' }),
        tour('c', { en: 'Kayak' }),
      );
      expect(await suggested('secretw')).toBe('');
      expect(await suggested('boat', { tenant: 't2' })).toBe('b: Boat secretword');
      await given(tour('c', { en: 'Canoe' }, { version: 2 }));
      await tested.search.write(schema.name, [{ remove: { id: 'a', version: 2 } }]);
      expect(await suggested('kay')).toBe('');
      expect(await suggested('boa')).toBe('');
      expect(await suggested('can')).toBe('c: Canoe');
      await tested.search.drop(schema.name);
      expect(await suggested('can')).toBe('');
    });
  });
};
