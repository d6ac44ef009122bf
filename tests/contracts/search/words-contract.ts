import { describe, expect, it } from 'vitest';
import type { Locale } from '../../../contracts/texts.ts';
import type { SearchQuery } from '../../../infra/search/search.ts';
import { type SearchUnderTest, tour } from './tours.ts';

/** What is found by words, in which order, and how it is shown. */
export const wordsContract = (tested: SearchUnderTest): void => {
  const { given, query, ids, found, company } = tested;

  describe('words', () => {
    const cases: readonly (readonly [text: string, ids: string, why: string])[] = [
      ['sailing', 'sail', 'as written'],
      ['SAILING', 'sail', 'in capitals'],
      ['sail', 'sail', 'inflected (en)'],
      ['walks', 'walk', 'inflected (en)'],
      ['walked', 'walk', 'inflected (en)'],
      ['beaches', 'beach', 'inflected (en)'],
      ['playas', 'beach', 'inflected (es)'],
      ['excursiones', 'walk', 'inflected (es)'],
      ['volcanes', 'volcano', 'inflected (es)'],
      ['caminhadas', 'walk', 'inflected (pt)'],
      ['visites', 'walk', 'inflected (fr)'],
      ['excursion', 'walk', 'without its accent'],
      ['sao', 'paulo', 'without its accent'],
      ['são', 'paulo', 'with its accent'],
      ['sa\u0303o', 'paulo', 'with its accent as a mark of its own'],
      ['coeur', 'volcano', 'without its ligature'],
      ['michoacan', 'volcano', 'without its accent'],
      ['sialing', 'sail', 'two letters swapped'],
      ['sailng', 'sail', 'a letter missing'],
      ['saiiling', 'sail', 'a letter too much'],
      ['zailing', 'sail', 'a wrong first letter'],
      ['gastronomqiuee', 'paulo', 'two typos in a long word'],
      ['exkursion', 'walk', 'a typo and an accent'],
      ['paricu', 'volcano', 'its beginning'],
      ['day tul', 'beach', 'a word and a beginning'],
      ['tulum beach', 'beach', 'in another order'],
      ['the beach', 'beach', 'with a stop word'],
      ['casco antiguo', 'walk', 'two words'],
      ['sunset coucher', 'sail', 'of two languages'],
      ['submarine', '', 'that nobody has'],
      ['sun', 'sail', 'of three letters'],
      ['sum', '', 'of three letters with a typo'],
    ];

    it.each(cases)('%s -> [%s]: %s', async (text, expected) => {
      await company();
      for (const locale of [undefined, 'en', 'es'] as const)
        expect(await found(text, locale === undefined ? {} : { locale }), String(locale)).toBe(expected);
    });

    it.each([
      ['es', 'ciudad', 'Ciudades perdidas'],
      ['es', 'luces', 'La luz del norte'],
      ['pt', 'viagem', 'Viagens de barco'],
      ['pt', 'vulcões', 'O vulcão'],
      ['pt', 'hotel', 'Hotéis na serra'],
      ['fr', 'randonnées', 'Une randonnée'],
      ['fr', 'île', "Le tour de l'île"],
      ['fr', 'yeu', 'L’île d’Yeu'],
      ['en', 'cities', 'The hidden city'],
    ] as const)('%s: %s finds %s', async (locale, text, title) => {
      await given(tour('a', { [locale]: title }), tour('b', { [locale]: 'Xyz' }));
      for (const each of [text, text.normalize('NFKD').replace(/\p{M}/gu, '')])
        expect(await found(`${each} `, { locale }), each).toBe('a');
    });

    it('are looked for in what the tenant has, whatever the filters let through', async () => {
      await given(
        tour('both', { en: 'Harbour boat' }, { keywords: { city: ['Rome'] } }),
        tour('one', { en: 'Harbour walk' }, { keywords: { city: ['Nice'] } }),
      );
      const asked: Partial<SearchQuery> = { keywords: { city: ['Nice'] }, facets: ['city'] };
      expect(await found('harbour boat', asked)).toBe('');
      expect((await query({ text: 'harbour boat', ...asked })).facets.city).toEqual([{ value: 'Rome', count: 1 }]);
      expect(await found('harbour submarine', asked)).toBe('one');
      expect(await found('harbuor', asked)).toBe('one');
    });

    it('find what has all of them, or else what has any', async () => {
      await company();
      expect(await found('tulum beach day')).toBe('beach');
      expect(await found('beach sunset')).toBe('beach sail');
      expect(await found('beach submarine')).toBe('beach');
    });

    it('find everything when there are none', async () => {
      await company();
      for (const text of ['', '   '])
        expect((await query({ text })).hits.map(({ id }) => id)).toEqual([
          ...['beach', 'paulo', 'sail', 'volcano', 'walk'],
        ]);
      expect((await query({})).total).toBe(5);
    });
  });

  describe('the order', () => {
    it('puts the word in a boosted field first, then the word said twice', async () => {
      const filler = 'and many other things to see on the way with a guide who knows them all';
      await given(
        tour('once', { en: 'City day' }, { description: { en: `Kayak ${filler} ${filler}` } }),
        tour('title', { en: 'Kayak day' }, { description: { en: `See ${filler} ${filler}` } }),
        tour(
          'twice',
          { en: 'City day' },
          { description: { en: `Kayak kayak ${filler} ${filler}`.replace('many ', '') } },
        ),
      );
      expect(await ids('kayak', { locale: 'en' })).toEqual(['title', 'twice', 'once']);
    });

    it('puts the person’s language first; the others still count', async () => {
      await given(
        tour('a', { fr: 'Safari photo' }),
        tour('b', { es: 'Safari foto' }),
        tour('c', { pt: 'Outra coisa' }),
      );
      expect(await ids('safari', { locale: 'es' })).toEqual(['b', 'a']);
      expect(await ids('safari', { locale: 'fr' })).toEqual(['a', 'b']);
    });

    it('puts the whole word before a word that only begins so', async () => {
      await given(tour('a', { en: 'Winery visit' }), tour('b', { en: 'Wine visit' }));
      expect(await ids('wine', { locale: 'en' })).toEqual(['b', 'a']);
    });

    it('puts a rare word before a frequent one, and equals by id', async () => {
      await given(...['d', 'b', 'c', 'a'].map((id) => tour(id, { en: 'Boat trip' })), tour('z', { en: 'Whale trip' }));
      expect(await ids('boat whale')).toEqual(['z', 'a', 'b', 'c', 'd']);
    });
  });

  describe('highlights', () => {
    it('mark the words that matched, in the person’s language, and escape all else', async () => {
      await given(
        tour(
          'a',
          { en: 'Walks & <b>beaches</b>', es: 'Paseos y playas' },
          {
            description: {
              en: `${'Far away. '.repeat(60)}Then you walk along the "beach". ${'And back. '.repeat(60)}`,
            },
          },
        ),
      );
      const { hits } = await query({ text: 'walking beach', locale: 'en' });
      expect(hits[0]?.highlights.title).toBe('<em>Walks</em> &amp; &lt;b&gt;<em>beaches</em>&lt;/b&gt;');
      expect(hits[0]?.highlights.description).toContain('you <em>walk</em> along the &quot;<em>beach</em>&quot;');
      expect(hits[0]?.highlights.description?.length).toBeLessThan(400);
      const spanish = await query({ text: 'playa', locale: 'es' });
      expect(spanish.hits[0]?.highlights).toEqual({ title: 'Paseos y <em>playas</em>' });
      expect((await query({})).hits[0]?.highlights).toEqual({});
    });

    it('mark what was meant by a typo, an accent left out or a beginning', async () => {
      await company();
      const titleOf = async (text: string, locale: Locale) => (await query({ text, locale })).hits[0]?.highlights.title;
      expect(await titleOf('sialing', 'en')).toBe('<em>Sailing</em> trip at sunset');
      expect(await titleOf('excursion', 'es')).toBe('<em>Excursión</em> a pie por el casco antiguo');
      expect(await titleOf('tul', 'en')).toBe('Beach day in <em>Tulum</em>');
    });
  });
};
