import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import { type DemandStage, linearDemand, openDemandStage } from '../../tests/forecasting/demand-stage.ts';
import { madeStays, recorded } from '../../tests/forecasting/made-log.ts';
import { predictionToWrite } from '../predicting/prediction-writer.ts';
import type { NewPrediction } from '../predicting/predictor.ts';
import { demandPredictor } from './demand-predictor.ts';

const NOW = '2025-02-01T06:00:00.000Z';
const YESTERDAY = '2025-01-31';

const product = (productId: string, isPublished: boolean) => {
  const details = { internalName: productId, categories: ['boat-tours'], location: null };
  const created = recorded(`product-${productId}`, 0, 'product.created.v1', '2025-01-01T08:00:00.000Z', {
    productId,
    details,
  });
  const published = recorded(`product-${productId}`, 1, 'product.published.v1', '2025-01-01T09:00:00.000Z', {
    productId,
  });
  return isPublished ? [created, published] : [created];
};

/** Twelve people each day, booked two days before and confirmed at once. */
const bookingsOf = (productId: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => {
    const day = (offset: number): string =>
      new Date(Date.UTC(2025, 0, from + index + offset)).toISOString().slice(0, 10);
    const stream = `booking-${productId}-${day(0)}`;
    const data = {
      productId,
      testMode: false,
      departure: { localDate: day(0) },
      unitItems: [{ paxCount: 12 }],
      contact: { country: null },
    };
    const time = `${day(-2)}T10:00:00.000Z`;
    return [
      recorded(stream, 0, 'booking.placed.v1', time, data),
      recorded(stream, 1, 'booking.confirmed.v1', time, data),
    ];
  }).flat();

let stage: DemandStage;
beforeAll(async () => {
  stage = await openDemandStage(NOW);
  await stage.see([
    ...madeStays({ hotelId: 'beach', from: '2024-10-01', days: 150, arrivals: 10 }).filter(({ time }) => time < NOW),
    ...product('sailing', true),
    ...bookingsOf('sailing', -120, 32),
    ...product('new-cruise', true),
    ...product('draft', false),
  ]);
}, 60_000);
afterAll(() => stage.close());

const daily = async (cause = '2025-02-01'): Promise<readonly NewPrediction[]> => {
  const all: NewPrediction[] = [];
  for await (const part of demandPredictor.onSchedule?.('tenant-1', cause, stage.context) ?? []) all.push(...part);
  return all;
};
type Data = Extract<PredictionEvent, { type: 'demand.forecasted.v1' }>['data'];
const of = (predictions: readonly NewPrediction[], subject: string): Data => {
  const found = predictions.find((prediction) => prediction.subject === subject);
  if (found === undefined) throw new Error(`no forecast of ${subject}`);
  return found.event.data as Data;
};

describe('before there is a model', () => {
  it('the last week is taken again, and marked', async () => {
    const made = await daily();
    const beach = of(made, 'beach');
    expect(beach).toMatchObject({ version: null, fallback: 'seasonal-naive', reasons: [] });
    expect(beach.days).toHaveLength(90);
    expect(beach.days[0]?.mean).toBe(beach.days[7]?.mean);
    expect(beach.inputsHash).toMatch(/^[0-9a-f]{64}$/);
    for (const one of made) expect(predictionToWrite(one, NOW).answered).toBe(false);
  });
});

describe('the daily forecasts', () => {
  it('are of every hotel and every published product, 90 days ahead of the last day that is over', async () => {
    await stage.serve(linearDemand());
    const made = await daily();
    expect(made.map(({ subject }) => subject)).toEqual(['beach', 'new-cruise', 'sailing']);
    const beach = of(made, 'beach');
    expect(beach).toMatchObject({
      subjectKind: 'hotel',
      asOf: YESTERDAY,
      model: 'demand',
      version: '1.0.0',
      fallback: null,
    });
    expect(beach.days).toHaveLength(90);
    expect(beach.days[0]?.date).toBe('2025-02-01');
    for (const { mean, lower80, upper80, lower95, upper95 } of beach.days) {
      const inOrder = [lower95, lower80, mean, upper80, upper95];
      expect([...inOrder].sort((a, b) => a - b)).toEqual(inOrder);
      expect(mean).toBeGreaterThan(4);
      expect(mean).toBeLessThan(20);
    }
  });

  it('tell why, in people a day', async () => {
    const { reasons } = of(await daily(), 'beach');
    expect(reasons.map(({ feature }) => feature)).toEqual(expect.arrayContaining(['on the books', 'weekday']));
    const books = reasons.find(({ feature }) => feature === 'on the books');
    expect(Number(books?.value)).toBeGreaterThan(0);
    expect(books?.contribution).toBeGreaterThan(0);
    expect(reasons.find(({ feature }) => feature === 'weekday')?.value).toMatch(/^(Fri|Satur)day$/);
  });

  it('of a product that nobody has booked so far are those of its category', async () => {
    const made = await daily();
    const fresh = of(made, 'new-cruise').days.map(({ mean }) => mean);
    const known = of(made, 'sailing').days.map(({ mean }) => mean);
    for (const [at, mean] of fresh.entries()) expect(Math.abs(mean - (known[at] ?? 0))).toBeLessThan(2);
  });

  it('of the same run are the same events, of another run others', async () => {
    const idsOf = async (cause: string) => (await daily(cause)).map((one) => predictionToWrite(one, NOW).envelope.id);
    expect(await idsOf('2025-02-01')).toEqual(await idsOf('2025-02-01'));
    expect(await idsOf('2025-02-02')).not.toEqual(await idsOf('2025-02-01'));
  });

  it('of another tenant know nothing of these', async () => {
    for await (const part of demandPredictor.onSchedule?.('tenant-2', 'x', stage.context) ?? [])
      expect(part).toEqual([]);
  });
});

describe('of a model that wants what the platform does not have', { timeout: 60_000 }, () => {
  it('nothing is asked: the last week is taken again, with a warning', async () => {
    const rain = linearDemand(['seasonalTrend', 'rainfall']);
    const features = rain.manifest?.features?.map(({ missing, ...feature }) => feature) ?? [];
    await stage.serve({ ...rain, manifest: { ...rain.manifest, features } }, '1.1.0');
    await vi.waitFor(
      async () => {
        const beach = of(await daily(), 'beach');
        expect(stage.warnings.join()).toContain('rainfall');
        expect(beach).toMatchObject({ version: null, fallback: 'seasonal-naive' });
      },
      { timeout: 20_000, interval: 200 },
    );
  });
});
