import { describe, expect, it } from 'vitest';
import { type SearchUnderTest, schema, tour } from './tours.ts';

/** What writes leave in an index, whatever they hold and whoever asks. */
export const storingContract = (tested: SearchUnderTest): void => {
  const { given, query, ids, found, company } = tested;

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
      await tested.search.write(schema.name, [{ remove: { id: 'a', version: 2 } }]);
      expect(await found('boat')).toBe('a');
      await tested.search.write(schema.name, [
        { remove: { id: 'a', version: 5 } },
        { remove: { id: 'never', version: 5 } },
      ]);
      await given(tour('a', { en: 'Boat' }, { version: 4 }), tour('never', { en: 'Boat' }, { version: 4 }));
      expect(await found('boat')).toBe('');
      expect((await query({ facets: ['city'] })).facets).toEqual({ city: [] });
      expect((await tested.search.getMany(schema.name, ['a', 'never'])).size).toBe(0);
      await given(tour('a', { en: 'Boat' }, { version: 6 }));
      expect(await found('boat')).toBe('a');
    });
  });

  it('takes many documents at once, and of several writes to one the newest', async () => {
    const writes = Array.from({ length: 2_500 }, (_, at) => ({
      put: tour(`t${at % 2_400}`, { en: `Boat ${at}` }, { version: at, numbers: { price: at } }),
    }));
    await tested.search.write(schema.name, writes);
    expect((await query({ text: 'boat', limit: 0 })).total).toBe(2_400);
    expect(await found('', { ranges: { price: { gte: 2_399, lte: 2_401 } } })).toBe('t0 t1 t2399');
    const all = await tested.search.getMany(
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
    const got = await tested.search.getMany(schema.name, ['a', 'none', 'a']);
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
      ...['"', "'", '"sailing', 'sailing"', '*', 'sail*', '^sail', '(', ')', '(sail OR', 'AND', 'OR NOT', 'NEAR(a b)'],
      ...['title:sail', 'title : sail', '-sail', '+sail', '{a}', '[a TO b]', '\\', '/x/', '~', 'sail~2', ':', '%', '_'],
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
};
