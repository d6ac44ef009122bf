import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { predictionEvents } from '../../contracts/events/predictions.ts';
import type { PriceRule } from '../../contracts/events/pricing.ts';
import { addDays } from '../../contracts/local-date.ts';
import { nightIdOf, pricingIdOf } from '../../contracts/pricing/price-ids.ts';
import { outsideRails } from '../../contracts/pricing/rails.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { PricingView } from '../../contracts/views/pricing.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { boatRule } from '../../tests/pricing/proposed-prices.ts';
import { usualPriceModel } from '../../tests/pricing/usual-price-model.ts';
import { aDeparture, aProduct, aStay } from '../../tests/query-side/travel-fixtures.ts';
import type { NewPrediction } from '../predicting/predictor.ts';
import { pricePredictor } from './price-predictor.ts';

const TODAY = '2026-06-15';
const NOW = `${TODAY}T06:00:00.000Z`;
/** By the list an adult of the product pays 25.00. */
const RULE = boatRule({ floor: 1_500, ceiling: 4_000, maxChangePercent: 20 });

let dataDir: string;
let documents: Documents;
let pool: Awaited<ReturnType<typeof usualPriceModel>>;
const onWarning = vi.fn();
beforeAll(async () => {
  pool = await usualPriceModel({ p1: 25, 'city-hotel': 100 });
});
afterAll(() => pool.models.close());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'price-predictor-'));
  documents = await openDocuments({ dataDir });
  pool.state.trouble = undefined;
  onWarning.mockReset();
});
afterEach(async () => {
  await documents.close();
  await rm(dataDir, { recursive: true });
});

const put = (collection: string, ...items: readonly { readonly id: string }[]) =>
  documents.commit(items.map((item) => ({ collection, id: item.id, put: { ...item } })));

const pricing = (
  over: Partial<PricingView> & Pick<PricingView, 'scope' | 'scopeId'>,
  rule: PriceRule,
): PricingView => ({
  id: pricingIdOf('acme', over.scope, over.scopeId),
  tenant: 'acme',
  rule,
  hasRule: true,
  updatedAt: NOW,
  decisions: {},
  rates: {},
  ...over,
});

const run = async (cause = TODAY): Promise<readonly NewPrediction[]> => {
  const context = { documents, collection: (view: string) => view, models: pool.models, clock: () => NOW, onWarning };
  const all: NewPrediction[] = [];
  for await (const part of pricePredictor.onSchedule?.('acme', cause, context) ?? []) all.push(...part);
  for (const { event } of all) {
    if (event.type !== 'price.proposed.v1') throw new Error(event.type);
    expect(predictionEvents['price.proposed.v1'].parse(event.data)).toEqual(event.data);
  }
  return all;
};
const proposalsOf = async (cause?: string) =>
  (await run(cause)).map(({ event }) => {
    if (event.type !== 'price.proposed.v1') throw new Error(event.type);
    return event.data;
  });

const departure = (over: Partial<DepartureView> = {}) => {
  const localDate = over.localDate ?? addDays(TODAY, 10);
  return aDeparture({ id: `d-${localDate}`, localDate, cutoffAt: `${localDate}T06:00:00.000Z`, ...over });
};
/** So many are expected on each day, by the forecast. */
const forecast = (subjectId: string, mean: number) => ({
  id: `demand.acme.${subjectId}`,
  tenant: 'acme',
  kind: 'demand',
  payload: {
    subjectKind: 'product',
    subjectId,
    asOf: TODAY,
    days: Array.from({ length: 90 }, (_, at) => ({
      date: addDays(TODAY, at + 1),
      mean,
      lower80: mean - 2,
      upper80: mean + 2,
      lower95: mean - 3,
      upper95: mean + 3,
    })),
  },
});

describe('prices of departures', () => {
  beforeEach(async () => {
    await put('products', aProduct());
    await put('pricing', pricing({ scope: 'product', scopeId: 'p1' }, RULE));
  });

  it('rise where more want to come than there are places, with reasons and a curve', async () => {
    await put('departures', departure({ vacancies: 5, confirmed: 15, held: 0 }));
    await put('predictions', forecast('p1', 60));
    const [proposal, ...others] = await proposalsOf();
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({
      subjectKind: 'departure',
      subjectId: `d-${addDays(TODAY, 10)}`,
      productId: 'p1',
      current: 2_500,
      proposed: 3_000,
      highest: 3_000,
      version: '1.0.0',
      fallback: null,
    });
    expect(outsideRails(RULE, 2_500, proposal?.proposed ?? 0)).toBeUndefined();
    expect(proposal?.explanation[0]).toMatch(/^30\.00 EUR instead of 25\.00 EUR/);
    expect(proposal?.explanation.join(' ')).toContain('5 places are left');
    expect(proposal?.curve.length).toBeGreaterThan(5);
  });

  it('stay where places abound, and say so once', async () => {
    await put('departures', departure({ vacancies: 500, capacity: 520, confirmed: 20, held: 0 }));
    await put('predictions', forecast('p1', 30));
    const [first] = await run();
    const data = first?.event.type === 'price.proposed.v1' ? first.event.data : undefined;
    expect(data).toMatchObject({ proposed: 2_500, current: 2_500 });
    expect(data?.explanation[0]).toContain('stays');
    const { model, version, fallback, inputsHash, reasons, ...payload } = data ?? {};
    const view = { tenant: 'acme', kind: 'price', model, version, fallback, inputsHash, reasons, payload };
    await put('predictions', { id: `price.acme.${data?.subjectId}`, ...view });
    expect(await run('2026-06-16')).toEqual([]);
  });

  it('are proposed for what is on sale on the next 90 days alone', async () => {
    await put(
      'departures',
      departure({ localDate: addDays(TODAY, -1) }),
      departure({ localDate: addDays(TODAY, 90) }),
      departure({ localDate: addDays(TODAY, 91) }),
      departure({ id: 'closed', closedReason: 'storm' }),
      departure({ id: 'full', vacancies: 0 }),
      departure({ id: 'theirs', tenant: 'globex' }),
      departure({ id: 'late', cutoffAt: NOW }),
    );
    await put('predictions', forecast('p1', 40));
    expect((await proposalsOf()).map(({ date }) => date)).toEqual([addDays(TODAY, 90)]);
  });

  it('start from what the departure is sold at now, within a day of what it was this morning', async () => {
    const adjustment = { price: 3_000, listPrice: 2_500, proposalId: 'departure~x~y' };
    await put('departures', departure({ vacancies: 5, adjustment, repriced: { on: TODAY, from: null } }));
    await put('predictions', forecast('p1', 60));
    expect((await proposalsOf())[0]).toMatchObject({ current: 3_000, highest: 3_000 });
  });

  it('without a forecast go by how many came before', async () => {
    const past = [3, 10, 17].map((ago) => departure({ localDate: addDays(TODAY, -ago), confirmed: 60 }));
    await put('departures', ...past, departure({ vacancies: 5, confirmed: 15 }));
    const [proposal] = await proposalsOf();
    expect(proposal?.explanation.join(' ')).toContain('there is no forecast');
    expect(proposal?.proposed).toBe(3_000);
  });

  it('do not change where nothing is known of the demand', async () => {
    await put('departures', departure());
    const [proposal] = await proposalsOf();
    expect(proposal).toMatchObject({ proposed: 2_500, autoApply: false });
    expect(proposal?.explanation[0]).toContain('neither a demand forecast nor a past sale');
  });

  it('do not change where the rails leave nothing, and say why', async () => {
    await put('pricing', pricing({ scope: 'product', scopeId: 'p1' }, { ...RULE, floor: 3_500, autoApply: true }));
    await put('departures', departure({ vacancies: 5 }));
    await put('predictions', forecast('p1', 60));
    const [proposal] = await proposalsOf();
    expect(proposal).toMatchObject({ proposed: 2_500, autoApply: false });
    expect(proposal?.explanation[0]).toContain('the floor 3500 is above');
  });

  it.each(['away', 'slow', 'other features'] as const)('stay those of the list while the model is %s', async (how) => {
    pool.state.trouble = how;
    await put('departures', departure({ vacancies: 5 }));
    await put('predictions', forecast('p1', 60));
    expect((await proposalsOf())[0]).toMatchObject({ proposed: 2_500, version: null, fallback: 'list-price' });
    expect(onWarning).toHaveBeenCalledTimes(how === 'other features' ? 1 : 0);
  });

  it('that can not be found because the pool is full are tried again', async () => {
    pool.state.trouble = 'busy';
    await put('departures', departure({ vacancies: 5 }));
    await expect(run()).rejects.toThrow('busy');
  });

  it('of a product in another currency than its rule, or that is gone, are not proposed', async () => {
    await put('departures', departure({ vacancies: 5 }));
    await put('pricing', pricing({ scope: 'product', scopeId: 'p1' }, { ...RULE, currency: 'USD' }));
    await put('pricing', pricing({ scope: 'product', scopeId: 'gone' }, RULE));
    expect(await run()).toEqual([]);
  });
});

describe('prices of hotel nights', () => {
  const hotelRule = boatRule({ floor: 5_000, ceiling: 30_000, step: 100, roomTypes: [{ roomType: 'A', rooms: 12 }] });
  const terms = aStay().terms;
  const stay = (id: string, date: string, over: Partial<ReturnType<typeof aStay>> = {}) =>
    aStay({
      id,
      bookedAt: '2026-06-01T10:00:00.000Z',
      terms: { ...terms, hotelId: 'city-hotel', arrivalDate: date, nights: 2, roomType: 'A', adr: 10_000 },
      ...over,
    });
  const night = addDays(TODAY, 20);

  beforeEach(async () => {
    await put('pricing', pricing({ scope: 'hotel', scopeId: 'city-hotel' }, hotelRule));
    await put('stays', ...Array.from({ length: 10 }, (_, at) => stay(`s${at}`, night)));
  });

  const proposalFor = async (date: string) => (await proposalsOf()).find((one) => one.date === date);

  it('rise on the night that is nearly full', async () => {
    await put('predictions', forecast('city-hotel', 40));
    expect(await proposalFor(night)).toMatchObject({
      subjectKind: 'hotel-night',
      subjectId: nightIdOf({ hotelId: 'city-hotel', date: night, roomType: 'A' }),
      productId: null,
      current: 10_000,
      proposed: 12_000,
    });
    // Guests of two nights are there on the next one too.
    expect((await proposalFor(addDays(night, 1)))?.explanation.join(' ')).toContain('2 places are left');
    expect((await proposalFor(addDays(night, 2)))?.explanation.join(' ')).toContain('12 places are left');
  });

  it('count no room of who cancelled', async () => {
    await put('stays', ...Array.from({ length: 10 }, (_, at) => stay(`s${at}`, night, { status: 'CANCELLED' })));
    await put('predictions', forecast('city-hotel', 40));
    expect((await proposalFor(night))?.explanation.join(' ')).toContain('12 places are left');
  });

  it('start from the rate that was accepted', async () => {
    const id = nightIdOf({ hotelId: 'city-hotel', date: night, roomType: 'A' });
    const rates = { [id]: { date: night, price: 12_000, on: TODAY, from: 10_000 } };
    await put('pricing', pricing({ scope: 'hotel', scopeId: 'city-hotel', rates }, hotelRule));
    await put('predictions', forecast('city-hotel', 40));
    expect(await proposalFor(night)).toMatchObject({ current: 12_000, highest: 12_000 });
  });

  it('of rooms that were never sold are not proposed', async () => {
    const roomTypes = [{ roomType: 'Z', rooms: 3 }];
    await put('pricing', pricing({ scope: 'hotel', scopeId: 'city-hotel' }, { ...hotelRule, roomTypes }));
    expect(await run()).toEqual([]);
  });
});
