import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pricingIdOf } from '../../contracts/pricing/price-ids.ts';
import type { PricingView } from '../../contracts/views/pricing.ts';
import { aProposal, boatRule, type Proposal } from '../pricing/proposed-prices.ts';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aDeparture, aProduct } from './travel-fixtures.ts';

const view = (proposal: Proposal, over: { readonly tenant?: string; readonly predictedAt?: string } = {}) => {
  const { model, version, fallback, inputsHash, reasons, ...payload } = proposal;
  const { tenant = 'acme', predictedAt = '2026-06-15T02:00:00.000Z' } = over;
  const { subjectId: subject, subjectKind } = proposal;
  const provenance = { model, version, fallback, inputsHash, reasons };
  return {
    id: `price.${tenant}.${subject}`,
    tenant,
    kind: 'price',
    subject,
    subjectKind,
    predictedAt,
    ...provenance,
    payload,
  };
};
const prices = (over: Partial<PricingView> & Pick<PricingView, 'scope' | 'scopeId'>): PricingView => {
  const { tenant = 'acme', scope, scopeId } = over;
  return {
    id: pricingIdOf(tenant, scope, scopeId),
    tenant,
    rule: boatRule(),
    hasRule: true,
    updatedAt: '2026-06-01T00:00:00.000Z',
    decisions: {},
    rates: {},
    ...over,
  };
};
const decided = (status: 'accepted' | 'rejected') =>
  ({ status, at: '2026-06-15T08:00:00.000Z', date: '2026-07-01', by: 'click', reason: null }) as const;
const of = (subjectId: string, over: Partial<Proposal> = {}) => aProposal({ subjectId, productId: 'p1', ...over });
const [open, taken, applied, refused, past, same] = [
  of('open'),
  of('taken'),
  of('applied'),
  of('refused'),
  of('past', { date: '2026-06-13' }),
  of('same', { proposed: 1_000 }),
];
const night = aProposal({ subjectKind: 'hotel-night', subjectId: 'city-hotel:2026-07-01:A' });

let api: QueryApi;
beforeAll(async () => {
  api = await startQueryApi();
  await api.put('predictions', ...[open, taken, applied, refused, past, same, night].map((one) => view(one)));
  await api.put('predictions', view(of('theirs'), { tenant: 'globex' }));
  await api.put(
    'pricing',
    prices({
      scope: 'product',
      scopeId: 'p1',
      decisions: {
        [taken.proposalId]: decided('accepted'),
        [applied.proposalId]: decided('accepted'),
        [refused.proposalId]: decided('rejected'),
      },
    }),
    prices({ scope: 'product', scopeId: 'gone', rule: null, hasRule: false }),
    prices({ scope: 'product', scopeId: 'p1', tenant: 'globex' }),
    prices({
      scope: 'hotel',
      scopeId: 'city-hotel',
      rates: {
        'city-hotel:2026-07-02:A': { date: '2026-07-02', price: 9_000, on: '2026-06-15', from: 8_000 },
        'city-hotel:2026-07-01:A': { date: '2026-07-01', price: 9_500, on: '2026-06-15', from: 8_000 },
      },
    }),
  );
  await api.put(
    'departures',
    aDeparture({ id: 'applied', adjustment: { price: 1_200, listPrice: 1_000, proposalId: applied.proposalId } }),
  );
});
afterAll(() => api.close());

const statuses = async (query = '') => {
  const { body } = await api.get(`/v1/price-proposals?limit=200${query}`);
  return Object.fromEntries(body.items.map(({ subjectId, status }) => [subjectId, status]));
};

describe('proposals', () => {
  it('tell what became of them', async () => {
    expect(await statuses()).toEqual({
      open: 'proposed',
      taken: 'accepted',
      applied: 'applied',
      refused: 'rejected',
      past: 'expired',
      same: 'unchanged',
      [night.subjectId]: 'proposed',
    });
  });

  it('are filtered by kind, product and day', async () => {
    expect(Object.keys(await statuses('&subjectKind=hotel-night'))).toEqual([night.subjectId]);
    expect(Object.keys(await statuses('&productId=p1')).length).toBe(6);
    expect(Object.keys(await statuses('&to=2026-06-20'))).toEqual(['past']);
  });

  it('come in pages', async () => {
    const first = await api.get('/v1/price-proposals?limit=4');
    const second = await api.get(`/v1/price-proposals?limit=4&after=${first.body.next}`);
    const all = [...first.body.items, ...second.body.items];
    expect(new Set(all.map(({ subjectId }) => subjectId)).size).toBe(7);
    expect(second.body.next).toBeNull();
  });

  it('are read with curve and reasons one by one', async () => {
    const { status, body } = await api.get(`/v1/price-proposals/${encodeURIComponent(taken.proposalId)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ proposed: 1_200, status: 'accepted', decision: { by: 'click' }, curve: taken.curve });
    expect((await api.get('/v1/price-proposals')).body.items[0]).not.toHaveProperty('curve');
  });

  it.each([
    ['that are not there', 'departure~2026-03-01~nothing'],
    ['that a newer one took the place of', 'departure~2026-01-01~open'],
    ['of another tenant', 'departure~2026-03-01~theirs'],
    ['by nonsense', 'nonsense'],
  ])('%s are not found', async (_, id) => {
    expect((await api.get(`/v1/price-proposals/${encodeURIComponent(id)}`)).status).toBe(404);
  });

  it('are for the company alone', async () => {
    expect((await api.get('/v1/price-proposals', 'reseller')).status).toBe(403);
    expect((await api.get('/v1/price-rules', 'traveller')).status).toBe(403);
    expect((await api.get('/v1/price-proposals', 'stranger')).body.items).toHaveLength(1);
  });
});

describe('price rules', () => {
  it('are those in force', async () => {
    const { body } = await api.get('/v1/price-rules');
    expect(body.items.map(({ scopeId }) => scopeId).toSorted()).toEqual(['city-hotel', 'p1']);
    expect((await api.get('/v1/price-rules?scope=hotel')).body.items).toMatchObject([{ rule: boatRule() }]);
  });
});

describe('accepted rates', () => {
  it('of a hotel are told by date', async () => {
    const rates = (await api.get('/v1/hotels/city-hotel/accepted-rates')).body.items;
    expect(rates).toEqual([
      { date: '2026-07-01', price: 9_500, roomType: 'A', currency: 'EUR' },
      { date: '2026-07-02', price: 9_000, roomType: 'A', currency: 'EUR' },
    ]);
    expect((await api.get('/v1/hotels/city-hotel/accepted-rates?from=2026-07-02')).body.items).toHaveLength(1);
    expect((await api.get('/v1/hotels/city-hotel/accepted-rates', 'stranger')).body.items).toEqual([]);
  });
});

describe('a departure with a price of its own', () => {
  it('is offered at it, in the calendar and to resellers by the standard', async () => {
    await api.put('products', aProduct());
    const times = [
      ['plain', '2026-08-01', null],
      ['dear', '2026-08-01', { price: 3_000, listPrice: 2_500, proposalId: 'x' }],
      ['cheap', '2026-08-02', { price: 2_000, listPrice: 2_500, proposalId: 'x' }],
    ] as const;
    await api.put(
      'departures',
      ...times.map(([id, localDate, adjustment]) =>
        aDeparture({ id, availabilityId: id, localDate, adjustment, cutoffAt: `${localDate}T06:00:00.000Z` }),
      ),
    );
    const calendar = await api.get('/v1/products/p1/calendar?from=2026-08-01&to=2026-08-02');
    expect(calendar.body.days).toMatchObject([
      { localDate: '2026-08-01', priceFrom: { amount: 2_500 } },
      { localDate: '2026-08-02', priceFrom: { amount: 2_000 } },
    ]);
    // How the price came about is nothing for the public.
    expect((await api.get('/v1/departures/dear', 'traveller')).body).toMatchObject({
      adjustment: null,
      repriced: null,
    });
    expect((await api.get('/v1/departures/dear')).body).toMatchObject({ adjustment: { price: 3_000 } });
  });
});
