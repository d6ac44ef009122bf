import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aDeparture, aProduct } from './travel-fixtures.ts';

let api: QueryApi;
beforeAll(async () => {
  api = await startQueryApi();
  const product = aProduct();
  const [morning] = product.options;
  if (morning === undefined) throw new Error('the fixture has an option');
  await api.put(
    'products',
    aProduct({ options: [morning, { ...morning, id: 'o2', internalName: 'Evening' }] }),
    aProduct({ id: 'draft', published: false }),
  );
  await api.put(
    'departures',
    aDeparture(),
    aDeparture({
      id: 'few',
      localDate: '2026-07-02',
      startsAt: '2026-07-02T07:00:00.000Z',
      cutoffAt: '2026-07-02T06:00:00.000Z',
      confirmed: 15,
      held: 0,
      vacancies: 5,
    }),
    aDeparture({
      id: 'full',
      localDate: '2026-07-02',
      startsAt: '2026-07-02T15:00:00.000Z',
      cutoffAt: '2026-07-02T06:00:00.000Z',
      confirmed: 20,
      held: 0,
      vacancies: 0,
    }),
    aDeparture({
      id: 'free',
      optionId: 'o2',
      localDate: '2026-07-03',
      startsAt: '2026-07-03T07:00:00.000Z',
      cutoffAt: '2026-07-03T06:00:00.000Z',
      capacity: null,
      vacancies: null,
    }),
    aDeparture({
      id: 'closed',
      localDate: '2026-07-04',
      startsAt: '2026-07-04T07:00:00.000Z',
      cutoffAt: '2026-07-04T06:00:00.000Z',
      closedReason: 'storm',
    }),
    aDeparture({
      id: 'past',
      localDate: '2026-06-15',
      startsAt: '2026-06-15T13:00:00.000Z',
      cutoffAt: '2026-06-15T12:00:00.000Z',
    }),
    aDeparture({ id: 'hidden', productId: 'draft' }),
    aDeparture({ id: 'theirs', tenant: 'globex' }),
  );
});
afterAll(() => api.close());

const idsOf = async (query: string, caller: Parameters<QueryApi['get']>[1] = 'owner') =>
  (await api.get(`/v1/departures?${query}`, caller)).body.items.map(({ id }) => id);

describe('the list of departures', () => {
  it('is in the order of their start, by product, option and local date', async () => {
    expect(await idsOf('')).toEqual(['past', 'd1', 'hidden', 'few', 'full', 'free', 'closed']);
    expect(await idsOf('productId=p1&from=2026-07-01&to=2026-07-02&sort=-startsAt')).toEqual(['full', 'few', 'd1']);
    expect(await idsOf('optionId=o2')).toEqual(['free']);
    expect(await idsOf('', 'stranger')).toEqual(['theirs']);
  });

  it('shows those outside what is left, not how it sells, and only of what is published', async () => {
    const { body } = await api.get('/v1/departures?productId=p1&from=2026-07-04', 'traveller');
    expect(body.items[0]).toMatchObject({ id: 'closed', status: 'CLOSED', vacancies: 15 });
    expect(body.items[0]).toMatchObject({
      capacity: null,
      confirmed: null,
      held: null,
      scheduleId: null,
      closedReason: null,
    });
    expect((await api.get('/v1/departures?productId=draft', 'traveller')).status).toBe(404);
    expect(await api.get('/v1/departures', 'reseller')).toMatchObject({ status: 400, body: { field: 'productId' } });
    expect((await api.get('/v1/departures/hidden', 'reseller')).status).toBe(404);
    expect((await api.get('/v1/departures/theirs')).status).toBe(404);
    expect((await api.get('/v1/departures/d1', 'reseller')).body).toMatchObject({ status: 'AVAILABLE', held: null });
    expect((await api.get('/v1/departures/d1', 'sales')).body).toMatchObject({ status: 'AVAILABLE', held: 1 });
  });

  it('refuses a range that ends before it begins, by name', async () => {
    const answer = await api.get('/v1/departures?from=2026-07-02&to=2026-07-01');
    expect(answer).toMatchObject({ status: 400, body: { field: 'to' } });
  });
});

describe('the calendar', () => {
  it('tells for each local date what is left, its status and the price it starts at', async () => {
    const { body } = await api.get('/v1/products/p1/calendar?from=2026-06-01&to=2026-07-31', 'traveller');
    expect(body).toMatchObject({ productId: 'p1', timeZone: 'Europe/Madrid' });
    const euros = { amount: 2500, currency: 'EUR' };
    expect(
      body.days.map(({ departures, ...day }) => ({
        ...day,
        ids: departures.map(({ id }) => id),
      })),
    ).toEqual([
      { localDate: '2026-06-15', status: 'CLOSED', vacancies: 0, priceFrom: null, ids: ['past'] },
      { localDate: '2026-07-01', status: 'AVAILABLE', vacancies: 15, priceFrom: euros, ids: ['d1'] },
      { localDate: '2026-07-02', status: 'LIMITED', vacancies: 5, priceFrom: euros, ids: ['few', 'full'] },
      // Its option has no price yet.
      { localDate: '2026-07-03', status: 'FREESALE', vacancies: null, priceFrom: null, ids: ['free'] },
      { localDate: '2026-07-04', status: 'CLOSED', vacancies: 0, priceFrom: null, ids: ['closed'] },
    ]);
  });

  it('can be of one option', async () => {
    const { body } = await api.get('/v1/products/p1/calendar?from=2026-07-01&to=2026-07-31&optionId=o2');
    expect(body.days.map(({ localDate }) => localDate)).toEqual(['2026-07-03']);
  });

  it.each([
    ['p1', 'from=2026-07-01', 400, 'to'],
    ['p1', 'from=2026-07-02&to=2026-07-01', 400, 'to'],
    ['p1', 'from=2026-01-01&to=2027-01-02', 400, 'to'],
    ['p1', 'from=2026-07-01&to=2026-07-02&optionId=none', 400, 'optionId'],
    ['draft', 'from=2026-07-01&to=2026-07-02', 404, undefined],
  ])('of %s with %s is refused', async (id, query, status, field) => {
    const answer = await api.get(`/v1/products/${id}/calendar?${query}`, 'traveller');
    expect({ status: answer.status, field: answer.body.field }).toEqual({ status, field });
  });
});
