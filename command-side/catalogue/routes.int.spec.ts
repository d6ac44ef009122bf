import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CommandApi, startCommandApi } from '../../tests/spec-language/command-api.ts';
import { departureRoutes } from '../departures/routes.ts';
import { catalogueRoutes } from './routes.ts';

const details = {
  internalName: 'Harbour cruise',
  timeZone: 'Europe/Lisbon',
  availabilityType: 'START_TIME',
  currency: 'EUR',
};
const option = {
  internalName: 'Standard',
  cancellationCutoff: { amount: 24, unit: 'hour' },
  durationMinutes: 120,
  restrictions: {},
  units: [{ id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: {} }],
};
const prices = [{ unitId: 'adult', original: 5000, retail: 4500 }];
const media = [{ src: 'https://example.org/cover.jpg', type: 'image/jpeg', rel: 'COVER' }];

let api: CommandApi;
let tenant: string;
let token: string;
let stories = 0;
beforeAll(async () => {
  api = await startCommandApi(({ handling }) => [
    ...catalogueRoutes({ handling }),
    ...departureRoutes({ handling, clock: () => new Date().toISOString(), horizonDays: 365 }),
  ]);
});
afterAll(() => api.close());
// Each story has a tenant of its own, so that one store serves them all.
beforeEach(async () => {
  stories += 1;
  tenant = `acme-${stories}`;
  token = await api.keyOf(tenant, 'manager');
});

const create = async () => String((await api.call('POST', '/v1/products', { token, body: details })).body.id);
const createReady = async () => {
  const id = await create();
  await api.call('PUT', `/v1/products/${id}/options/o1`, { token, body: option });
  await api.call('PUT', `/v1/products/${id}/options/o1/prices`, { token, body: { prices } });
  await api.call('PUT', `/v1/products/${id}/texts/en`, { token, body: { title: 'Harbour cruise' } });
  return id;
};
const written = async () => (await api.log()).map(({ type }) => type).filter((type) => !type.startsWith('apikey'));

describe('a product', () => {
  it('grows from a draft to one that is sold', async () => {
    const created = await api.call('POST', '/v1/products', { token, body: details });
    const id = String(created.body.id);
    expect(created).toMatchObject({ status: 201, body: { tenant, published: false } });
    expect(created.headers.get('location')).toBe(`/v1/products/${id}`);
    expect(created.headers.get('x-consistency-token')).toBe(String(await api.eventStore.headPosition()));

    const early = await api.call('POST', `/v1/products/${id}/publish`, { token });
    expect(early).toMatchObject({ status: 409, body: { code: 'PRODUCT_NOT_PUBLISHABLE', field: 'options' } });
    await api.call('PUT', `/v1/products/${id}/options/o1`, { token, body: option });
    await api.call('PUT', `/v1/products/${id}/options/o1/prices`, { token, body: { prices } });
    await api.call('PUT', `/v1/products/${id}/texts/pt`, { token, body: { title: 'Passeio no porto' } });
    await api.call('PUT', `/v1/products/${id}/media`, { token, body: { media } });
    const renamed = { ...details, internalName: 'Sunset cruise' };
    await api.call('PUT', `/v1/products/${id}/details`, { token, body: renamed });
    const published = await api.call('POST', `/v1/products/${id}/publish`, { token });
    expect(published).toMatchObject({
      status: 200,
      body: {
        published: true,
        details: renamed,
        options: [{ id: 'o1', default: true }],
        prices: { o1: prices },
        texts: { pt: { title: 'Passeio no porto' } },
        media,
      },
    });
    expect((await api.call('DELETE', `/v1/products/${id}/options/o1`, { token })).status).toBe(409);
    expect((await api.call('POST', `/v1/products/${id}/unpublish`, { token })).body).toMatchObject({
      published: false,
    });
    expect((await api.call('DELETE', `/v1/products/${id}/options/o1`, { token })).body).toMatchObject({ options: [] });
  });

  it('is created once by a retry, and not with another body', async () => {
    const before = await written();
    const first = await api.call('POST', '/v1/products', { token, body: details, key: 'k1' });
    const second = await api.call('POST', '/v1/products', { token, body: details, key: 'k1' });
    expect(second.body).toEqual(first.body);
    const other = { ...details, internalName: 'Other' };
    const third = await api.call('POST', '/v1/products', { token, body: other, key: 'k1' });
    expect(third).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(await written()).toEqual([...before, 'product.created.v1']);
  });

  it('is not there for another tenant', async () => {
    const id = await create();
    const foreign = { token: await api.keyOf('globex', 'owner') };
    const before = await written();
    const paths: [string, string, unknown?][] = [
      ['PUT', 'details', details],
      ['PUT', 'options/o1', option],
      ['DELETE', 'options/o1'],
      ['PUT', 'options/o1/prices', { prices }],
      ['PUT', 'texts/en', { title: 'x' }],
      ['PUT', 'media', { media }],
      ['POST', 'publish'],
      ['POST', 'unpublish'],
    ];
    for (const [method, path, body] of paths) {
      const answer = await api.call(method, `/v1/products/${id}/${path}`, { ...foreign, body });
      expect(answer, path).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    expect(await written()).toEqual(before);
  });

  it('is not for sales people to change', async () => {
    const sales = await api.keyOf(tenant, 'sales');
    expect((await api.call('POST', '/v1/products', { token: sales, body: details })).status).toBe(403);
  });

  it.each([
    ['currency', 'POST', '', { ...details, currency: 'euro' }, 422],
    ['timeZone', 'POST', '', { ...details, timeZone: 'Mars/Base' }, 422],
    ['tenant', 'POST', '', { ...details, tenant: 'globex' }, 422],
    ['units.0.type', 'PUT', '/options/o1', { ...option, units: [{ ...option.units[0], type: 'KING' }] }, 422],
    ['units.1.id', 'PUT', '/options/o1', { ...option, units: [option.units[0], option.units[0]] }, 422],
    ['prices.0.retail', 'PUT', '/options/o1/prices', { prices: [{ ...prices[0], retail: 10.5 }] }, 422],
    ['prices.0.unitId', 'PUT', '/options/o1/prices', { prices: [{ ...prices[0], unitId: 'king' }] }, 422],
    ['optionId', 'PUT', '/options/o9/prices', { prices }, 404],
    ['locale', 'PUT', '/texts/de', { title: 'x' }, 400],
    ['media.0.src', 'PUT', '/media', { media: [{ ...media[0], src: 'cover.jpg' }] }, 422],
  ])('refuses a flaw in %s and writes nothing', async (field, method, path, body, status) => {
    const id = await createReady();
    const before = await written();
    const target = method === 'POST' ? '/v1/products' : `/v1/products/${id}${path}`;
    expect(await api.call(method, target, { token, body })).toMatchObject({ status, body: { field } });
    expect(await written()).toEqual(before);
  });
});

describe('schedules and departures', () => {
  const schedule = (productId: string) => ({
    productId,
    optionId: 'o1',
    timeZone: 'Europe/Lisbon',
    availabilityType: 'START_TIME',
    recurrence: { from: '2020-01-01', until: '2099-12-31', weekdays: [1] },
    startTimes: ['09:00'],
    durationMinutes: 120,
    capacity: 10,
    cutoffMinutes: 60,
  });
  const scheduleOnce = async () => {
    const body = schedule(await createReady());
    const created = await api.call('POST', '/v1/schedules', { token, body });
    const departures = (await api.log()).filter(
      (event) => event.type === 'departure.scheduled.v1' && event.tenant === tenant,
    );
    const [, id = ''] = departures.at(-1)?.stream.split(/-(.*)/) ?? [];
    return { created, departureId: id, body, departures };
  };

  it('plan a year of departures, and end', async () => {
    const { created, departures } = await scheduleOnce();
    expect([52, 53]).toContain(created.body.departures);
    expect(created.status).toBe(201);
    expect(departures).toHaveLength(Number(created.body.departures));
    expect(created.headers.get('x-consistency-token')).toBe(String(await api.eventStore.headPosition()));
    const end = `/v1/schedules/${created.body.scheduleId}/end`;
    const ended = await api.call('POST', end, { token, body: { lastDate: '2020-01-01' } });
    expect(ended).toMatchObject({ status: 200, body: { departures: created.body.departures } });
    const longer = await api.call('POST', end, { token, body: { lastDate: '2050-01-01' } });
    expect(longer).toMatchObject({ status: 409, body: { field: 'lastDate' } });
    expect((await api.call('POST', end, { token, body: { lastDate: 'today' } })).body.field).toBe('lastDate');
  });

  it('are closed, reopened and resized by an operator', async () => {
    const { departureId } = await scheduleOnce();
    const path = `/v1/departures/${departureId}`;
    const closed = await api.call('POST', `${path}/close`, { token, body: { reason: 'storm' } });
    expect(closed).toMatchObject({ status: 200, body: { id: departureId, closedReason: 'storm' } });
    expect((await api.call('POST', `${path}/reopen`, { token })).body).toMatchObject({ closedReason: null });
    const smaller = await api.call('PUT', `${path}/capacity`, { token, body: { capacity: 4 } });
    expect(smaller.body).toMatchObject({ capacity: 4, vacancies: 4 });
    const freesale = await api.call('PUT', `${path}/capacity`, { token, body: { capacity: null } });
    expect(freesale.body).toMatchObject({ capacity: null, vacancies: null });
    const negative = await api.call('PUT', `${path}/capacity`, { token, body: { capacity: -1 } });
    expect(negative).toMatchObject({ status: 422, body: { field: 'capacity' } });
    const silent = await api.call('POST', `${path}/close`, { token, body: { reason: ' ' } });
    expect(silent).toMatchObject({ status: 422, body: { field: 'reason' } });
  });

  it('are not there for another tenant, nor for guides to change', async () => {
    const { created, departureId, body } = await scheduleOnce();
    const foreign = await api.keyOf('globex', 'owner');
    const guide = await api.keyOf(tenant, 'guide');
    const before = await written();
    const calls: [string, string, unknown?][] = [
      ['POST', `/v1/departures/${departureId}/close`, { reason: 'storm' }],
      ['POST', `/v1/departures/${departureId}/reopen`],
      ['PUT', `/v1/departures/${departureId}/capacity`, { capacity: 1 }],
      ['POST', `/v1/schedules/${created.body.scheduleId}/end`, { lastDate: '2026-01-01' }],
      ['POST', '/v1/schedules', body],
    ];
    for (const [method, path, sent] of calls) {
      expect((await api.call(method, path, { token: foreign, body: sent })).status, path).toBe(404);
      expect((await api.call(method, path, { token: guide, body: sent })).status, path).toBe(403);
    }
    expect(await written()).toEqual(before);
  });
});
