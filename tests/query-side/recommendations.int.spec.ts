import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { customerIdOf } from '../../contracts/features/customer-id.ts';
import { predictionIdOf } from '../../contracts/views/prediction.ts';
import { type Answer, type Caller, NOW, type QueryApi, startQueryApi } from './query-api.ts';
import { aDeparture, aProduct } from './travel-fixtures.ts';

const ANA = customerIdOf('acme', 'ana@example.org') ?? '';
const PREDICTED_AT = '2026-06-15T03:00:00.000Z';

const aList = (
  subjectKind: 'customer' | 'product' | 'everyone',
  subject: string,
  ...productIds: readonly string[]
) => ({
  id: predictionIdOf('recommendation', 'acme', subject),
  tenant: 'acme',
  kind: 'recommendation',
  subject,
  subjectKind,
  model: 'recommendation',
  version: '1.0.0',
  fallback: null,
  inputsHash: '',
  reasons: [],
  predictedAt: PREDICTED_AT,
  payload: {
    subjectKind,
    subjectId: subject,
    items: productIds.map((productId, at) => ({ productId, score: 1 - at / 10, why: 'because' })),
  },
});

const anInteraction = (productId: string, over: object = {}) => ({
  id: `b-${productId}`,
  tenant: 'acme',
  customerId: ANA,
  productId,
  kind: 'confirmed',
  at: '2026-06-10T00:00:00.000Z',
  ...over,
});

const listed = ({ body }: Answer): readonly string[] =>
  body.items.map((item) => (item as unknown as { product: { id: string } }).product.id);

/** Five products that can be booked. */
const offer = async (api: QueryApi): Promise<void> => {
  const ids = ['p1', 'p2', 'p3', 'p4', 'p5'];
  await api.put('products', ...ids.map((id) => aProduct({ id })));
  await api.put('departures', ...ids.map((id) => aDeparture({ id: `d-${id}`, productId: id })));
};

describe('GET /v1/recommendations', () => {
  let api: QueryApi;
  beforeAll(async () => {
    api = await startQueryApi();
  });
  beforeEach(() => offer(api));
  afterEach(async () => {
    for (const view of ['products', 'departures', 'predictions', 'customer-interactions']) {
      const collection = api.liveViews.collection(view);
      for await (const batch of api.documents.scan(collection))
        await api.documents.commit(batch.map(([id]) => ({ collection, id, remove: true as const })));
    }
  });
  afterAll(() => api.close());

  const ask = (query: string, caller: Caller = 'sales') => api.get(`/v1/recommendations?${query}`, caller);

  it('answers with the list of a customer, to staff who see the bookings, by e-mail address or id', async () => {
    await api.put('predictions', aList('customer', ANA, 'p3', 'p2'), aList('everyone', 'everyone', 'p5', 'p3'));
    await api.put('customer-interactions', anInteraction('p1'));
    for (const query of ['customerEmail=Ana@Example.org', `customerId=${ANA}`]) {
      const answer = await ask(query);
      expect(answer.status, answer.text).toBe(200);
      expect(answer.body).toMatchObject({
        subjectKind: 'customer',
        version: '1.0.0',
        fallback: null,
        predictedAt: PREDICTED_AT,
      });
      expect(listed(answer)).toEqual(['p3', 'p2', 'p5']);
      expect(answer.body.items[0]).toMatchObject({ score: 1, why: 'because', product: { title: 'Canal walk' } });
    }
    expect(listed(await ask('customerEmail=ana@example.org&limit=1'))).toEqual(['p3']);
  });

  it('leaves out what the customer has booked since the list was made', async () => {
    await api.put('predictions', aList('customer', ANA, 'p3', 'p2'));
    await api.put('customer-interactions', anInteraction('p3'), anInteraction('p2', { kind: 'expired' }));
    expect(listed(await ask(`customerId=${ANA}`))).not.toContain('p3');
    expect(listed(await ask(`customerId=${ANA}`))[0]).toBe('p2');
  });

  it('leaves out what cannot be booked any more', async () => {
    await api.put('predictions', aList('everyone', 'everyone', 'p1', 'p2', 'p3', 'p4', 'p5'));
    await api.put('departures', aDeparture({ id: 'd-p1', productId: 'p1', vacancies: 0 }));
    await api.put('products', aProduct({ id: 'p2', published: false }));
    await api.put(
      'departures',
      aDeparture({ id: 'd-p3', productId: 'p3', localDate: '2026-06-14', cutoffAt: '2026-06-14T06:00:00.000Z' }),
      aDeparture({ id: 'd-p4', productId: 'p4', closedReason: 'storm' }),
    );
    const { details } = aProduct();
    await api.put('products', aProduct({ id: 'p4', details: { ...details, allowFreesale: true } }));
    expect(listed(await ask('limit=50', 'traveller'))).toEqual(['p4', 'p5']);
  });

  it.each(['traveller', 'reseller', 'analyst'] as const)('tells a %s nothing of a customer', async (caller) => {
    await api.put('predictions', aList('customer', ANA, 'p3'));
    await api.put('customer-interactions', anInteraction('p1'));
    for (const query of ['customerEmail=ana@example.org', `customerId=${ANA}`])
      expect((await ask(query, caller)).body.code).toBe('FORBIDDEN');
  });

  it('tells everyone what goes with a product, and another company nothing of it', async () => {
    await api.put('predictions', aList('product', 'p1', 'p1', 'p4'), aList('everyone', 'everyone', 'p5'));
    for (const caller of ['traveller', 'reseller', 'sales'] as const) {
      const answer = await ask('productId=p1', caller);
      expect(answer.body).toMatchObject({ subjectKind: 'product' });
      expect(listed(answer)).toEqual(['p4', 'p5']);
    }
    expect((await ask('productId=p1', 'stranger')).status).toBe(404);
    expect(listed(await ask('', 'stranger'))).toEqual([]);
    await api.put('products', aProduct({ id: 'p1', published: false }));
    expect((await ask('productId=p1', 'traveller')).status).toBe(404);
  });

  it('answers with what is popular of a customer who is not known, or was forgotten', async () => {
    await api.put('predictions', aList('customer', ANA, 'p3'), aList('everyone', 'everyone', 'p5'));
    const answer = await ask('customerEmail=ana@example.org');
    expect(answer.body).toMatchObject({ subjectKind: 'everyone' });
    expect(listed(answer)).toEqual(['p5']);
  });

  it('makes a list of what is booked most of late where none was made yet', async () => {
    // What is known of a market is kept for minutes: this one begins with what it is about.
    const young = await startQueryApi();
    await offer(young);
    const bookings = [anInteraction('p2'), anInteraction('p2', { id: 'b-2' }), anInteraction('p4')];
    await young.put('customer-interactions', ...bookings);
    const answer = await young.get('/v1/recommendations', 'traveller');
    await young.close();
    expect(answer.body).toMatchObject({ subjectKind: 'everyone', model: 'popularity', predictedAt: NOW });
    expect(listed(answer).slice(0, 2)).toEqual(['p2', 'p4']);
    expect(listed(answer)).toHaveLength(5);
  });

  it.each([
    ['customerEmail=nobody', 'customerEmail'],
    ['limit=0', 'limit'],
    ['limit=51', 'limit'],
    [`customerId=${ANA}&productId=p1`, 'productId'],
    ['customerId=', 'customerId'],
  ])('refuses %s and names the field', async (query, field) => {
    const { status, body } = await ask(query);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'INVALID_PARAMETER', field });
  });
});
