import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PredictionView } from '../../contracts/views/prediction.ts';
import { type QueryApi, startQueryApi } from './query-api.ts';

const provenance = {
  model: 'churn',
  version: '1.0.0',
  fallback: null,
  inputsHash: '0'.repeat(64),
  reasons: [{ feature: 'recency', value: 200, contribution: 0.4 }],
};
const churn = (subject: string, over: Partial<PredictionView> & { atRisk?: boolean } = {}) => {
  const { atRisk = true, ...rest } = over;
  const tenant = over.tenant ?? 'acme';
  const payload = {
    customerId: subject,
    asOf: '2026-06-01',
    probability: 0.7,
    horizonDays: 90,
    threshold: 0.5,
    atRisk,
  };
  const id = `churn.${tenant}.${subject}`;
  const at = { predictedAt: '2026-06-02T02:00:00.000Z' };
  return { id, tenant, kind: 'churn', subject, subjectKind: 'customer', ...provenance, ...at, payload, ...rest };
};
const cancellation = (subject: string, atRisk: boolean, predictedAt: string) => ({
  id: `cancellation.acme.${subject}`,
  tenant: 'acme',
  kind: 'cancellation',
  subject,
  subjectKind: 'stay',
  ...provenance,
  model: 'cancellation',
  version: null,
  fallback: 'base-rate',
  predictedAt,
  payload: { subjectKind: 'stay', subjectId: subject, date: '2026-08-01', probability: 0.3, threshold: 0.5, atRisk },
});
const day = (date: string, mean: number) => ({
  date,
  mean,
  lower80: mean - 2,
  upper80: mean + 2,
  lower95: mean - 4,
  upper95: mean + 4,
});

let api: QueryApi;
beforeAll(async () => {
  api = await startQueryApi();
  await api.put(
    'predictions',
    churn('c1'),
    churn('c2', { atRisk: false }),
    churn('theirs', { tenant: 'globex' }),
    cancellation('s1', true, '2026-06-05T10:00:00.000Z'),
    cancellation('s2', false, '2026-06-06T10:00:00.000Z'),
    {
      id: 'demand.acme.city-hotel',
      tenant: 'acme',
      kind: 'demand',
      subject: 'city-hotel',
      subjectKind: 'hotel',
      ...provenance,
      model: 'demand',
      predictedAt: '2026-06-14T02:00:00.000Z',
      payload: {
        subjectKind: 'hotel',
        subjectId: 'city-hotel',
        asOf: '2026-06-13',
        days: [day('2026-06-14', 40), day('2026-06-15', 42), day('2026-06-16', 44)],
      },
    },
  );
});
afterAll(() => api.close());

describe('predictions', () => {
  it.each([
    ['kind=churn', ['churn.acme.c2', 'churn.acme.c1']],
    ['kind=churn,demand&sort=predictedAt', ['churn.acme.c1', 'churn.acme.c2', 'demand.acme.city-hotel']],
    ['subject=s1', ['cancellation.acme.s1']],
    ['model=demand', ['demand.acme.city-hotel']],
    ['atRisk=true', ['cancellation.acme.s1', 'churn.acme.c1']],
    ['atRisk=false', ['cancellation.acme.s2', 'churn.acme.c2']],
    ['from=2026-06-06&to=2026-06-06', ['cancellation.acme.s2']],
  ])('listed with "%s"', async (query, ids) => {
    const { body, status } = await api.get(`/v1/predictions?${query}`);
    expect(status).toBe(200);
    expect(body.items.map(({ id }) => id)).toEqual(ids);
  });

  it('come in pages', async () => {
    const first = await api.get('/v1/predictions?limit=2');
    const second = await api.get(`/v1/predictions?limit=2&after=${first.body.next}`);
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual([
      'demand.acme.city-hotel',
      'cancellation.acme.s2',
      'cancellation.acme.s1',
      'churn.acme.c2',
    ]);
  });

  it('say who answered and why', async () => {
    const { body } = await api.get('/v1/predictions/churn.acme.c1');
    expect(body).toMatchObject({ model: 'churn', version: '1.0.0', reasons: [{ feature: 'recency' }] });
    expect((await api.get('/v1/predictions/cancellation.acme.s1')).body).toMatchObject({ fallback: 'base-rate' });
  });

  it('are one tenant’s own', async () => {
    expect((await api.get('/v1/predictions/churn.acme.c1', 'stranger')).status).toBe(404);
    expect((await api.get('/v1/predictions', 'stranger')).body.items.map(({ id }) => id)).toEqual([
      'churn.globex.theirs',
    ]);
    expect((await api.get('/v1/demand/city-hotel', 'stranger')).status).toBe(404);
    expect((await api.get('/v1/predictions', 'reseller')).status).toBe(403);
  });

  it('tell who a customer is only to those who see the bookings', async () => {
    const [seen] = (await api.get('/v1/predictions?kind=churn&atRisk=true', 'sales')).body.items;
    expect(seen).toMatchObject({ subject: 'c1', payload: { customerId: 'c1', probability: 0.7 } });

    const blanked = await api.get('/v1/predictions?kind=churn&atRisk=true', 'analyst');
    expect(blanked.body.items).toMatchObject([
      { id: null, subject: null, model: 'churn', payload: { customerId: null, probability: 0.7 } },
    ]);
    expect(blanked.text).not.toContain('c1');
    expect((await api.get('/v1/predictions?subject=c1', 'analyst')).body.items).toEqual([]);
    expect((await api.get('/v1/predictions/churn.acme.c1', 'analyst')).status).toBe(404);
    expect((await api.get('/v1/predictions?subject=s1', 'analyst')).body.items).toHaveLength(1);
  });

  it('wait for the position that the reader has seen', async () => {
    const behind = await api.get('/v1/predictions', 'owner', { 'x-read-after': '999', prefer: 'wait=0' });
    expect(behind.body).toMatchObject({ code: 'VIEW_BEHIND' });
  });
});

describe('demand', () => {
  it('is the forecast of a product or hotel with its intervals', async () => {
    const { body } = await api.get('/v1/demand/city-hotel?from=2026-06-15&to=2026-06-15');
    expect(body).toMatchObject({ subjectKind: 'hotel', asOf: '2026-06-13', model: 'demand', version: '1.0.0' });
    expect(body.days).toEqual([day('2026-06-15', 42)]);
  });

  it('that nobody has forecast is not found, and a period must not end before it begins', async () => {
    expect((await api.get('/v1/demand/nowhere')).status).toBe(404);
    const reversed = await api.get('/v1/demand/city-hotel?from=2026-06-16&to=2026-06-15');
    expect(reversed.body).toMatchObject({ code: 'INVALID_PARAMETER', field: 'to' });
  });
});
