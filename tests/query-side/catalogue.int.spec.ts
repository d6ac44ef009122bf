import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type QueryApi, startQueryApi } from './query-api.ts';
import { aProduct } from './travel-fixtures.ts';

let api: QueryApi;
beforeAll(async () => {
  api = await startQueryApi();
  const { details } = aProduct();
  await api.put(
    'products',
    aProduct(),
    aProduct({
      id: 'p2',
      details: { ...details, internalName: 'Boat', availabilityType: 'OPENING_HOURS', location: null },
    }),
    aProduct({
      id: 'draft',
      details: { ...details, internalName: 'Secret' },
      published: false,
      options: [],
      prices: {},
      texts: {},
    }),
    aProduct({ id: 'theirs', tenant: 'globex' }),
  );
});
afterAll(() => api.close());

const idsOf = async (query: string, caller: Parameters<QueryApi['get']>[1] = 'owner') =>
  (await api.get(`/v1/products?${query}`, caller)).body.items.map(({ id }) => id);

describe('the list of products', () => {
  it('has the drafts too, for staff only', async () => {
    expect(await idsOf('')).toEqual(['p2', 'p1', 'draft']);
    expect(await idsOf('published=false')).toEqual(['draft']);
    expect(await idsOf('', 'traveller')).toEqual(['p2', 'p1']);
    expect(await idsOf('published=false', 'reseller')).toEqual([]);
    expect(await idsOf('', 'stranger')).toEqual(['theirs']);
  });

  it.each([
    ['availabilityType=OPENING_HOURS', ['p2']],
    ['country=ES,PT&published=true', ['p1']],
    ['city=Sevilla&sort=-internalName', ['draft', 'p1']],
  ])('answers %s', async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  it('refuses a country that is not a code, by name', async () => {
    const { status, body } = await api.get('/v1/products?country=Spain');
    expect(status).toBe(400);
    expect(body.field).toMatch(/^country/);
  });
});

describe('the product page', () => {
  it.each([
    ['?locale=es', {}, 'es', 'Paseo por los canales'],
    ['', { 'accept-language': 'de, es-MX;q=0.8, en;q=0.1' }, 'es', 'Paseo por los canales'],
    ['', {}, 'en', 'Canal walk'],
    ['?locale=fr', {}, 'en', 'Canal walk'],
  ])('with %s %o is in %s', async (query, headers, language, title) => {
    const { status, body, headers: answered } = await api.get(`/v1/products/p1${query}`, 'owner', headers);
    expect(status).toBe(200);
    expect(body.content).toMatchObject({ locale: language, title });
    expect(answered.get('content-language')).toBe(language);
    expect(answered.get('vary')).toContain('Accept-Language');
  });

  it('has the price of an adult as the one it starts at', async () => {
    expect((await api.get('/v1/products/p1')).body.priceFrom).toEqual({ amount: 2500, currency: 'EUR' });
    expect((await api.get('/v1/products/draft')).body.priceFrom).toBeNull();
  });

  it('hides net prices from those who may not see them', async () => {
    const product = async (caller: Caller) => (await api.get('/v1/products/p1', caller)).body;
    expect(await product('reseller')).toMatchObject({ prices: { o1: [{ retail: 2500, net: 2000 }, {}] } });
    expect(await product('traveller')).toMatchObject({ prices: { o1: [{ retail: 2500, net: null }, {}] } });
  });

  it('is not there for another tenant, nor a draft for those outside', async () => {
    expect((await api.get('/v1/products/p1', 'stranger')).status).toBe(404);
    expect((await api.get('/v1/products/draft', 'traveller')).status).toBe(404);
    expect((await api.get('/v1/products/draft', 'sales')).status).toBe(200);
  });

  it('needs a credential and a language that we speak', async () => {
    expect((await api.get('/v1/products/p1', 'nobody' as 'owner')).status).toBe(401);
    expect(await api.get('/v1/products/p1?locale=de')).toMatchObject({ status: 400, body: { field: 'locale' } });
  });
});
