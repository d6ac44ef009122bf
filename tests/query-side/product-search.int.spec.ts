import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productTexts } from '../../contracts/events/catalogue.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { productSearch } from '../../projections/catalogue/product-search.ts';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aProduct } from './travel-fixtures.ts';

let api: QueryApi;
const { details } = aProduct();
const place = (city: string, country: string) => ({
  title: city,
  city,
  country,
  latitude: 38.7223,
  longitude: -9.1393,
});

/** Puts products into the index as their projection does. */
const index = async (...products: readonly ProductView[]): Promise<void> => {
  const puts = products.map((product) => {
    const document = productSearch.search?.toSearch(product);
    return document === undefined
      ? { remove: { id: product.id, version: 1 } }
      : { put: { ...document, id: product.id, version: 1 } };
  });
  await api.search.write(api.liveViews.index('product-search'), puts);
};

beforeAll(async () => {
  api = await startQueryApi();
  await index(
    aProduct(),
    aProduct({
      id: 'boat',
      details: { ...details, categories: ['boats'], location: place('Lisboa', 'PT') },
      texts: { pt: productTexts.parse({ title: 'Passeio de barco <no rio>', shortDescription: 'Três horas' }) },
      prices: { o1: [{ unitId: 'adult', original: 9_000, retail: 9_000, net: 1, includedTaxes: [] }] },
      createdAt: '2026-02-01T00:00:00.000Z',
    }),
    aProduct({
      id: 'dollars',
      details: { ...details, currency: 'USD', categories: ['walks', 'food'], location: null },
    }),
    aProduct({ id: 'draft', published: false }),
    aProduct({ id: 'theirs', tenant: 'globex' }),
  );
});
afterAll(() => api.close());

const idsOf = async (query: string) => (await api.get(`/v1/search/products?${query}`)).body.items.map(({ id }) => id);

describe('the product search', () => {
  it('finds what is published, in the languages and spellings of people', async () => {
    expect(await idsOf('q=canales&locale=es')).toEqual(expect.arrayContaining(['p1', 'dollars']));
    expect(await idsOf('q=pasejo+de+barco&locale=pt')).toContain('boat');
    expect(await idsOf('')).toHaveLength(3);
    expect((await api.get('/v1/search/products', 'stranger')).body.items.map(({ id }) => id)).toEqual(['theirs']);
  });

  it.each([
    ['category=boats', ['boat']],
    ['category=boats,food&sort=createdAt', ['dollars', 'boat']],
    ['city=Lisboa&country=PT,ES', ['boat']],
    ['currency=EUR&priceMax=5000', ['p1']],
    ['currency=EUR&priceMin=5000', ['boat']],
    ['sort=-priceFrom&currency=EUR', ['boat', 'p1']],
    ['near=38.7,-9.1&within=10000', ['boat']],
    ['near=-38.7,90&within=10000', []],
    ['availabilityType=OPENING_HOURS', []],
  ])('answers %s', async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  it('shows a hit in the language of the reader, with what matched marked and all else escaped', async () => {
    const answer = await api.get('/v1/search/products?q=barco', 'traveller', { 'accept-language': 'pt-BR' });
    const [hit] = answer.body.items;
    expect(hit).toMatchObject({
      id: 'boat',
      title: 'Passeio de barco <no rio>',
      shortDescription: 'Três horas',
      city: 'Lisboa',
      priceFrom: { amount: 9_000, currency: 'EUR' },
      highlights: { title: 'Passeio de <em>barco</em> &lt;no rio&gt;' },
    });
    expect(answer.text).not.toContain('net');
    expect(answer.headers.get('vary')).toContain('Accept-Language');
  });

  it('comes with the nearest first, and how far it is', async () => {
    const { body } = await api.get('/v1/search/products?near=38.7223,-9.1393&sort=distance');
    expect(
      body.items.map(({ id, distance }) => [id, typeof distance === 'number' ? Math.round(distance / 1_000) : null]),
    ).toEqual([
      ['boat', 0],
      ['p1', 312],
      ['dollars', null],
    ]);
  });

  it('completes titles as they are typed, each product once, of the own company', async () => {
    const suggested = async (query: string, who?: 'stranger') =>
      (await api.get(`/v1/search/products/suggestions?${query}`, who)).body.items.map(({ id, title }) => [id, title]);
    expect(await suggested('q=bar&locale=pt')).toEqual([['boat', 'Passeio de barco <no rio>']]);
    expect(await suggested('q=passieo')).toEqual([['boat', 'Passeio de barco <no rio>']]);
    expect(await suggested('q=bar', 'stranger')).toEqual([]);
    expect((await api.get('/v1/search/products/suggestions')).status).toBe(400);
  });

  it('counts the facets asked for', async () => {
    const { body } = await api.get('/v1/search/products?facets=category,country&category=boats');
    expect(body.total).toBe(1);
    expect(body.facets).toEqual({
      category: [
        { value: 'walks', count: 2 },
        { value: 'boats', count: 1 },
        { value: 'food', count: 1 },
      ],
      country: [{ value: 'PT', count: 1 }],
    });
  });

  it('comes in pages that stay in the language they began in', async () => {
    const first = await api.get('/v1/search/products?limit=2&sort=createdAt', 'owner', { 'accept-language': 'es' });
    const next = first.headers.get('link')?.match(/<(.*)>/)?.[1] ?? '';
    const second = await api.get(next, 'owner', { 'accept-language': 'fr' });
    const seen = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(seen.toSorted()).toEqual(['boat', 'dollars', 'p1']);
    expect(second.body.next).toBeNull();
  });

  it.each([
    ['priceMax=100', 'currency'],
    ['within=100', 'near'],
    ['sort=distance', 'near'],
    ['near=91,0', 'near'],
    ['near=10,180.5', 'near'],
    ['near=1,2&within=0', 'within'],
    ['priceMax=-1&currency=EUR', 'priceMax'],
    ['currency=euro', 'currency'],
    ['facets=colour', 'facets'],
    ['after=x', 'after'],
    ['limit=500', 'limit'],
    ['locale=de', 'locale'],
  ])('refuses %s by name', async (query, field) => {
    const { status, body } = await api.get(`/v1/search/products?${query}`);
    expect({ status, field: body.field.split('.')[0] }).toEqual({ status: 400, field });
  });
});
