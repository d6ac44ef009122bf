import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelTraffic } from '../../ml/serving/model-stages.ts';
import { type ModelCompany, startModelCompany } from './model-company.ts';
import { smallFiles, writeModel } from './small-model.ts';

let company: ModelCompany;
beforeAll(async () => {
  company = await startModelCompany(async (bundled) => {
    await writeModel(join(bundled, 'text-embedding', '1.0.0'), smallFiles());
  });
});
afterAll(() => company.close());

const trafficThat = async (isSo: (traffic: ModelTraffic | undefined) => boolean) => {
  for (;;) {
    const traffic = company.stages.of('acme', 'cancellation');
    if (isSo(traffic)) return traffic;
    await pause(10);
  }
};
const stage = (version: string, body: object) =>
  company.call('POST', `/v1/models/cancellation/versions/${version}/stage`, body);

describe('a model', () => {
  it('that is uploaded gets traffic when it is promoted, and loses it when it is rolled back', async () => {
    for (const [shift, version] of ['1.0.0', '1.1.0'].entries())
      expect(await company.upload(smallFiles(version, shift), version)).toMatchObject({ status: 201 });
    expect(company.stages.of('acme', 'cancellation')?.live ?? null).toBeNull();
    await stage('1.0.0', { stage: 'live' });
    await trafficThat((traffic) => traffic?.live?.version === '1.0.0');
    await stage('1.1.0', { stage: 'canary', share: 0.5 });
    await trafficThat((traffic) => traffic?.canary?.version === '1.1.0' && traffic.canary.share === 0.5);
    await stage('1.1.0', { stage: 'live' });
    const traffic = await trafficThat((one) => one?.live?.version === '1.1.0');
    expect(traffic).toMatchObject({
      canary: null,
      live: { directory: join(company.modelsDir, 'acme', 'cancellation', '1.1.0') },
    });
    await company.call('POST', '/v1/models/cancellation/rollback', {});
    await trafficThat((one) => one?.live?.version === '1.0.0');
    await company.call('POST', '/v1/models/cancellation/rollback', {});
    await trafficThat((one) => one?.live === null);
    expect(company.warnings).toEqual([]);
  });

  it('is shown with its versions, and with who did what to it', async () => {
    const list = await company.call('GET', '/v1/models?task=cancellation');
    expect(list.body).toMatchObject({ items: [{ name: 'cancellation', versions: [{}, {}] }], next: null });
    const page = await company.call('GET', '/v1/models/cancellation/history?limit=2');
    expect(page.body).toMatchObject({
      items: [
        { revision: 0, type: 'model.version-registered.v1', actor: expect.stringMatching(/^api-key:/) },
        { revision: 1, data: { version: '1.1.0' } },
      ],
      next: '1',
    });
    const rest = await company.call('GET', '/v1/models/cancellation/history?limit=50&after=1', undefined, {
      role: 'analyst',
    });
    expect((rest.body.items as { type: string }[]).at(-1)?.type).toBe('model.rolled-back.v1');
    expect((await company.call('GET', '/v1/models', undefined, { role: 'sales' })).status).toBe(403);
    expect((await company.call('GET', '/v1/models/nothing')).status).toBe(404);
    expect((await company.call('GET', '/v1/models/nothing/history')).status).toBe(404);
  });

  it('is shown with its manifest', async () => {
    const own = await company.call('GET', '/v1/models/cancellation/versions/1.1.0/manifest');
    expect(own.body).toMatchObject({ name: 'cancellation', version: '1.1.0', features: [{ name: 'leadDays' }, {}] });
    expect((await company.call('GET', '/v1/models/cancellation/versions/7.0.0/manifest')).status).toBe(404);
    const bundled = await company.call('GET', '/v1/models/text-embedding/versions/1.0.0/manifest');
    expect(bundled).toMatchObject({ status: 200, body: { version: '1.0.0' } });
  });
});
