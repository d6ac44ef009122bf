import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES } from '../../contracts/texts.ts';
import type { OpenModelClient } from '../../ml/serving/open-model-client.ts';
import { type GoldenSearch, goldenProducts, goldenQueries, mean, openGoldenSearch, recallOf } from './golden-search.ts';
import { openShippedEncoder } from './shipped-encoder.ts';

let models: OpenModelClient;
let golden: GoldenSearch;
const found = new Map<string, { readonly byWords: readonly string[]; readonly byBoth: readonly string[] }>();

beforeAll(async () => {
  models = openShippedEncoder();
  golden = await openGoldenSearch(models);
  for (const query of goldenQueries)
    found.set(query.text, { byWords: await golden.byWords(query), byBoth: await golden.byBoth(query) });
}, 120_000);
afterAll(async () => {
  await golden.close();
  await models.close();
});

const recall = (how: 'byWords' | 'byBoth', queries = goldenQueries): number =>
  mean(queries.map((query) => recallOf(query, found.get(query.text)?.[how] ?? [])));

describe('the golden searches: products that are described in one language, looked for in four', () => {
  it('are 100 at least over the four languages, of products that there are', () => {
    expect(goldenQueries.length).toBeGreaterThanOrEqual(100);
    expect(goldenProducts.length).toBeGreaterThanOrEqual(60);
    const ids = new Set(goldenProducts.map(({ id }) => id));
    for (const { relevant, text } of goldenQueries)
      expect(
        relevant.every((id) => ids.has(id)),
        text,
      ).toBe(true);
    for (const { id, texts } of goldenProducts) expect(Object.keys(texts), id).toHaveLength(1);
  });

  it('find the sunset sailing that is described in English only', () => {
    const { byWords, byBoth } = found.get('passeio de barco ao pôr do sol') ?? { byWords: [], byBoth: [] };
    expect(byWords).not.toContain('sunset-sailing');
    expect(byBoth.slice(0, 3)).toContain('sunset-sailing');
  });

  it('find among ten far more by words and meaning than by words, in each language', () => {
    expect(recall('byBoth')).toBeGreaterThan(0.9);
    expect(recall('byBoth')).toBeGreaterThan(recall('byWords') + 0.4);
    for (const locale of LOCALES) {
      const own = goldenQueries.filter((query) => query.locale === locale);
      expect(recall('byBoth', own), locale).toBeGreaterThan(recall('byWords', own) + 0.3);
    }
  });

  it('lose nothing that the words find', () => {
    const lost = goldenQueries.filter((query) => {
      const { byWords = [], byBoth = [] } = found.get(query.text) ?? {};
      return recallOf(query, byBoth) < recallOf(query, byWords);
    });
    expect(lost.map(({ text }) => text)).toEqual([]);
  });
});
