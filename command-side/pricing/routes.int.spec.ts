import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOAT, furnish, TENANT } from '../../tests/bookings/tour-company.ts';
import { aProposal, boatRule, propose } from '../../tests/pricing/proposed-prices.ts';
import { type CommandApi, startCommandApi } from '../../tests/spec-language/command-api.ts';
import { pricingRoutes } from './routes.ts';

const NOW = '2026-03-01T12:00:00.000Z';
const path = `/v1/price-rules/product/${BOAT}`;

let api: CommandApi;
let manager: string;
let sales: string;
let stranger: string;
beforeAll(async () => {
  api = await startCommandApi(({ handling }) => pricingRoutes({ handling, clock: () => NOW }));
  await furnish(api.handling);
  manager = await api.keyOf(TENANT, 'manager');
  sales = await api.keyOf(TENANT, 'sales');
  stranger = await api.keyOf('tenant-2', 'owner');
});
afterAll(() => api.close());

const put = (body: object, token = manager, at = path) => api.call('PUT', at, { token, body });

describe('price rules over HTTP', () => {
  it('are set, and removed', async () => {
    const { roomTypes: _, parity: __, ...short } = boatRule();
    expect(await put(short)).toMatchObject({
      status: 200,
      body: { scope: 'product', scopeId: BOAT, rule: boatRule() },
    });
    const removed = await api.call('DELETE', path, { token: manager });
    expect(removed).toMatchObject({ status: 200, body: { rule: null } });
  });

  it('of a hotel name its types of room', async () => {
    const hotel = '/v1/price-rules/hotel/city-hotel';
    const roomTypes = [{ roomType: 'A', rooms: 40 }];
    expect(await put(boatRule({ roomTypes }), manager, hotel)).toMatchObject({ status: 200 });
    expect(await put(boatRule(), manager, hotel)).toMatchObject({ status: 422, body: { field: 'roomTypes' } });
  });

  it.each([
    ['a ceiling below the floor', boatRule({ ceiling: 1 }), 422, 'ceiling'],
    ['a step that no price fits', boatRule({ floor: 801, ceiling: 849 }), 422, 'step'],
    ['a step of nothing', boatRule({ step: 0 }), 422, 'step'],
    ['a change of nothing', boatRule({ maxChangePercent: 0 }), 422, 'maxChangePercent'],
    ['a field that is not known', { ...boatRule(), rounding: 5 }, 422, 'rounding'],
    ['another currency than the product', boatRule({ currency: 'USD' }), 422, 'currency'],
    ['types of room for a product', boatRule({ roomTypes: [{ roomType: 'A', rooms: null }] }), 422, 'roomTypes'],
  ])('with %s are refused, and nothing is written', async (_, body, status, field) => {
    const before = (await api.log()).length;
    expect(await put(body)).toMatchObject({ status, body: { field } });
    expect((await api.log()).length).toBe(before);
  });

  it('are for those who may set prices, of their own products', async () => {
    expect((await put(boatRule(), sales)).status).toBe(403);
    expect((await put(boatRule(), stranger)).status).toBe(404);
    expect((await api.call('DELETE', '/v1/price-rules/product/nothing', { token: manager })).status).toBe(404);
  });
});

describe('proposals over HTTP', () => {
  const night = { subjectKind: 'hotel-night', subjectId: 'city-hotel:2999-07-01:A', date: '2999-07-01' } as const;
  const at = (proposalId: string, verb: string) => `/v1/price-proposals/${encodeURIComponent(proposalId)}/${verb}`;
  beforeAll(async () => {
    const roomTypes = [{ roomType: 'A', rooms: null }];
    await put(boatRule({ roomTypes }), manager, '/v1/price-rules/hotel/city-hotel');
  });

  it('are accepted, once for an Idempotency-Key', async () => {
    const { proposalId } = await propose(api.eventStore, aProposal(night));
    const accept = () => api.call('POST', at(proposalId, 'accept'), { token: manager, key: 'click-1' });
    const first = await accept();
    expect(first).toMatchObject({ status: 200, body: { proposalId, decision: { status: 'accepted' } } });
    expect((await accept()).body).toEqual(first.body);
  });

  it('are rejected with a reason', async () => {
    const { proposalId } = await propose(
      api.eventStore,
      aProposal({ ...night, current: 1_200, proposed: 1_250 }, 'later'),
    );
    expect((await api.call('POST', at(proposalId, 'reject'), { token: sales })).status).toBe(403);
    const rejected = await api.call('POST', at(proposalId, 'reject'), { token: manager, body: { reason: 'group' } });
    expect(rejected).toMatchObject({ status: 200, body: { decision: { status: 'rejected', reason: 'group' } } });
    const accepted = await api.call('POST', at(proposalId, 'accept'), { token: manager });
    expect(accepted).toMatchObject({ status: 409, body: { code: 'PROPOSAL_NOT_OPEN' } });
  });
});
