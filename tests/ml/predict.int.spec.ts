import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../infra/telemetry/metrics.ts';
import { type OpenModelClient, openModelClient } from '../../ml/serving/open-model-client.ts';
import { type Caller, type QueryApi, startQueryApi } from '../query-side/query-api.ts';
import { linear, lookup, type ModelFolder, openModelFolder } from './served-models.ts';

describe('POST /v1/models/:name/predictions', () => {
  let models: ModelFolder;
  let client: OpenModelClient;
  let api: QueryApi;

  beforeAll(async () => {
    models = await openModelFolder('acme');
    client = openModelClient({
      stages: models.stages,
      metrics: createMetrics(false),
      workers: 1,
      onWarning: (message) => expect.fail(message),
    });
    api = await startQueryApi({ models: client });
    const features = [
      { name: 'nights', kind: 'number' as const, unit: 'nights' },
      { name: 'season', kind: 'category' as const, unit: '1', categories: ['low', 'high'] },
    ];
    models.set('price', { live: await models.add('price', '1.0.0', linear(2, { features })) });
    models.set('scores', { live: await models.add('scores', '1.0.0', { ...lookup(), manifest: { features } }) });
    models.set('text-embedding', { live: await models.add('text-embedding', '1.0.0', linear(1)) });
    await models.add('price', '2.0.0', linear(3, { features }));
    models.set('churn', { live: null });
  });
  afterAll(async () => {
    await api.close();
    await client.close();
    await models.close();
  });

  const predict = (name: string, body: object, caller: Caller = 'analyst') =>
    api.post(`/v1/models/${name}/predictions`, body, caller);

  it('answers rows of features with one array a row', async () => {
    const answer = await predict('price', {
      rows: [
        { nights: 3, season: 'high' },
        { nights: 1, season: 'other' },
      ],
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { model: 'price', version: '1.0.0', stage: 'live', outputs: { score: [[7], [1]] } },
    });
  });

  it('asks the version that is named', async () => {
    const answer = await predict('price', {
      rows: [{ nights: 1, season: 'low' }],
      version: '2.0.0',
      key: 'customer-1',
    });
    expect(answer.body).toMatchObject({ version: '2.0.0', stage: 'asked-for', outputs: { score: [[3]] } });
  });

  it.each<[string, string, object, number, string, string]>([
    [
      'a missing feature',
      'price',
      { rows: [{ season: 'low' }] },
      422,
      'INVALID_FEATURES',
      'the feature nights of row 0 must be a number, not missing',
    ],
    [
      'a feature of another type',
      'price',
      { rows: [{ nights: 1 }, { nights: 'two' }] },
      422,
      'INVALID_FEATURES',
      'the feature nights of row 1 must be a finite number, not "two"',
    ],
    [
      'a feature that it does not know',
      'price',
      { rows: [{ nights: 1, sesaon: 'low' }] },
      422,
      'INVALID_FEATURES',
      'price 1.0.0 has no feature sesaon, which is in row 0',
    ],
    [
      'a model that takes no rows',
      'text-embedding',
      { rows: [{}] },
      422,
      'INVALID_FEATURES',
      'text-embedding 1.0.0 takes no rows of features',
    ],
    ['no rows', 'price', { rows: [] }, 422, 'INVALID_BODY', ''],
    ['an unknown model', 'nothing', { rows: [{}] }, 404, 'NOT_FOUND', 'there is no model nothing'],
    [
      'an unknown version',
      'price',
      { rows: [{}], version: '9.0.0' },
      404,
      'NOT_FOUND',
      'there is no version 9.0.0 of a model price',
    ],
    [
      'a model without a live version',
      'churn',
      { rows: [{}] },
      503,
      'MODEL_UNAVAILABLE',
      'no version of churn is live',
    ],
    ['a model that fails', 'scores', { rows: [{ nights: 99 }] }, 503, 'MODEL_UNAVAILABLE', 'scores 1.0.0 failed: '],
  ])('refuses %s', async (_what, name, body, status, code, detail) => {
    const answer = await predict(name, body);
    expect(answer).toMatchObject({ status, body: { code, detail: expect.stringContaining(detail) } });
  });

  it('is not for those who may not read predictions, and shows no model of another tenant', async () => {
    expect((await predict('price', { rows: [{ nights: 1 }] }, 'reseller')).status).toBe(403);
    expect((await predict('price', { rows: [{ nights: 1 }] }, 'stranger')).status).toBe(404);
  });
});
