import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogueEvent, productTexts } from '../../contracts/events/catalogue.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { openJobs } from '../../infra/jobs/open-jobs.ts';
import { createMetrics } from '../../infra/telemetry/metrics.ts';
import { predictingMetrics } from '../../ml/predicting/predicting-metrics.ts';
import { predictionToWrite, writePredictions } from '../../ml/predicting/prediction-writer.ts';
import { type Predicting, startPredicting } from '../../ml/predicting/start-predicting.ts';
import type { OpenModelClient } from '../../ml/serving/open-model-client.ts';
import { embeddingPredictor } from '../../ml/text/embedding-predictor.ts';
import { createTextEncoder, type TextEncoder } from '../../ml/text/text-encoder.ts';
import { allProjections } from '../../projections/all-projections.ts';
import type { ProjectionRunner } from '../../projections/runner/projection-runner.ts';
import { searchProducts } from '../../query-side/catalogue/search-by-meaning.ts';
import { openStage, type Stage, until } from '../projections/running-views.ts';
import { aProduct } from '../query-side/travel-fixtures.ts';
import { openShippedEncoder } from '../search/shipped-encoder.ts';

const NOW = '2026-11-30T08:00:00.000Z';
const VIEWS = ['products', 'product-search', 'product-embeddings'];

let stage: Stage;
let runner: ProjectionRunner;
let models: OpenModelClient;
let jobs: Awaited<ReturnType<typeof openJobs>>;
let predicting: Predicting | undefined;

beforeAll(async () => {
  stage = await openStage();
  runner = stage.runner(allProjections.filter(({ name }) => VIEWS.includes(name)));
  await runner.start();
  models = openShippedEncoder();
  jobs = await openJobs({ dataDir: stage.dataDir });
  await start();
}, 60_000);
afterAll(async () => {
  await predicting?.stop();
  await jobs.close();
  await models.close();
  await stage.close();
});

const start = async (): Promise<void> => {
  predicting = await startPredicting({
    ...{ bus: stage.bus, jobs, eventStore: stage.eventStore, documents: stage.documents, models },
    views: runner.liveViews,
    stages: { of: () => undefined },
    predictors: [embeddingPredictor],
    metrics: predictingMetrics(createMetrics(false)),
    clock: () => NOW,
    onWarning: (message, error) => console.warn(message, error),
  });
};

const append = (tenant: string, event: CatalogueEvent): Promise<number> => {
  const { productId } = event.data;
  const id = deterministicId(productId, event.type, JSON.stringify(event.data));
  const envelope = { ...event, id, tenant, time: NOW, actor: 'user:ana', correlationId: id, causationId: id };
  return stage.append(`product-${productId}`, envelope);
};

const describedIn = (productId: string, title: string): CatalogueEvent => ({
  type: 'product.described.v1',
  data: { productId, locale: 'en', texts: productTexts.parse({ title }) },
});

const offer = async (tenant: string, productId: string, title: string): Promise<void> => {
  await append(tenant, { type: 'product.created.v1', data: { productId, details: aProduct().details } });
  await append(tenant, describedIn(productId, title));
  await append(tenant, { type: 'product.published.v1', data: { productId } });
};

/** What a person of a tenant finds by meaning. */
const find = async (tenant: string, text: string): Promise<readonly string[]> => {
  const encoder = createTextEncoder({ models });
  const patient: TextEncoder = {
    embed: (whose, texts, options) => encoder.embed(whose, texts, { ...options, deadlineMs: 60_000 }),
  };
  const { liveViews } = runner;
  const deps = { search: stage.search, liveViews, textEncoder: patient };
  return (await searchProducts(deps, { tenant, text, limit: 10 })).hits.map(({ id }) => id);
};

const embeddings = async () =>
  (await stage.log())
    .filter(({ stream }) => stream.startsWith('prediction-embedding.'))
    .map(({ stream, type, data }) => ({ stream, type, ...(data as { readonly inputsHash?: string }) }));

const vectorsOf = async (tenant: string): Promise<readonly string[]> => {
  const to = new Array<number>(384).fill(1);
  const nearest = { vector: 'meaning', to };
  const index = runner.liveViews.index('product-embeddings');
  return (await stage.search.query(index, { tenant, nearest, limit: 10 })).hits.map(({ id }) => id).sort();
};

describe('products by what they mean, from their events to the search', () => {
  it('are found in another language once they are published, by their own company only', async () => {
    await offer('acme', 'sunset', 'Sunset sailing trip');
    await offer('acme', 'wine', 'Wine tasting in the cellar');
    await offer('globex', 'theirs', 'Sunset sailing trip');
    await until(async () => (await vectorsOf('acme')).length === 2 && (await vectorsOf('globex')).length === 1, 30_000);
    expect((await find('acme', 'passeio de veleiro ao pôr do sol'))[0]).toBe('sunset');
    expect(await find('globex', 'prova de vinhos')).toEqual(['theirs']);
  });

  it('mean what they are called now', async () => {
    const before = await embeddings();
    await append('acme', describedIn('wine', 'Hot air balloon ride'));
    await until(async () => (await embeddings()).length > before.length, 30_000);
    const hashes = (await embeddings()).filter(({ stream }) => stream.endsWith('.wine')).map((one) => one.inputsHash);
    expect(new Set(hashes.slice(-2)).size).toBe(2);
    await until(async () => (await find('acme', 'vuelo en globo'))[0] === 'wine', 10_000);
  });

  it('are gone from the vectors when they are off sale', async () => {
    await append('acme', { type: 'product.unpublished.v1', data: { productId: 'wine' } });
    await until(async () => !(await vectorsOf('acme')).includes('wine'), 30_000);
    expect(await find('acme', 'vuelo en globo')).toEqual(['sunset']);
  });

  it('are written once, however often their events come', async () => {
    const again = (await stage.log()).filter(({ type }) => embeddingPredictor.handles?.includes(type));
    const context = {
      ...{ documents: stage.documents, collection: (view: string) => runner.liveViews.collection(view), models },
      ...{ clock: () => NOW, onWarning: (message: string) => console.warn(message) },
    };
    const deliver = async () => {
      const predictions = (await embeddingPredictor.onEvents?.(again, context)) ?? [];
      const made = predictions.map((prediction) => predictionToWrite(prediction, NOW));
      expect(made.map(({ stream }) => stream.split('.').at(-1)).sort()).toEqual(['sunset', 'theirs', 'wine']);
      return writePredictions(stage.eventStore, made);
    };
    await deliver();
    const before = await embeddings();
    expect(await deliver()).toEqual([]);
    expect(await embeddings()).toEqual(before);
  });

  it('come out the same when their view is built anew from the log', async () => {
    const before = await vectorsOf('acme');
    await runner.rebuild('product-embeddings');
    expect(await vectorsOf('acme')).toEqual(before);
    expect((await find('acme', 'veleiro'))[0]).toBe('sunset');
  });
});
