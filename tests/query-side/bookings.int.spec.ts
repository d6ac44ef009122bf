import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aBooking } from './travel-fixtures.ts';

let api: QueryApi;
beforeAll(async () => {
  api = await startQueryApi();
  const departure = (localDate: string) => ({
    departureId: `d-${localDate}`,
    availabilityId: `${localDate}T09:00:00+02:00`,
    localDate,
    localStart: `${localDate}T09:00:00+02:00`,
    localEnd: `${localDate}T10:00:00+02:00`,
    startsAt: `${localDate}T07:00:00.000Z`,
    cutoffAt: `${localDate}T06:00:00.000Z`,
    availabilityType: 'START_TIME' as const,
    openingHours: [],
  });
  await api.put(
    'bookings',
    aBooking({
      id: 'b1',
      supplierReference: 'AAA111',
      departure: departure('2026-07-03'),
      createdAt: '2026-06-01T10:00:00.000Z',
    }),
    aBooking({
      id: 'b2',
      supplierReference: 'BBB222',
      departure: departure('2026-07-01'),
      createdAt: '2026-06-02T10:00:00.000Z',
      status: 'CANCELLED',
    }),
    aBooking({
      id: 'b3',
      supplierReference: 'CCC333',
      departure: null,
      createdAt: '2026-06-03T10:00:00.000Z',
      productId: 'p2',
    }),
    aBooking({ id: 'r1', seller: 'api-key:r1', channel: 'viator', createdAt: '2026-06-04T10:00:00.000Z' }),
    aBooking({ id: 'r2', seller: 'api-key:r2', channel: 'gyg', createdAt: '2026-06-05T10:00:00.000Z' }),
    aBooking({ id: 'x1', tenant: 'globex' }),
  );
});
afterAll(() => api.close());

const idsOf = async (path: string, caller: Parameters<QueryApi['get']>[1] = 'owner') =>
  (await api.get(path, caller)).body.items.map(({ id }) => id);

describe('the list of bookings', () => {
  it('has those of the tenant, the newest first', async () => {
    expect(await idsOf('/v1/bookings')).toEqual(['r2', 'r1', 'b3', 'b2', 'b1']);
    expect(await idsOf('/v1/bookings', 'stranger')).toEqual(['x1']);
  });

  it.each([
    ['status=CANCELLED', ['b2']],
    ['status=CANCELLED,EXPIRED', ['b2']],
    ['status=CANCELLED&status=CONFIRMED&seller=user:sales', ['b3', 'b2', 'b1']],
    ['productId=p2', ['b3']],
    ['seller=api-key:r1', ['r1']],
    ['channel=viator,gyg', ['r2', 'r1']],
    ['reference=AAA111', ['b1']],
    ['localDateFrom=2026-07-01&localDateTo=2026-07-02', ['b2']],
    ['createdFrom=2026-06-03', ['r2', 'r1', 'b3']],
    ['createdTo=2026-06-02', ['b2', 'b1']],
    ['createdFrom=2026-06-02T09:00:00Z&createdTo=2026-06-02', ['b2']],
    ['createdFrom=2026-06-02T10:00:00Z&createdTo=2026-06-03T12:00:00%2B02:00', ['b3', 'b2']],
    ['sort=createdAt', ['b1', 'b2', 'b3', 'r1', 'r2']],
    ['sort=localDate&seller=user:sales', ['b3', 'b2', 'b1']],
    ['sort=-localDate&seller=user:sales', ['b1', 'b2', 'b3']],
  ])('answers %s', async (query, ids) => {
    expect(await idsOf(`/v1/bookings?${query}`)).toEqual(ids);
  });

  it('shows a reseller what it sold, whatever it asks for', async () => {
    expect(await idsOf('/v1/bookings', 'reseller')).toEqual(['r1']);
    expect(await idsOf('/v1/bookings?seller=api-key:r1', 'reseller')).toEqual(['r1']);
    expect(await idsOf('/v1/bookings?seller=api-key:r2', 'reseller')).toEqual([]);
    expect(await idsOf('/v1/bookings?channel=direct', 'reseller')).toEqual([]);
  });

  it('hides net prices from those who may not see them', async () => {
    const item = { items: [{ pricing: { retail: 2500, net: 2000 } }] };
    expect((await api.get('/v1/bookings?reference=AAA111', 'owner')).body).toMatchObject(item);
    expect((await api.get('/v1/bookings?reference=AAA111', 'sales')).body.items).toMatchObject([
      { pricing: { retail: 2500, net: null } },
    ]);
    expect((await api.get('/v1/bookings/r1', 'reseller')).body).toMatchObject({ pricing: { net: 2000 } });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['status=LOST', 'status'],
    ['sort=price', 'sort'],
    ['createdFrom=yesterday', 'createdFrom'],
    ['localDateTo=2026-02-30', 'localDateTo'],
    ['localDateFrom=2026-07-02&localDateTo=2026-07-01', 'localDateTo'],
    ['createdFrom=2026-07-02&createdTo=2026-07-01T23:00:00Z', 'createdTo'],
    ['colour=red', 'colour'],
    ['after=nonsense', 'after'],
  ])('refuses %s by name', async (query, field) => {
    const { status, body } = await api.get(`/v1/bookings?${query}`);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'INVALID_PARAMETER' });
    expect(body.field.split('.')[0]).toBe(field);
  });

  it('refuses the cursor of another query', async () => {
    const { body } = await api.get('/v1/bookings?limit=1');
    const other = await api.get(`/v1/bookings?limit=1&status=CONFIRMED&after=${body.next}`);
    expect(other).toMatchObject({ status: 400, body: { field: 'after' } });
  });

  it('is not for those without bookings:read', async () => {
    expect((await api.get('/v1/bookings', 'traveller')).status).toBe(403);
  });
});

describe('pages of bookings', () => {
  it('follow the Link header without repeats or gaps while bookings are added', async () => {
    const many = Array.from({ length: 9 }, (_, index) =>
      aBooking({ id: `page-${index}`, channel: 'paged', createdAt: `2026-05-0${index + 1}T00:00:00.000Z` }),
    );
    await api.put('bookings', ...many);
    const seen: string[] = [];
    let path: string | undefined = '/v1/bookings?channel=paged&limit=2&sort=createdAt';
    for (let page = 0; path !== undefined; page++) {
      const { body, headers } = await api.get(path);
      seen.push(...body.items.map(({ id }) => id));
      const link = headers.get('link');
      expect(link === null).toBe(body.next === null);
      if (link !== null) expect(link).toContain(encodeURIComponent(body.next ?? ''));
      path = link?.match(/^<(.*)>; rel="next"$/)?.[1];
      // One behind the cursor, which must not move what is to come; one before it, which must not come any more.
      await api.put(
        'bookings',
        aBooking({ id: `early-${page}`, channel: 'paged', createdAt: '2026-04-01T00:00:00.000Z' }),
      );
    }
    expect(seen).toEqual(many.map(({ id }) => id));
  });
});

describe('a booking', () => {
  it('is as if it were not there to another tenant and to a reseller that did not sell it', async () => {
    for (const [id, caller] of [
      ['b1', 'stranger'],
      ['x1', 'owner'],
      ['r2', 'reseller'],
      ['b1', 'reseller'],
      ['none', 'owner'],
    ] as const) {
      const { status, body } = await api.get(`/v1/bookings/${id}`, caller);
      expect({ id, status, code: body.code }).toEqual({ id, status: 404, code: 'NOT_FOUND' });
      expect(JSON.stringify(body)).not.toContain('Ana Lima');
    }
  });

  it('is answered with 304 to who has it already', async () => {
    const first = await api.get('/v1/bookings/b1');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"/);
    const second = await api.get('/v1/bookings/b1', 'owner', { 'if-none-match': etag });
    expect(second).toMatchObject({ status: 304, text: '' });
    // Another sees other fields, so it is another answer.
    expect((await api.get('/v1/bookings/b1', 'sales', { 'if-none-match': etag })).status).toBe(200);
  });
});

describe('the history of a booking', () => {
  const write = (bookingId: string, types: readonly string[]) =>
    api.eventStore.append(
      `booking-${bookingId}`,
      'no-stream',
      types.map((type, index) => ({
        id: `${bookingId}-${index}`,
        type,
        time: `2026-06-01T10:00:0${index}.000Z`,
        tenant: 'acme',
        actor: 'user:sales',
        correlationId: 'c1',
        causationId: 'c1',
        data: {
          bookingId,
          contact: { fullName: 'Ana Lima' },
          notes: 'allergic to nuts',
          unitItems: [{ id: 'u1', contact: { firstName: 'Ana' } }],
          pricing: { retail: 2500, net: 2000 },
        },
      })),
    );

  it('tells what happened in order, page by page, without who travels', async () => {
    await write('b1', ['booking.placed.v1', 'booking.extended.v1', 'booking.confirmed.v1']);
    const first = await api.get('/v1/bookings/b1/history?limit=2', 'sales');
    expect(first.body.items.map(({ type }) => type)).toEqual(['booking.placed.v1', 'booking.extended.v1']);
    expect(first.body.items[0]).toMatchObject({
      revision: 0,
      actor: 'user:sales',
      data: { unitItems: [{ id: 'u1' }], pricing: { retail: 2500, net: null } },
    });
    expect(first.text).not.toMatch(/Ana|nuts/);
    const next = first.headers.get('link')?.match(/<(.*)>/)?.[1] ?? '';
    const second = await api.get(next, 'sales');
    expect(second.body).toMatchObject({ items: [{ revision: 2, type: 'booking.confirmed.v1' }], next: null });
  });

  it('does not name staff to a reseller, nor show the history of what it did not sell', async () => {
    await write('r1', ['booking.placed.v1']);
    expect((await api.get('/v1/bookings/r1/history', 'reseller')).body.items).toMatchObject([{ actor: null }]);
    expect((await api.get('/v1/bookings/r1/history', 'otherReseller')).status).toBe(404);
    expect((await api.get('/v1/bookings/r1/history', 'stranger')).status).toBe(404);
  });
});
