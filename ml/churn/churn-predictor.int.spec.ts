import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import { customerIdOf } from '../../contracts/features/customer-id.ts';
import { type ChanceStage, logisticModel, openChanceStage } from '../../tests/ml/chance-stage.ts';
import { bookingBought, pastEvent, stayBooked } from '../../tests/ml/past-events.ts';
import type { NewPrediction } from '../predicting/predictor.ts';
import { churnPredictor } from './churn-predictor.ts';

/** A tenth of log-odds for each day since the last purchase, one less for each purchase. */
const model = () =>
  logisticModel([
    ['recency', 0.1],
    ['frequency', -1],
  ]);

let stage: ChanceStage;
beforeAll(async () => {
  stage = await openChanceStage('customer-purchases');
  await stage.serve('churn', model());
});
afterAll(() => stage.close());

const daily = async (tenant = 'tenant-1', cause = '2026-06-01'): Promise<readonly NewPrediction[]> => {
  const all: NewPrediction[] = [];
  for await (const part of churnPredictor.onSchedule?.(tenant, cause, stage.context) ?? []) all.push(...part);
  return all;
};
type Data = Extract<PredictionEvent, { type: 'customer.churn-scored.v1' }>['data'];
const scoreOf = async (customerId: string | null, tenant?: string): Promise<Data | undefined> =>
  (await daily(tenant)).find(({ subject }) => subject === customerId)?.event.data as Data | undefined;
const ofTenant = (tenant: string, events: readonly RecordedEvent[]): readonly RecordedEvent[] =>
  events.map((event) => ({ ...event, tenant }));

describe('the score of a customer', () => {
  it('is told daily by all that was bought, whatever it was booked as', async () => {
    await stage.see(
      ...bookingBought('b1', 'ana@example.com', '2026-03-01T12:00:00.000Z'),
      ...bookingBought('b2', ' Ana@example.com', '2026-05-12T12:00:00.000Z'),
    );
    const ana = customerIdOf('tenant-1', 'ana@example.com');
    const scored = await scoreOf(ana);
    expect(scored).toMatchObject({
      customerId: ana,
      asOf: '2026-06-01',
      horizonDays: 91,
      threshold: 0.6,
      atRisk: false,
      model: 'churn',
      version: '1.0.0',
      fallback: null,
    });
    // 20 days since the last of two.
    expect(scored?.probability).toBeCloseTo(1 / (1 + Math.exp(-(2 - 2))));
    expect(scored?.reasons.map(({ feature }) => feature).sort()).toEqual(['frequency', 'recency']);
    expect(JSON.stringify(await daily())).not.toContain('example.com');
  });

  it('is told of agents of hotels too', async () => {
    await stage.see(stayBooked('s1', '2026-07-21', '2026-05-22T12:00:00.000Z', { agent: '9' }));
    expect((await scoreOf('agent:9'))?.probability).toBeCloseTo(0.5);
  });

  it('is the same for the same run', async () => {
    const scored = await daily();
    expect(scored.length).toBeGreaterThan(0);
    expect(new Set(scored.map(({ causationId }) => causationId))).toEqual(new Set(['2026-06-01']));
    expect(await daily()).toEqual(scored);
  });

  it('is not told of a person who was forgotten, of nobody, and of who is no customer any more', async () => {
    await stage.see(
      ...bookingBought('b3', 'rui@example.com', '2026-05-01T12:00:00.000Z'),
      ...bookingBought('b4', null, '2026-05-01T12:00:00.000Z'),
      ...bookingBought('b5', 'old@example.com', '2024-05-01T12:00:00.000Z'),
    );
    const rui = customerIdOf('tenant-1', 'rui@example.com');
    expect(await scoreOf(rui)).toBeDefined();
    expect(await scoreOf(customerIdOf('tenant-1', 'old@example.com'))).toBeUndefined();
    await stage.see(
      pastEvent('booking-b3', 'booking.contact-forgotten.v1', { bookingId: 'b3' }, '2026-05-30T12:00:00.000Z'),
    );
    expect(await scoreOf(rui)).toBeUndefined();
    expect((await daily()).map(({ subject }) => subject)).not.toContain('');
  });

  it('is told of every customer of many, each once', async () => {
    const many = Array.from(
      { length: 1_050 },
      (_, at) => `2026-05-01T12:00:00.${String(at % 1_000).padStart(3, '0')}Z`,
    );
    await stage.see(
      ...many.map((time, at) => ({
        ...stayBooked(`many-${at}`, '2026-07-21', time, { agent: `many-${at % 525}` }),
        tenant: 'tenant-3',
      })),
    );
    const subjects = (await daily('tenant-3')).map(({ subject }) => subject);
    expect(subjects).toHaveLength(525);
    expect(new Set(subjects).size).toBe(525);
  });

  it('is how many others churned while no model can answer, and marks nobody', async () => {
    // Three were customers 91 days ago; one of them has bought since. The fourth is new.
    const bought = (id: string, time: string) =>
      ofTenant('tenant-2', [stayBooked(`${id}-${time}`, '2026-07-21', time, { agent: id })]);
    await stage.see(
      ...bought('a', '2026-01-01T12:00:00.000Z'),
      ...bought('b', '2026-01-01T12:00:00.000Z'),
      ...bought('c', '2026-01-01T12:00:00.000Z'),
      ...bought('c', '2026-05-01T12:00:00.000Z'),
      ...bought('d', '2026-05-01T12:00:00.000Z'),
    );
    expect(await scoreOf('agent:d', 'tenant-2')).toMatchObject({
      probability: (2 + 1) / (3 + 2),
      atRisk: false,
      version: null,
      fallback: 'base-rate',
      reasons: [],
    });
  });

  it('is nothing where nobody is a customer', async () => {
    expect(await daily('tenant-4')).toEqual([]);
  });
});
