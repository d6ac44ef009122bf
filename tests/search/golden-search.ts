import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productDetails, productTexts } from '../../contracts/events/catalogue.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Locale } from '../../contracts/texts.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { hybridQuery } from '../../infra/search/hybrid.ts';
import { openSearch } from '../../infra/search/open-search.ts';
import type { SearchResult } from '../../infra/search/search.ts';
import type { ModelClient } from '../../ml/serving/model-client.ts';
import { embeddingPredictor } from '../../ml/text/embedding-predictor.ts';
import { createTextEncoder } from '../../ml/text/text-encoder.ts';
import { productEmbeddings } from '../../projections/catalogue/product-embeddings.ts';
import { productSearch } from '../../projections/catalogue/product-search.ts';
import type { Projection } from '../../projections/runner/projection.ts';

interface GoldenProduct {
  readonly id: string;
  readonly locale: Locale;
  readonly title: string;
  readonly shortDescription: string;
  readonly city: string;
  readonly country: string;
  readonly category: string;
}

export interface GoldenQuery {
  readonly locale: Locale;
  readonly text: string;
  /** Ids of the products that answer it. */
  readonly relevant: readonly string[];
}

const read = <T>(name: string): readonly T[] =>
  JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'));

/** What people ask for, mostly in another language than the one that the product is described in. */
export const goldenQueries = read<GoldenQuery>('queries');

const TENANT = 'golden';
const CREATED = '2026-01-01T00:00:00.000Z';

/** Tours of many kinds, each described in one of the four languages only. */
export const goldenProducts: readonly ProductView[] = read<GoldenProduct>('catalogue').map(
  ({ id, locale, title, shortDescription, city, country, category }) => ({
    id,
    tenant: TENANT,
    details: productDetails.parse({
      internalName: title,
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      categories: [category],
      location: { title: city, city, country, latitude: 0, longitude: 0 },
    }),
    options: [],
    prices: {},
    texts: { [locale]: productTexts.parse({ title, shortDescription }) },
    media: [],
    published: true,
    createdAt: CREATED,
    updatedAt: CREATED,
  }),
);

/** Ids of the ten best products. */
export interface GoldenSearch {
  byWords(query: GoldenQuery): Promise<readonly string[]>;
  byBoth(query: GoldenQuery): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The golden catalogue in an embedded engine, its products embedded by the predictor that follows their events. */
export const openGoldenSearch = async (models: ModelClient): Promise<GoldenSearch> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'golden-'));
  const documents = await openDocuments({ dataDir });
  const search = await openSearch({ dataDir });
  const view = async <D extends object>(projection: Projection<D>, found: readonly (readonly [string, D])[]) => {
    const { name, search: searched } = projection;
    if (searched === undefined) throw new Error(`${name} has no search index`);
    await search.ensure({ ...searched.schema, name });
    const puts = found.flatMap(([id, document]) => {
      const put = searched.toSearch(document);
      return put === undefined ? [] : [{ put: { ...put, id, version: 1 } }];
    });
    await search.write(name, puts);
  };
  await view(
    productSearch,
    goldenProducts.map((product) => [product.id, product]),
  );
  await documents.commit(goldenProducts.map((put) => ({ collection: 'products', id: put.id, put: { ...put } })));
  const published = goldenProducts.map(({ id }) =>
    occurred('product.published.v1', `product-${id}`, { productId: id }),
  );
  const predictions = await embeddingPredictor.onEvents?.(published, {
    documents,
    collection: (name) => name,
    models,
    clock: () => CREATED,
    onWarning: (message) => console.warn(message),
  });
  await view(
    productEmbeddings,
    (predictions ?? []).flatMap(({ event: { type, data }, subject }) => {
      const embedding = productEmbeddings.evolve(undefined, occurred(type, `prediction-embedding.${subject}`, data));
      return embedding === undefined ? [] : [[subject, embedding] as const];
    }),
  );
  const encoder = createTextEncoder({ models });
  const asked = ({ text, locale }: GoldenQuery) => ({ tenant: TENANT, text, locale, limit: 10 });
  const idsOf = ({ hits }: SearchResult) => hits.map(({ id }) => id);
  return {
    byWords: async (query) => idsOf(await search.query(productSearch.name, asked(query))),
    byBoth: async (query) => {
      const options = { prefix: 'query', priority: 'interactive', deadlineMs: 60_000 } as const;
      const { version, vectors } = await encoder.embed(TENANT, [query.text], options);
      const { name: index } = productEmbeddings;
      const meaning = { index, vector: 'meaning', keywords: { version: [version] }, to: vectors[0] };
      return idsOf(await hybridQuery(search, productSearch.name, meaning, asked(query)));
    },
    close: async () => {
      await search.close();
      await documents.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const occurred = (type: string, stream: string, data: unknown): RecordedEvent => ({
  ...{ id: `${stream}-${type}`, type, stream, data, tenant: TENANT, time: CREATED, recordedAt: CREATED },
  ...{ actor: 'user:golden', correlationId: 'golden', causationId: 'golden', revision: 0, position: 1 },
});

/** Share of a query's relevant products that are among those found. */
export const recallOf = ({ relevant }: GoldenQuery, found: readonly string[]): number =>
  relevant.filter((id) => found.includes(id)).length / relevant.length;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
