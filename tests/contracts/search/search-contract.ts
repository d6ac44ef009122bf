import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Locale } from '../../../contracts/texts.ts';
import { InvalidCursorError } from '../../../infra/documents/documents.ts';
import type {
  IndexSchema,
  Search,
  SearchDocument,
  SearchQuery,
  SearchResult,
  SuggestQuery,
} from '../../../infra/search/search.ts';
import { InvalidSearchError } from '../../../infra/search/search.ts';

const schema: IndexSchema = {
  name: 'tours.v1',
  texts: { title: { boost: 4 }, description: { boost: 1 } },
  keywords: ['city', 'tags'],
  numbers: ['price', 'rating', 'since'],
  dates: ['since'],
  points: ['place'],
  completion: 'title',
};

type Texts = Partial<Record<Locale, string>>;

const tour = (
  id: string,
  title: Texts,
  {
    description = {},
    tenant = 't1',
    version = 1,
    ...rest
  }: Partial<Omit<SearchDocument, 'texts'>> & { description?: Texts } = {},
): SearchDocument => ({
  ...{ id, tenant, version, texts: { title, description }, keywords: {}, numbers: {}, source: { id } },
  ...rest,
});

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

    const given = (...tours: SearchDocument[]): Promise<void> =>
      search.write(
        schema.name,
        tours.map((put) => ({ put })),
      );
    const query = (asked: Partial<SearchQuery>): Promise<SearchResult> =>
      search.query(schema.name, { tenant: 't1', limit: 50, ...asked });
    const ids = async (text: string, asked: Partial<SearchQuery> = {}): Promise<string[]> =>
      (await query({ text, ...asked })).hits.map(({ id }) => id);
    const found = async (text: string, asked: Partial<SearchQuery> = {}): Promise<string> =>
      (await ids(text, asked)).sort().join(' ');

    const company = (): Promise<void> =>
      given(
        tour('sail', {
          en: 'Sailing trip at sunset',
          es: 'Paseo en velero al atardecer',
          pt: 'Passeio de veleiro ao pôr do sol',
          fr: 'Balade en voilier au coucher du soleil',
        }),
        tour('walk', {
          en: 'Walking tour of the old town',
          es: 'Excursión a pie por el casco antiguo',
          pt: 'Caminhada pela cidade velha',
          fr: 'Visite à pied de la vieille ville',
        }),
        tour('beach', { es: 'Día de playa en Tulum', en: 'Beach day in Tulum' }),
        tour('paulo', { pt: 'Tour gastronômico em São Paulo', fr: 'Tour gastronomique à São Paulo' }),
        tour('volcano', { es: 'Ascenso al volcán Paricutín', fr: 'Ascension du volcan Paricutín, cœur du Michoacán' }),
      );

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
        await given(
          ...['d', 'b', 'c', 'a'].map((id) => tour(id, { en: 'Boat trip' })),
          tour('z', { en: 'Whale trip' }),
        );
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
        const titleOf = async (text: string, locale: Locale) =>
          (await query({ text, locale })).hits[0]?.highlights.title;
        expect(await titleOf('sialing', 'en')).toBe('<em>Sailing</em> trip at sunset');
        expect(await titleOf('excursion', 'es')).toBe('<em>Excursión</em> a pie por el casco antiguo');
        expect(await titleOf('tul', 'en')).toBe('Beach day in <em>Tulum</em>');
      });
    });

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
      const walk = async (
        asked: Partial<SearchQuery>,
        between?: (page: number) => Promise<void>,
      ): Promise<string[]> => {
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
        (await search.suggest(schema.name, { tenant: 't1', limit: 10, text, ...asked }))
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
        expect(await suggested('boat', { locale: 'en' })).toBe(
          'a: Boat trip, d: Boating, b: A boat trip, c: Boat ahora',
        );
        expect(await suggested('boat', { locale: 'es', limit: 2 })).toBe('c: Boat ahora, a: Boat paseo');
        await expect(suggested('boat', { limit: 21 })).rejects.toThrow(/^limit:/);
      });

      it('answer whatever is typed', async () => {
        await company();
        const title = 'Ascension du volcan Paricutín, cœur du Michoacán';
        await given(tour('long', { fr: `${title} et de son village enseveli` }));
        expect(await suggested(`${title} et de son vi`)).toBe(`long: ${title} et de son village enseveli`);
        for (const text of [
          'a'.repeat(10_000),
          'sail '.repeat(2_000),
          '\u0000',
          '\ud800',
          '\u001f boat',
          '🏝️',
          '海',
          '-',
        ])
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
        await search.write(schema.name, [{ remove: { id: 'a', version: 2 } }]);
        expect(await suggested('kay')).toBe('');
        expect(await suggested('boa')).toBe('');
        expect(await suggested('can')).toBe('c: Canoe');
        await search.drop(schema.name);
        expect(await suggested('can')).toBe('');
      });
    });

    describe('versions', () => {
      it('let the newest write stand, whatever the order they come in', async () => {
        await given(tour('a', { en: 'Second' }, { version: 2 }));
        await given(tour('a', { en: 'First' }, { version: 1 }), tour('a', { en: 'Again' }, { version: 2 }));
        expect(await found('first')).toBe('');
        expect(await found('second')).toBe('a');
        await given(tour('a', { en: 'Fourth' }, { version: 4 }), tour('a', { en: 'Third' }, { version: 3 }));
        expect(await found('second third')).toBe('');
        expect(await found('fourth')).toBe('a');
        expect((await query({})).total).toBe(1);
      });

      it('keep a removed document removed when older writes come again', async () => {
        await given(tour('a', { en: 'Boat' }, { version: 3, keywords: { city: ['Rome'] } }));
        await search.write(schema.name, [{ remove: { id: 'a', version: 2 } }]);
        expect(await found('boat')).toBe('a');
        await search.write(schema.name, [{ remove: { id: 'a', version: 5 } }, { remove: { id: 'never', version: 5 } }]);
        await given(tour('a', { en: 'Boat' }, { version: 4 }), tour('never', { en: 'Boat' }, { version: 4 }));
        expect(await found('boat')).toBe('');
        expect((await query({ facets: ['city'] })).facets).toEqual({ city: [] });
        expect((await search.getMany(schema.name, ['a', 'never'])).size).toBe(0);
        await given(tour('a', { en: 'Boat' }, { version: 6 }));
        expect(await found('boat')).toBe('a');
      });
    });

    it('takes many documents at once, and of several writes to one the newest', async () => {
      const writes = Array.from({ length: 2_500 }, (_, at) => ({
        put: tour(`t${at % 2_400}`, { en: `Boat ${at}` }, { version: at, numbers: { price: at } }),
      }));
      await search.write(schema.name, writes);
      expect((await query({ text: 'boat', limit: 0 })).total).toBe(2_400);
      expect(await found('', { ranges: { price: { gte: 2_399, lte: 2_401 } } })).toBe('t0 t1 t2399');
      const all = await search.getMany(
        schema.name,
        Array.from({ length: 2_400 }, (_, at) => `t${at}`),
      );
      expect(all.size).toBe(2_400);
    });

    it('refuses ids and versions that can not be', async () => {
      for (const id of ['', 'é'.repeat(257)]) await expect(given(tour(id, {}))).rejects.toThrow(/^id:/);
      for (const version of [-1, 0.5, Number.NaN])
        await expect(given(tour('a', {}, { version }))).rejects.toThrow(/^version:/);
      await given(tour('x'.repeat(512), { en: 'Boat' }, { version: 0 }));
      expect((await query({ text: 'boat' })).total).toBe(1);
    });

    it('takes whatever texts hold', async () => {
      const odd = ['\u0000', '\ud800 lone', '🏝️', '海', ' '.repeat(1_000), 'a'.repeat(40_000)];
      await given(
        ...odd.map((text, at) =>
          tour(`t${at}`, { en: `Boat ${text}` }, { keywords: { tags: [text] }, source: { text } }),
        ),
      );
      expect((await query({ text: 'boat' })).total).toBe(odd.length);
      expect(await found('', { keywords: { tags: ['海', '🏝️'] } })).toBe('t2 t3');
      expect((await query({ keywords: { tags: ['海'] } })).hits[0]?.source).toEqual({ text: '海' });
    });

    it('replaces the whole document: old words, values and facets are gone', async () => {
      await given(tour('a', { en: 'Boat', es: 'Barco' }, { keywords: { city: ['Rome'] }, numbers: { price: 1 } }));
      await given(tour('a', { en: 'Horse' }, { version: 2, keywords: { city: ['Nice'] }, source: { new: true } }));
      expect(await found('boat')).toBe('');
      expect(await found('barco')).toBe('');
      expect(await found('horse')).toBe('a');
      const result = await query({ facets: ['city'] });
      expect(result.facets).toEqual({ city: [{ value: 'Nice', count: 1 }] });
      expect(result.hits[0]?.source).toEqual({ new: true });
      expect(await found('', { ranges: { price: { gte: 0 } } })).toBe('');
    });

    it('gives documents back as they were written', async () => {
      const whole = tour(
        'a',
        { en: 'Boat <i>"x"', fr: 'Bateau' },
        {
          description: { pt: 'Barco' },
          keywords: { city: ['Rome'], tags: [] },
          numbers: { price: 12.5 },
          points: { place: { lat: 1.25, lon: -179.5 } },
          source: { deep: { list: [1, null, 'é'] } },
          version: 9_007_199_254_740_991,
        },
      );
      await given(whole, tour('b', {}));
      const got = await search.getMany(schema.name, ['a', 'none', 'a']);
      expect([...got]).toEqual([['a', whole]]);
      expect((await query({ text: 'boat' })).hits[0]?.source).toEqual(whole.source);
    });

    it('shows a tenant only its own', async () => {
      await given(
        tour('a', { en: 'Boat' }, { keywords: { city: ['Rome'] } }),
        tour('b', { en: 'Boat secretword' }, { tenant: 't2', keywords: { city: ['Nice'] } }),
      );
      for (const [tenant, id, city] of [
        ['t1', 'a', 'Rome'],
        ['t2', 'b', 'Nice'],
      ] as const) {
        const result = await query({ tenant, text: 'boat', facets: ['city'] });
        expect(result.hits.map((hit) => hit.id)).toEqual([id]);
        expect(result.facets.city).toEqual([{ value: city, count: 1 }]);
      }
      for (const text of ['secretword', 'secretwor', 'sceretword']) expect(await found(text)).toBe('');
      expect(await query({ tenant: 't3', facets: ['city'] })).toEqual({ total: 0, hits: [], facets: { city: [] } });
      expect(await query({ tenant: 't3', text: 'boat' })).toMatchObject({ total: 0, hits: [] });
    });

    it('answers whatever is typed, and never with an error', async () => {
      await company();
      const typed = [
        ...[
          '"',
          "'",
          '"sailing',
          'sailing"',
          '*',
          'sail*',
          '^sail',
          '(',
          ')',
          '(sail OR',
          'AND',
          'OR NOT',
          'NEAR(a b)',
        ],
        ...[
          'title:sail',
          'title : sail',
          '-sail',
          '+sail',
          '{a}',
          '[a TO b]',
          '\\',
          '/x/',
          '~',
          'sail~2',
          ':',
          '%',
          '_',
        ],
        ...[
          "'; DROP TABLE docs; --",
          '#{x}',
          '<script>',
          '\u0000',
          '\ud800',
          '🏝️',
          '海',
          'ﬁ',
          '\u0301',
          '٣',
          'a'.repeat(10_000),
        ],
        ...['sail '.repeat(2_000), Array.from({ length: 1_500 }, (_, at) => `w${at}`).join(' '), '"'.repeat(10_000)],
      ];
      for (const text of typed) {
        const result = await query({ text, locale: 'en', facets: ['city'], limit: 5 });
        expect(result.hits.length, text.slice(0, 50)).toBeLessThanOrEqual(result.total);
        await query({ text: `sailing ${text}` });
      }
      for (const text of ['"sailing', 'sail*', '(sailing)', '-sail', '🏝️ sailing', "sailing'; DROP TABLE docs; --"])
        expect(await ids(text, { locale: 'en' }), text).toContain('sail');
    });

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
