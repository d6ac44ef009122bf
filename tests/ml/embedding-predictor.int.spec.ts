import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { productTexts } from '../../contracts/events/catalogue.ts';
import type { EmbeddingEvent } from '../../contracts/events/embeddings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { predictionToWrite } from '../../ml/predicting/prediction-writer.ts';
import type { NewPrediction, PredictorContext } from '../../ml/predicting/predictor.ts';
import { type ModelClient, ModelUnavailableError } from '../../ml/serving/model-client.ts';
import type { OpenModelClient } from '../../ml/serving/open-model-client.ts';
import { embeddingPredictor } from '../../ml/text/embedding-predictor.ts';
import { productEmbeddings } from '../../projections/catalogue/product-embeddings.ts';
import { aProduct } from '../query-side/travel-fixtures.ts';
import { openShippedEncoder } from '../search/shipped-encoder.ts';

const NOW = '2026-11-30T08:00:00.000Z';

let models: OpenModelClient;
let documents: Documents;
let dataDir: string;
let warnings: string[];

beforeAll(() => {
  models = openShippedEncoder();
});
afterAll(() => models.close());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'embedding-'));
  documents = await openDocuments({ dataDir });
  warnings = [];
});
afterEach(async () => {
  await documents.close();
  await rm(dataDir, { recursive: true, force: true });
});

const away: ModelClient = {
  predict: async () => {
    throw new ModelUnavailableError('the pool is away');
  },
  close: async () => undefined,
};

const context = (client: ModelClient = models): PredictorContext => ({
  documents,
  collection: (view) => view,
  models: client,
  clock: () => NOW,
  onWarning: (message) => warnings.push(message),
});

const given = (...products: readonly ProductView[]): Promise<void> =>
  documents.commit(products.map((put) => ({ collection: 'products', id: put.id, put: { ...put } })));

const occurred = (type: string, productId: string, tenant = 'acme'): RecordedEvent => ({
  ...{ id: `${type} of ${productId}`, type, stream: `product-${productId}`, data: { productId }, tenant },
  ...{ time: NOW, recordedAt: NOW, actor: 'user:ana', correlationId: 'c1', causationId: 'x', revision: 0, position: 1 },
});

const predicted = async (events: readonly RecordedEvent[], client?: ModelClient): Promise<readonly NewPrediction[]> =>
  (await embeddingPredictor.onEvents?.(events, context(client))) ?? [];

/** Puts predictions into their view, as their events would. */
const fold = (predictions: readonly NewPrediction[]): Promise<void> =>
  documents.commit(
    predictions.map((prediction) => {
      const { tenant, subject, event } = prediction;
      const embedding = productEmbeddings.evolve(undefined, { ...occurred(event.type, subject, tenant), ...event });
      const at = { collection: 'product-embeddings', id: subject };
      return embedding === undefined ? { ...at, remove: true } : { ...at, put: { ...embedding } };
    }),
  );

const onSchedule = async (tenant = 'acme', client?: ModelClient): Promise<readonly NewPrediction[]> => {
  const all: NewPrediction[] = [];
  for await (const part of embeddingPredictor.onSchedule?.(tenant, '2026-11-30', context(client)) ?? [])
    all.push(...part);
  return all;
};

const subjects = (predictions: readonly NewPrediction[]): string[] =>
  predictions.map(({ subject, event }) => `${subject} ${event.type.split('.')[1]}`).sort();

const embeddedOf = ({ event }: NewPrediction): Extract<EmbeddingEvent, { type: 'product.embedded.v1' }>['data'] => {
  if (event.type !== 'product.embedded.v1') throw new Error(`${event.type} is no embedding`);
  return event.data;
};

describe('the embeddings of products', () => {
  it('follow what is published, described and taken off sale, once for all events of a product', async () => {
    await given(aProduct(), aProduct({ id: 'draft', published: false }), aProduct({ id: 'off', published: false }));
    const predictions = await predicted([
      occurred('product.described.v1', 'p1'),
      occurred('product.published.v1', 'p1'),
      occurred('product.described.v1', 'draft'),
      occurred('product.unpublished.v1', 'off'),
      occurred('product.described.v1', 'never-seen'),
    ]);
    expect(subjects(predictions)).toEqual(['off embedding-removed', 'p1 embedded']);
    const [embedded] = predictions.filter(({ subject }) => subject === 'p1');
    expect(embedded).toMatchObject({
      ...{ tenant: 'acme', kind: 'embedding', causationId: 'product.published.v1 of p1', correlationId: 'c1' },
      event: { data: { productId: 'p1', model: 'text-embedding', version: '1.0.0', fallback: null } },
    });
    expect(Buffer.from(embedded === undefined ? '' : (embeddedOf(embedded).vector ?? ''), 'base64')).toHaveLength(
      4 * 384,
    );
  });

  it('are the same events when the same events come again', async () => {
    await given(aProduct());
    const events = [occurred('product.published.v1', 'p1')];
    const [first, again] = [await predicted(events), await predicted(events)];
    const written = (predictions: readonly NewPrediction[]) => predictions.map((one) => predictionToWrite(one, NOW));
    expect(written(again)).toEqual(written(first));
    expect(written(first)[0]?.stream).toBe('prediction-embedding.acme.p1');
  });

  it('of a product in several languages lie between those of its languages', async () => {
    const texts = {
      es: productTexts.parse({ title: 'Paseo en velero' }),
      en: productTexts.parse({ title: 'Escape room' }),
    };
    await given(
      aProduct({ id: 'es', texts: { es: texts.es } }),
      aProduct({ id: 'en', texts: { en: texts.en } }),
      aProduct({ id: 'both', texts }),
      aProduct({ id: 'none', texts: {} }),
    );
    const ids = ['es', 'en', 'both', 'none'];
    const predictions = await predicted(ids.map((id) => occurred('product.published.v1', id)));
    expect(subjects(predictions)).toEqual(['both embedded', 'en embedded', 'es embedded', 'none embedding-removed']);
    const vector = (id: string): Float32Array => {
      const one = predictions.find(({ subject }) => subject === id);
      const bytes = Buffer.from(one === undefined ? '' : (embeddedOf(one).vector ?? ''), 'base64');
      return new Float32Array(Uint8Array.from(bytes).buffer);
    };
    const cosine = (a: string, b: string) =>
      vector(a).reduce((sum, value, at) => sum + value * (vector(b)[at] ?? 0), 0);
    expect(cosine('both', 'both')).toBeCloseTo(1, 4);
    expect(Math.min(cosine('es', 'both'), cosine('en', 'both'))).toBeGreaterThan(cosine('es', 'en'));
  });

  it('fall back to words while no version answers, and say so', async () => {
    await given(aProduct());
    const [fallback] = await predicted([occurred('product.published.v1', 'p1')], away);
    expect(fallback?.event.data).toMatchObject({ version: null, fallback: 'words', vector: null });
    expect(fallback && predictionToWrite(fallback, NOW).answered).toBe(false);
    expect(warnings).toEqual([expect.stringContaining('the pool is away')]);
    await fold(fallback === undefined ? [] : [fallback]);
    expect(await documents.get('product-embeddings', 'p1')).toBeUndefined();
  });

  it('are made good once a day, of what has changed since and of the own tenant alone', async () => {
    await given(aProduct(), aProduct({ id: 'new' }), aProduct({ id: 'off', published: false }));
    await given(aProduct({ id: 'theirs', tenant: 'globex' }));
    await fold(await predicted([occurred('product.published.v1', 'p1')]));
    expect(subjects(await onSchedule())).toEqual(['new embedded']);
    await fold(await onSchedule());
    expect(await onSchedule()).toEqual([]);
    await given(aProduct({ texts: { en: productTexts.parse({ title: 'Canal walk by night' }) } }));
    expect(subjects(await onSchedule())).toEqual(['p1 embedded']);
    expect(subjects(await onSchedule('globex'))).toEqual(['theirs embedded']);
  });

  it('are made anew by another version, and the run fails where none answers', async () => {
    await given(aProduct());
    await fold(await predicted([occurred('product.published.v1', 'p1')]));
    const next: ModelClient = {
      predict: async (request) => ({ ...(await models.predict(request)), version: '2.0.0' }),
      close: async () => undefined,
    };
    const [embedded] = await onSchedule('acme', next);
    expect(embedded?.event.data).toMatchObject({ productId: 'p1', version: '2.0.0' });
    expect(embedded?.causationId).toBe('2026-11-30');
    await expect(onSchedule('acme', away)).rejects.toThrow(ModelUnavailableError);
  });
});
