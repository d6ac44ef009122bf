import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productTexts } from '../../contracts/events/catalogue.ts';
import type { Locale } from '../../contracts/texts.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { ModelUnavailableError, PredictionTimeoutError } from '../../ml/serving/model-client.ts';
import type { OpenModelClient } from '../../ml/serving/open-model-client.ts';
import { passagesOf } from '../../ml/text/product-passages.ts';
import { createTextEncoder, type TextEncoder } from '../../ml/text/text-encoder.ts';
import { productEmbeddings } from '../../projections/catalogue/product-embeddings.ts';
import { productSearch } from '../../projections/catalogue/product-search.ts';
import type { SearchFigures } from '../../query-side/catalogue/search-figures.ts';
import { openShippedEncoder } from '../search/shipped-encoder.ts';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aProduct } from './travel-fixtures.ts';

let api: QueryApi;
let models: OpenModelClient;
/** Undefined: the encoder answers; else what it fails with. */
let failure: Error | undefined;
const recorded: Parameters<SearchFigures['record']>[0][] = [];

const tour = (id: string, locale: Locale, title: string, over: Partial<ProductView> = {}): ProductView =>
  aProduct({ id, texts: { [locale]: productTexts.parse({ title }) }, ...over });
const { details } = aProduct();

const tours: readonly ProductView[] = [
  tour('sunset', 'en', 'Sunset sailing trip'),
  tour('wine', 'en', 'Wine tasting in the cellar', { details: { ...details, categories: ['food'] } }),
  tour('fado', 'pt', 'Noite de fado com jantar'),
  tour('globo', 'es', 'Vuelo en globo al amanecer'),
  tour('opera', 'fr', 'Soirée à l’opéra'),
  tour('old', 'en', 'Sunset boat tour', { published: false }),
  tour('theirs', 'en', 'Sailing at sunset', { tenant: 'globex' }),
];

/** Puts products into both indexes, as their projections do. The vector of what is off sale may lag behind. */
const index = async (encoder: TextEncoder): Promise<void> => {
  const options = { prefix: 'passage', priority: 'backfill', deadlineMs: 60_000 } as const;
  const { version, vectors } = await encoder.embed(
    'acme',
    tours.map((product) => passagesOf(product)[0] ?? ''),
    options,
  );
  const words = tours.flatMap((product) => {
    const put = productSearch.search?.toSearch(product);
    return put === undefined ? [] : [{ put: { ...put, id: product.id, version: 1 } }];
  });
  const meanings = tours.flatMap(({ id, tenant }, at) => {
    const bytes = Buffer.from((vectors[at] ?? new Float32Array()).buffer);
    const embedding = { productId: id, tenant, version, inputsHash: '', vector: bytes.toString('base64') };
    const put = productEmbeddings.search?.toSearch(embedding);
    return put === undefined ? [] : [{ put: { ...put, id, version: 1 } }];
  });
  await api.search.write(api.liveViews.index('product-search'), words);
  await api.search.write(api.liveViews.index('product-embeddings'), meanings);
};

beforeAll(async () => {
  models = openShippedEncoder();
  const encoder = createTextEncoder({ models });
  api = await startQueryApi({
    textEncoder: {
      // A machine that runs other tests beside may take longer than a person waits.
      embed: async (tenant, texts, options) => {
        if (failure !== undefined) throw failure;
        return encoder.embed(tenant, texts, { ...options, deadlineMs: 60_000 });
      },
    },
    searchFigures: { record: (search) => recorded.push(search) },
  });
  await index(encoder);
}, 60_000);
afterAll(async () => {
  await api.close();
  await models.close();
});

const search = async (query: string, who?: 'stranger') => {
  failure = undefined;
  const { body } = await api.get(`/v1/search/products?${query}`, who);
  const { items, searchedBy, total, facets } = body;
  return { items, searchedBy, total, facets, ids: items.map(({ id }) => id) };
};

describe('the product search by meaning', () => {
  it('finds what is described in another language only', async () => {
    const found = await search(`q=${encodeURIComponent('passeio de barco ao pôr do sol')}&locale=pt`);
    expect(found.searchedBy).toBe('words-and-meaning');
    expect(found.ids[0]).toBe('sunset');
    expect(found.items[0]).toMatchObject({ title: 'Sunset sailing trip', highlights: {} });
  });

  it('never shows what is off sale, or of another company', async () => {
    expect((await search('q=veleiro+ao+entardecer')).ids).toEqual(expect.not.arrayContaining(['old', 'theirs']));
    expect((await search('q=veleiro+ao+entardecer', 'stranger')).ids).toEqual(['theirs']);
  });

  it('keeps on top what has the words', async () => {
    const found = await search('q=fado&facets=category');
    expect(found.ids[0]).toBe('fado');
    expect(found.items[0]).toMatchObject({ highlights: { title: 'Noite de <em>fado</em> com jantar' } });
    // The others are near, in their order; all that is shown is counted.
    expect(found.total).toBe(5);
    expect(found.facets).toEqual({
      category: [
        { value: 'walks', count: 4 },
        { value: 'food', count: 1 },
      ],
    });
  });

  it('holds to the filters', async () => {
    expect((await search('q=prova+de+vinhos&category=food')).ids).toEqual(['wine']);
    expect((await search('q=prova+de+vinhos&country=PT')).ids).toEqual([]);
  });

  it('comes in pages that fit together, also when the encoder is gone by then', async () => {
    const { ids } = await search('q=hot+air+balloon');
    const first = await api.get('/v1/search/products?q=hot+air+balloon&limit=2');
    failure = new ModelUnavailableError('gone');
    const seen = [...first.body.items];
    for (let next = first.headers.get('link')?.match(/<(.*)>/)?.[1]; next !== undefined; ) {
      const page = await api.get(next);
      expect(page.body.searchedBy).toBe('words-and-meaning');
      seen.push(...page.body.items);
      next = page.headers.get('link')?.match(/<(.*)>/)?.[1];
    }
    expect(seen.map(({ id }) => id)).toEqual(ids);
    expect(ids[0]).toBe('globo');
  });

  it.each([
    ['nothing is typed', ''],
    ['another order is asked for', 'q=fado&sort=createdAt'],
    ['too few letters are typed', 'q=fa'],
    ['no letter is typed that the encoder knows', `q=${encodeURIComponent('🎈 気球')}`],
  ])('goes by words alone where %s', async (_, query) => {
    expect((await search(query)).searchedBy).toBe('words');
  });

  it.each([new ModelUnavailableError('no version is live'), new PredictionTimeoutError('too slow')])(
    'goes by words alone while the encoder is away: $name',
    async (error) => {
      failure = error;
      const { body, status } = await api.get('/v1/search/products?q=sunset');
      expect({ status, by: body.searchedBy, ids: body.items.map(({ id }) => id), total: body.total }).toEqual({
        ...{ status: 200, by: 'words', ids: ['sunset'], total: 1 },
      });
      const passeio = await api.get('/v1/search/products?q=veleiro');
      expect(passeio.body.items).toEqual([]);
    },
  );

  it('fails as it must when what fails is not the encoder being away', async () => {
    failure = new TypeError('a bug');
    expect((await api.get('/v1/search/products?q=sunset')).status).toBe(500);
  });

  it('is counted by what the words found, so that what no product is called by is seen', async () => {
    recorded.length = 0;
    await search('q=veleiro');
    await search('q=sunset');
    expect(recorded.map(({ text, hits }) => [text, hits])).toEqual([
      ['veleiro', 0],
      ['sunset', 1],
    ]);
  });
});
