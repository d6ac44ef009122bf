import { afterAll, beforeAll, expect, it } from 'vitest';
import { type QueryApi, startQueryApi } from './query-api.ts';

let api: QueryApi;
beforeAll(async () => {
  const cards: Readonly<Record<string, string>> = { 'acme/churn/1.0.0/card.html': '<p>of acme</p>' };
  api = await startQueryApi({
    modelFiles: { read: async ({ tenant, name, version }, file) => cards[`${tenant}/${name}/${version}/${file}`] },
  });
});
afterAll(() => api.close());

it('a card is a page on which nothing runs', async () => {
  const { status, text, headers } = await api.get('/v1/models/churn/versions/1.0.0/card', 'analyst');
  expect({ status, text }).toEqual({ status: 200, text: '<p>of acme</p>' });
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*sandbox/);
});

it('a card is for those of its company who may see models', async () => {
  expect((await api.get('/v1/models/churn/versions/1.0.0/card', 'sales')).status).toBe(403);
  expect((await api.get('/v1/models/churn/versions/1.0.0/card', 'stranger')).status).toBe(404);
  expect((await api.get('/v1/models/churn/versions/one/card')).status).toBe(400);
});
