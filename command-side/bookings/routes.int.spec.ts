import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adults, furnish, MORNING, TENANT } from '../../tests/bookings/tour-company.ts';
import { type Answer, type CommandApi, startCommandApi } from '../../tests/spec-language/command-api.ts';
import { createBookingService } from './booking-service.ts';
import { bookingRoutes } from './routes.ts';

let api: CommandApi;
let sales: string;
let reseller: string;
let guide: string;
beforeAll(async () => {
  const clock = () => new Date().toISOString();
  api = await startCommandApi(({ handling }) => bookingRoutes({ bookings: createBookingService({ handling, clock }) }));
  await furnish(api.handling);
  sales = await api.keyOf(TENANT, 'sales');
  reseller = await api.keyOf(TENANT, 'reseller');
  guide = await api.keyOf(TENANT, 'guide');
});
afterAll(() => api.close());

/** A pass for two, which needs no departure. */
const { bookingId: _, ...pass } = adults(2, null);
const place = (token = sales, key?: string): Promise<Answer> =>
  api.call('POST', '/v1/bookings', { token, body: pass, ...(key === undefined ? {} : { key }) });

describe('bookings over HTTP', () => {
  it('are placed, changed, held longer, confirmed and redeemed', async () => {
    const placed = await place();
    expect(placed).toMatchObject({ status: 201, body: { status: 'ON_HOLD', seats: 2, pricing: { retail: 2000 } } });
    expect(Number(placed.headers.get('x-consistency-token'))).toBe((await api.log()).at(-1)?.position);
    const path = `/v1/bookings/${placed.body.id}`;
    const changed = await api.call('PATCH', path, {
      token: sales,
      body: { notes: 'window', contact: { firstName: 'Ana' } },
    });
    expect(changed).toMatchObject({ status: 200, body: { notes: 'window', contact: { firstName: 'Ana' } } });
    const extended = await api.call('POST', `${path}/extend`, { token: sales, body: { expirationMinutes: 120 } });
    expect(String(extended.body.expiresAt) > String(placed.body.expiresAt)).toBe(true);
    const confirmed = await api.call('POST', `${path}/confirm`, { token: sales });
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'CONFIRMED' } });
    const redeemed = await api.call('POST', '/v1/tickets/redeem', {
      token: guide,
      body: { code: confirmed.body.voucherCode },
    });
    expect(redeemed).toMatchObject({ status: 200, body: { status: 'REDEEMED' } });
    const cancelled = await api.call('POST', `${path}/cancel`, { token: sales, body: { reason: 'rain' } });
    expect(cancelled).toMatchObject({ status: 409, body: { code: 'NOT_CANCELLABLE' } });
  });

  it('with an Idempotency-Key are placed once', async () => {
    const first = await place(sales, 'order-1');
    expect((await place(sales, 'order-1')).body).toEqual(first.body);
    const body = { ...pass, notes: 'another' };
    const other = await api.call('POST', '/v1/bookings', { token: sales, body, key: 'order-1' });
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const taken = await place(reseller, 'order-1');
    expect(taken).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('show net prices only to those who may see them', async () => {
    expect((await place(sales)).body.pricing).toMatchObject({ retail: 2000, net: null });
    expect((await place(reseller)).body.pricing).toMatchObject({ retail: 2000, net: 1600 });
  });

  it.each([
    ['a field that is not known', { ...pass, price: 1 }, 422, 'INVALID_BODY', 'price'],
    [
      'an e-mail address that is none',
      { ...pass, contact: { emailAddress: 'x' } },
      422,
      'INVALID_BODY',
      'contact.emailAddress',
    ],
    ['no unit items', { ...pass, unitItems: [] }, 422, 'INVALID_BODY', 'unitItems'],
    ['a unit that is not there', { ...pass, unitItems: [{ unitId: 'x' }] }, 422, 'INVALID_UNITS', 'unitItems.0.unitId'],
    ['a product that is not there', { ...pass, productId: 'x' }, 404, 'NOT_FOUND', 'productId'],
    ['a departure of another product', { ...pass, departureId: MORNING }, 404, 'NOT_FOUND', 'departureId'],
  ])('with %s are refused, and nothing is written', async (_what, body, status, code, field) => {
    const before = (await api.log()).length;
    expect(await api.call('POST', '/v1/bookings', { token: sales, body })).toMatchObject({
      status,
      body: { code, field },
    });
    expect((await api.log()).length).toBe(before);
  });

  it('are for those who may, and only what they see', async () => {
    expect((await place(guide)).status).toBe(403);
    const { body } = await place(sales);
    const stranger = await api.keyOf('tenant-2', 'owner');
    for (const token of [reseller, stranger]) {
      const answer = await api.call('POST', `/v1/bookings/${body.id}/cancel`, { token, body: {} });
      expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
    const forged = await api.call('POST', '/v1/tickets/redeem', { token: guide, body: { code: '0'.repeat(42) } });
    expect(forged).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', field: 'code' } });
  });
});
