import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ModelCompany, startModelCompany, TENANT } from '../../tests/models/model-company.ts';
import { type ModelFiles, sha256, smallFiles, smallManifest } from '../../tests/models/small-model.ts';

let company: ModelCompany;
let last = 0;
/** Each story has versions of its own. */
let version: string;
let next: string;
beforeAll(async () => {
  company = await startModelCompany();
});
afterAll(() => company.close());
beforeEach(() => {
  last += 2;
  version = `1.${last}.0`;
  next = `1.${last + 1}.0`;
});

const stage = (of: string, body: object, options?: Parameters<ModelCompany['call']>[3]) =>
  company.call('POST', `/v1/models/cancellation/versions/${of}/stage`, body, options);
/** @returns which version is live by then */
const uploaded = async (...versions: string[]): Promise<unknown> => {
  let live: unknown;
  for (const [shift, one] of versions.entries()) {
    const answer = await company.upload(smallFiles(one, shift / 10), one);
    expect(answer).toMatchObject({ status: 201 });
    live = answer.body.live;
  }
  return live;
};

describe('an upload', () => {
  it('is registered, without traffic, with its files in place', async () => {
    const files: ModelFiles = { ...smallFiles(version), 'card.html': '<p>a card</p>' };
    const answer = await company.upload(files, version);
    expect(answer).toMatchObject({ status: 201, body: { id: 'acme:cancellation', task: 'cancellation' } });
    expect(answer.headers.get('x-consistency-token')).toMatch(/^\d+$/);
    expect(answer.body.versions).toContainEqual(
      expect.objectContaining({
        version,
        stage: 'registered',
        source: 'upload',
        hash: sha256(files['model.onnx'] ?? ''),
      }),
    );
    const place = join(company.modelsDir, TENANT, 'cancellation', version);
    expect((await readdir(place)).toSorted()).toEqual(['card.html', 'manifest.json', 'model.onnx']);
    expect(await readdir(join(company.modelsDir, '.incoming'))).toEqual([]);
  });

  it('that is sent again is no error, with its key or without', async () => {
    expect(await company.upload(smallFiles(version), version, { key: `key-${version}` })).toMatchObject({
      status: 201,
    });
    const before = (await company.history()).length;
    expect(await company.upload(smallFiles(version), version, { key: `key-${version}` })).toMatchObject({
      status: 200,
    });
    expect(await company.upload(smallFiles(version), version)).toMatchObject({ status: 200 });
    expect(await company.history()).toHaveLength(before);
  });

  it('of other files under the same version is refused, and the first stays', async () => {
    await uploaded(version);
    const answer = await company.upload(smallFiles(version, 0.5), version);
    expect(answer).toMatchObject({ status: 409, body: { code: 'ALREADY_EXISTS' } });
  });

  it('that does not pass leaves nothing but the reasons, in answer and log', async () => {
    const manifest = JSON.stringify({ ...smallManifest({ version }), licence: '', metrics: { auc: 'high' } });
    const answer = await company.upload({ ...smallFiles(version), 'manifest.json': manifest }, version);
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'MODEL_REFUSED',
        errors: [
          { detail: expect.stringMatching(/^manifest.json: metrics.auc: /) },
          { detail: expect.stringMatching(/^manifest.json: licence: /) },
        ],
      },
    });
    expect((await company.history()).at(-1)).toBe('model.version-refused.v1');
    expect(await readdir(join(company.modelsDir, '.incoming'))).toEqual([]);
    expect(await readdir(join(company.modelsDir, TENANT, 'cancellation'))).not.toContain(version);
  });

  it.each([
    ['without a manifest', () => ({ 'model.onnx': 'x' }), '1.0.0', 422, 'manifest'],
    ['under no version', () => smallFiles(), 'newest', 400, 'version'],
  ])('%s is refused by name', async (_, files, of, status, field) => {
    expect(await company.upload(files(), of)).toMatchObject({ status, body: { field } });
  });

  it('is for data scientists', async () => {
    expect(await company.upload(smallFiles(version), version, { role: 'analyst' })).toMatchObject({ status: 403 });
  });
});

describe('a version', () => {
  it('goes from shadow over canary to live, and back', async () => {
    const expectedLive = await uploaded(version, next);
    expect(await stage(version, { stage: 'live', expectedLive })).toMatchObject({
      status: 200,
      body: { live: version },
    });
    expect(await stage(next, { stage: 'shadow' })).toMatchObject({ body: { shadows: [next] } });
    expect(await stage(next, { stage: 'canary', share: 0.2 })).toMatchObject({
      body: { shadows: [], canary: { version: next, share: 0.2 } },
    });
    expect(await stage(next, { stage: 'live', reason: 'better' })).toMatchObject({
      body: { live: next, canary: null },
    });
    const back = await company.call('POST', '/v1/models/cancellation/rollback', {
      reason: 'a complaint',
      expectedLive: next,
    });
    expect(back).toMatchObject({ status: 200, body: { live: version } });
    expect(await stage(next, { stage: 'retired' })).toMatchObject({ status: 200 });
    expect((await company.history()).slice(-6)).toEqual([
      'model.promoted.v1',
      'model.shadow-started.v1',
      'model.canary-started.v1',
      'model.promoted.v1',
      'model.rolled-back.v1',
      'model.retired.v1',
    ]);
  });

  it('of two that are promoted at once goes live, and the other is told', async () => {
    const expectedLive = await uploaded(version, next);
    const answers = await Promise.all([version, next].map((one) => stage(one, { stage: 'live', expectedLive })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const [won, lost] = answers[0]?.status === 200 ? [version, 1] : [next, 0];
    expect(answers[lost]?.body).toMatchObject({ code: 'CONFLICT', field: 'expectedLive' });
    expect(answers[1 - lost]?.body).toMatchObject({ live: won });
  });

  it('is promoted once by a request that is sent twice under one key', async () => {
    await uploaded(version);
    const key = `promote-${version}`;
    const first = await stage(version, { stage: 'live' }, { key });
    const before = (await company.history()).length;
    expect((await stage(version, { stage: 'live' }, { key })).body).toEqual(first.body);
    expect(await company.history()).toHaveLength(before);
    expect(await stage(version, { stage: 'live', force: true }, { key })).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it.each([
    [{ stage: 'canary' }, 'share'],
    [{ stage: 'shadow', share: 0.5 }, 'share'],
    [{ stage: 'canary', share: 1 }, 'share'],
    [{ stage: 'best' }, 'stage'],
  ])('does not go where %j says', async (body, field) => {
    expect(await stage(version, body)).toMatchObject({ status: 422, body: { code: 'INVALID_BODY', field } });
  });

  it('that is not there has no stage', async () => {
    expect(await stage('9.9.9', { stage: 'shadow' })).toMatchObject({ status: 404 });
    expect(await company.call('POST', '/v1/models/nothing/rollback', {})).toMatchObject({ status: 404 });
  });
});

describe('the rule', () => {
  it('is the operator’s to set', async () => {
    const rule = {
      retrainEveryDays: 30,
      retrainOnDrift: false,
      promoteWhenNotWorse: true,
      maxErrorRate: 0.01,
      rollBackOnDrift: true,
    };
    expect(await company.call('PUT', '/v1/models/churn/rule', rule, { role: 'manager' })).toMatchObject({
      status: 200,
      body: { rule },
    });
    expect(await company.call('PUT', '/v1/models/churn/rule', { ...rule, maxErrorRate: 2 })).toMatchObject({
      status: 422,
      body: { field: 'maxErrorRate' },
    });
  });
});
