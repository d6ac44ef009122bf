import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomId } from '../../contracts/ids.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { type Caller, operationsOf, succeeded } from './conforming-client.ts';
import { type RunningCompany, startCompany } from './running-company.ts';
import { adults, details, offerTrip, readAfter, type Trip } from './sailing-trip.ts';

let company: RunningCompany;
let owner: Caller;
let stranger: Caller;
let trip: Trip;
beforeAll(async () => {
  // Without the role ml: what it foretells of these bookings is written when it is ready.
  company = await startCompany({ ROLES: 'command-api,query-api,relay,projector,process-managers' });
  ({ owner } = company);
  stranger = await company.otherCompany();
  trip = await offerTrip(owner, { capacity: 20 });
});
afterAll(() => company.close());

/** Position of the last event: what it was before and after tells that nothing was written. */
const headOfLog = async (): Promise<number> =>
  (await succeeded(owner.get<{ headPosition: number }>('/v1/operations/views'))).body.headPosition;

const placed = async (by = owner): Promise<BookingView> =>
  (await succeeded(by.post<BookingView>('/v1/bookings', adults(trip, trip.departures[0])))).body;

describe('a request without a valid credential', () => {
  it('gets 401 on every route that is not public', async () => {
    const routes = operationsOf(company.client.document).filter(({ operation }) => operation.responses['401']);
    expect(routes.length).toBeGreaterThan(50);
    const guesses = [undefined, 'st_0000000000000000_guessed', 'no-token'];
    for (const [at, { method, template }] of routes.entries()) {
      const path = template.replaceAll(/\{\w+\}/g, randomId());
      if (path === '/v1/sign-in') continue;
      const caller = company.client.as(guesses[at % guesses.length]);
      const { status, headers } = await (method === 'get'
        ? caller.get(path)
        : caller[method as 'post' | 'put' | 'patch'](path, method === 'delete' ? undefined : {}));
      expect(status, `${method} ${path}`).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('gets the same answer for an unknown address as for a wrong password', async () => {
    const anyone = company.client.as(undefined);
    const { email } = company.platform.demo.signIn;
    const wrong = await anyone.post<Record<string, unknown>>('/v1/sign-in', { email, password: 'not this one' });
    const unknown = await anyone.post<Record<string, unknown>>('/v1/sign-in', {
      email: 'nobody@demo.example',
      password: 'not this one',
    });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    expect({ ...unknown.body, correlationId: '' }).toEqual({ ...wrong.body, correlationId: '' });
  });
});

describe('a role', () => {
  it('gets 403 for what it may not do, and nothing is written', async () => {
    const sales = await company.colleague('sales');
    const guide = await company.colleague('guide');
    const analyst = await company.colleague('analyst');
    const traveller = await company.program('traveller', 'website');
    const booking = await placed();
    const before = await headOfLog();
    const refused = [
      await sales.post('/v1/products', details),
      await sales.get('/v1/analytics?source=bookings'),
      await sales.post('/v1/tickets/redeem', { code: 'ANY' }),
      await guide.post('/v1/bookings', adults(trip, trip.departures[0])),
      await guide.put(`/v1/departures/${trip.departures[0]?.id}/capacity`, { capacity: 1 }),
      await analyst.get(`/v1/bookings/${booking.id}`),
      await analyst.get('/v1/users'),
      await traveller.get('/v1/bookings'),
      await traveller.post('/v1/api-keys', { name: 'mine', role: 'owner' }),
    ];
    for (const answer of refused) expect(answer).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await headOfLog()).toBe(before);
  });

  it('sees net prices only where it may', async () => {
    const sales = await company.colleague('sales');
    const reseller = await company.program('reseller', 'Agency North');
    const traveller = await company.program('traveller', 'website');
    const path = `/v1/products/${trip.productId}`;
    const netOf = async (caller: Caller) =>
      (await succeeded(caller.get<ProductView>(path))).body.prices.catamaran?.map(({ net }) => net);
    expect(await netOf(owner)).toEqual([4400, 2000]);
    expect(await netOf(reseller)).toEqual([4400, 2000]);
    expect(await netOf(sales)).toEqual([null, null]);
    expect(await netOf(traveller)).toEqual([null, null]);

    const sold = await succeeded(sales.post<BookingView>('/v1/bookings', adults(trip, trip.departures[0])));
    const shown = await succeeded(sales.get<BookingView>(`/v1/bookings/${sold.body.id}`, readAfter(sold)));
    const history = await succeeded(sales.get(`/v1/bookings/${sold.body.id}/history`));
    for (const { body } of [sold, shown, history]) {
      expect(JSON.stringify(body)).toContain('"net":null');
      expect(JSON.stringify(body)).not.toMatch(/"net":\d/);
    }
    const seen = await succeeded(owner.get<BookingView>(`/v1/bookings/${sold.body.id}`));
    expect(seen.body.pricing.net).toBe(4400);
  });

  it('as a reseller sees what it sold itself, and no other booking', async () => {
    const north = await company.program('reseller', 'Agency North');
    const south = await company.program('reseller', 'Agency South');
    const sold = await succeeded(north.post<BookingView>('/v1/bookings', adults(trip, trip.departures[0])));
    const path = `/v1/bookings/${sold.body.id}`;
    expect((await north.get(path, readAfter(sold))).status).toBe(200);
    expect((await south.get(path)).status).toBe(404);
    expect((await south.get(`${path}/history`)).status).toBe(404);
    expect((await south.post(`${path}/confirm`)).status).toBe(404);
    const listed = await succeeded(south.get<{ items: BookingView[] }>('/v1/bookings?limit=200'));
    expect(listed.body.items).toEqual([]);
  });

  it('ends with the user, the key and the session at once', async () => {
    const registered = await succeeded(
      owner.post<{ id: string }>('/v1/users', {
        email: 'leaver@demo.example',
        name: 'Leaver',
        roles: ['sales'],
        password: 'a long enough password',
      }),
    );
    const session = await succeeded(
      company.client
        .as(undefined)
        .post<{ token: string }>('/v1/sign-in', { email: 'LEAVER@demo.example', password: 'a long enough password' }),
    );
    const leaver = company.client.as(session.body.token);
    expect((await leaver.get('/v1/me')).status).toBe(200);
    await succeeded(owner.post(`/v1/users/${registered.body.id}/deactivate`));
    expect((await leaver.get('/v1/me')).status).toBe(401);

    const issued = await succeeded(
      owner.post<{ id: string; key: string }>('/v1/api-keys', { name: 'Short', role: 'sales' }),
    );
    const program = company.client.as(issued.body.key);
    expect((await program.get('/v1/me')).status).toBe(200);
    await succeeded(owner.delete(`/v1/api-keys/${issued.body.id}`));
    expect((await program.get('/v1/me')).status).toBe(401);
  });
});

describe('another company', () => {
  it('sees nothing of this one: every id is answered as if it were not there, and nothing is written', async () => {
    const booking = await placed();
    const confirmed = await succeeded(owner.post<BookingView>(`/v1/bookings/${booking.id}/confirm`));
    const stay = (await succeeded(owner.get<{ items: { id: string }[] }>('/v1/stays?limit=1'))).body.items[0];
    const user = (await succeeded(owner.get<{ items: { id: string }[] }>('/v1/users?limit=1'))).body.items[0];
    await succeeded(owner.get(`/v1/bookings/${booking.id}`, readAfter(confirmed)));
    const before = await headOfLog();
    const at = {
      product: `/v1/products/${trip.productId}`,
      departure: `/v1/departures/${trip.departures[0]?.id}`,
      booking: `/v1/bookings/${booking.id}`,
      stay: `/v1/stays/${stay?.id}`,
    };
    const answers = [
      await stranger.get(at.product),
      await stranger.get(`${at.product}/calendar?from=2026-01-01&to=2026-01-02`),
      await stranger.get(at.departure),
      await stranger.get(at.booking),
      await stranger.get(`${at.booking}/history`),
      await stranger.get(at.stay),
      await stranger.get(`/v1/users/${user?.id}`),
      await stranger.put(`${at.product}/details`, details),
      await stranger.post(`${at.product}/unpublish`),
      await stranger.post(`${at.departure}/close`, { reason: 'mine now' }),
      await stranger.put(`${at.departure}/capacity`, { capacity: 0 }),
      await stranger.post('/v1/bookings', adults(trip, trip.departures[0])),
      await stranger.patch(at.booking, { notes: 'mine now' }),
      await stranger.post(`${at.booking}/cancel`),
      await stranger.post(`${at.stay}/cancel`, {}),
      await stranger.post(`/v1/users/${user?.id}/deactivate`),
      await stranger.post('/v1/tickets/redeem', { code: confirmed.body.voucherCode }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(await headOfLog()).toBe(before);
  });

  it('has lists, search and figures of its own only', async () => {
    for (const path of [
      '/v1/products',
      '/v1/departures',
      '/v1/bookings',
      '/v1/stays',
      '/v1/search/products?q=lisbon',
    ]) {
      const { body } = await succeeded(stranger.get<{ items: unknown[] }>(path));
      expect(body.items, path).toEqual([]);
    }
    for (const source of ['stays', 'bookings']) {
      const { body } = await succeeded(stranger.get<{ rows: unknown[] }>(`/v1/analytics?source=${source}&by=month`));
      expect(body.rows).toEqual([]);
    }
    const users = await succeeded(stranger.get<{ items: { email: string }[] }>('/v1/users'));
    expect(users.body.items.every(({ email }) => email.endsWith('@other.example'))).toBe(true);
  });

  it('cannot pass its own Idempotency-Key off as this company’s', async () => {
    const key = { 'idempotency-key': randomId() };
    const ours = await succeeded(owner.post<ProductView>('/v1/products', details, key));
    const theirs = await succeeded(stranger.post<ProductView>('/v1/products', details, key));
    expect(theirs.body.id).not.toBe(ours.body.id);
    expect(theirs.body.tenant).not.toBe(ours.body.tenant);
  });
});

describe('a bad request', () => {
  const badBodies = (): readonly [string, 'post' | 'put' | 'patch', string, unknown, string][] => [
    ['a field of the wrong type', 'post', '/v1/products', { ...details, internalName: 7 }, 'internalName'],
    ['an unknown field', 'post', '/v1/products', { ...details, colour: 'blue' }, 'colour'],
    ['an unknown time zone', 'post', '/v1/products', { ...details, timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['a currency that is none', 'post', '/v1/products', { ...details, currency: 'euro' }, 'currency'],
    [
      'a price that is not an integer',
      'put',
      `/v1/products/${trip.productId}/options/catamaran/prices`,
      { prices: [{ unitId: 'adult', original: 10.5, retail: 10, net: null }] },
      'prices.0.original',
    ],
    ['a negative capacity', 'put', `/v1/departures/${trip.departures[0]?.id}/capacity`, { capacity: -1 }, 'capacity'],
    ['a party of nobody', 'post', '/v1/bookings', { ...adults(trip, trip.departures[0]), unitItems: [] }, 'unitItems'],
    [
      'a unit that the option does not have',
      'post',
      '/v1/bookings',
      { ...adults(trip, trip.departures[0]), unitItems: [{ unitId: 'giraffe' }] },
      'unitItems.0.unitId',
    ],
    [
      'an e-mail address that is none',
      'post',
      '/v1/bookings',
      { ...adults(trip, trip.departures[0]), contact: { emailAddress: 'nobody' } },
      'contact.emailAddress',
    ],
    [
      'a short password',
      'post',
      '/v1/users',
      { email: 'a@b.example', name: 'A', roles: ['sales'], password: 'short' },
      'password',
    ],
    ['a role that there is not', 'post', '/v1/api-keys', { name: 'K', role: 'admiral' }, 'role'],
  ];

  it('names the field, says why, and writes nothing', async () => {
    const before = await headOfLog();
    for (const [what, method, path, body, field] of badBodies()) {
      const answer = await owner[method]<{ detail: string }>(path, body);
      expect(answer.status, what).toBe(422);
      expect(answer.body, what).toMatchObject({ field });
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body.detail.length, what).toBeGreaterThan(3);
    }
    expect(await headOfLog()).toBe(before);
  });

  it('names the parameter', async () => {
    const bad: readonly [string, string][] = [
      ['/v1/bookings?limit=0', 'limit'],
      ['/v1/bookings?after=made-up', 'after'],
      ['/v1/bookings?colour=blue', 'colour'],
      ['/v1/bookings?localDateFrom=yesterday', 'localDateFrom'],
      [`/v1/products/${trip.productId}/calendar?from=2026-01-01&to=2029-01-01`, 'to'],
      ['/v1/search/products?priceMin=100', 'currency'],
      ['/v1/analytics?source=ships', 'source'],
    ];
    for (const [path, field] of bad) {
      expect(await owner.get(path), path).toMatchObject({ status: 400, body: { code: 'INVALID_PARAMETER', field } });
    }
  });

  it('is told from JSON that cannot be read, another content type, a body too large and an unknown path', async () => {
    const before = await headOfLog();
    expect(await owner.post('/v1/products', '{"internalName":')).toMatchObject({ status: 400 });
    expect(await owner.post('/v1/products', 'name=x', { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    const large = { ...details, internalName: 'x'.repeat(1_100_000) };
    expect(await owner.post('/v1/products', large)).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    const { origin } = company.platform;
    const unknown = await fetch(`${origin}/v1/ships`);
    expect([unknown.status, ((await unknown.json()) as { code: string }).code]).toEqual([404, 'NOT_FOUND']);
    const method = await fetch(`${origin}/v1/products`, { method: 'DELETE' });
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS, POST']);
    expect(await headOfLog()).toBe(before);
  });
});
