import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { addDays } from '../../contracts/local-date.ts';
import { readChanceQuality } from '../../ml/drift/chance-quality.ts';
import { readForecastQuality } from '../../ml/drift/forecast-quality.ts';
import { allProjections } from '../../projections/all-projections.ts';
import type { ProjectionRunner } from '../../projections/runner/projection-runner.ts';
import { openStage, type Stage } from '../projections/running-views.ts';
import { booked } from './predicting-stage.ts';

const VIEWS = ['stay-analytics', 'booking-analytics', 'cancellation-outcomes', 'forecasts-made'];
const ARRIVAL = '2026-07-11';

let stage: Stage;
let runner: ProjectionRunner;
beforeEach(async () => {
  stage = await openStage();
  runner = stage.runner(allProjections.filter(({ name }) => VIEWS.includes(name)));
  await runner.start();
});
afterEach(() => stage.close());

const append = async (stream: string, event: StayEvent | PredictionEvent, time: string, tenant = 'acme') => {
  const id = deterministicId(stream, event.type, time);
  const envelope = { ...event, id, time, tenant, actor: 'system:test', correlationId: id, causationId: id };
  const position = await stage.append(stream, envelope);
  for (const view of VIEWS) expect(await runner.liveViews.waitFor(view, position, 5_000)).toBe(true);
};
const provenance = { version: '1.0.0', fallback: null, inputsHash: '', reasons: [] };
const score = (subjectId: string, probability: number, tenant = 'acme') =>
  append(
    `prediction-cancellation.${tenant}.${subjectId}`,
    {
      type: 'booking.cancellation-scored.v1',
      data: {
        subjectKind: 'stay',
        subjectId,
        date: ARRIVAL,
        probability,
        threshold: 0.5,
        atRisk: probability >= 0.5,
        model: 'cancellation',
        ...provenance,
      },
    },
    '2026-07-01T11:00:00.000Z',
    tenant,
  );
const book = (stayId: string, tenant = 'acme') =>
  append(`stay-${stayId}`, booked(stayId, 10), '2026-07-01T10:00:00.000Z', tenant);
const lose = (stayId: string, time: string) =>
  append(`stay-${stayId}`, { type: 'stay.cancelled.v1', data: { stayId, reason: null } }, time);
const forecast = (asOf: string, mean: number) =>
  append(
    'prediction-demand.acme.city-hotel',
    {
      type: 'demand.forecasted.v1',
      data: {
        subjectKind: 'hotel',
        subjectId: 'city-hotel',
        asOf,
        days: Array.from({ length: 30 }, (_, at) => ({
          date: addDays(asOf, at + 1),
          mean,
          lower80: mean - 0.5,
          upper80: mean + 0.5,
          lower95: mean - 1,
          upper95: mean + 1,
        })),
        model: 'demand',
        ...provenance,
      },
    },
    `${addDays(asOf, 1)}T02:00:00.000Z`,
  );
const period = (tenant = 'acme') => ({ tenant, from: ARRIVAL, to: ARRIVAL });
const chances = (tenant?: string) =>
  readChanceQuality(stage.documents, runner.liveViews, 'cancellation-outcomes', period(tenant));
const forecasts = () => readForecastQuality(stage.documents, runner.liveViews, period());

describe('outcomes', () => {
  it('of scores come with cancellations, also late ones, and each tenant has its own', async () => {
    for (const stay of ['a', 'b', 'c']) await book(stay);
    await score('a', 0.9);
    await score('b', 0.2);
    await score('c', 0.4);
    await lose('a', '2026-07-05T10:00:00.000Z');
    expect(await chances()).toMatchObject([{ version: '1.0.0', outcomes: 3, rate: 1 / 3, auc: 1, flaggedRate: 1 }]);

    // Told a week after the day of arrival.
    await lose('b', '2026-07-18T10:00:00.000Z');
    const [late] = await chances();
    expect(late).toMatchObject({ outcomes: 3, rate: 2 / 3, auc: 0.5 });
    expect(late?.logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.2) + Math.log(0.6)) / 3, 5);
    expect(await chances('globex')).toEqual([]);
  });

  it('are not doubled by a score that comes again', async () => {
    await book('a');
    await score('a', 0.9);
    await score('a', 0.9);
    expect(await chances()).toMatchObject([{ outcomes: 1 }]);
  });

  it('of forecasts are compared when the day has come, and corrected by a late cancellation', async () => {
    for (const stay of ['a', 'b', 'c']) await book(stay);
    await forecast(addDays(ARRIVAL, -7), 2);
    await forecast(addDays(ARRIVAL, -1), 3);
    expect(await forecasts()).toMatchObject([
      { lead: 1, outcomes: 1, actual: 3, meanAbsoluteError: 0, coverage80: 1 },
      { lead: 7, outcomes: 1, meanAbsoluteError: 1, bias: -1, coverage80: 0, coverage95: 1 },
    ]);

    await lose('c', '2026-07-18T10:00:00.000Z');
    expect(await forecasts()).toMatchObject([
      { lead: 1, actual: 2, meanAbsoluteError: 1 },
      { lead: 7, meanAbsoluteError: 0 },
    ]);
  });

  it('of a forecast that was made again for the same day are those of the last', async () => {
    await book('a');
    await forecast(addDays(ARRIVAL, -1), 3);
    await append('prediction-demand.acme.city-hotel', again(1), '2026-07-11T05:00:00.000Z');
    expect(await forecasts()).toMatchObject([{ lead: 1, outcomes: 1, meanAbsoluteError: 0 }]);
  });
});

const again = (mean: number): PredictionEvent => ({
  type: 'demand.forecasted.v1',
  data: {
    subjectKind: 'hotel',
    subjectId: 'city-hotel',
    asOf: addDays(ARRIVAL, -1),
    days: [{ date: ARRIVAL, mean, lower80: mean, upper80: mean, lower95: mean, upper95: mean }],
    model: 'demand',
    ...provenance,
  },
});
