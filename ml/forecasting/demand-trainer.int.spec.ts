import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { madeStays } from '../../tests/forecasting/made-log.ts';
import { encodeRows } from '../features/encode-rows.ts';
import { learnFeatures, tableOf } from '../features/learn-features.ts';
import { seededRandom } from '../learning/seeded-random.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { TooLittleDataError, type TrainedModel } from '../training/trainer.ts';
import { collectDemand, type DemandData } from './collect-demand.ts';
import { demandExamples } from './demand-examples.ts';
import { demandOnnx, forecastsOf } from './demand-onnx.ts';
import { demandFeatureRules } from './demand-row.ts';
import { demandTrainer, trainDemand } from './demand-trainer.ts';
import { holidayCalendar } from './holiday-calendar.ts';
import { trainForecaster } from './train-forecaster.ts';

const AS_OF = '2025-02-28T23:59:59.999Z';
const log: readonly RecordedEvent[] = [
  ...madeStays({ hotelId: 'beach', from: '2024-01-01', days: 480, arrivals: 12 }),
  ...madeStays({ hotelId: 'hill', from: '2024-01-01', days: 480, arrivals: 4 }, 2),
];

/** As the harness reads the log: nothing that happened after `asOf`. */
const dataAsOf = (events: readonly RecordedEvent[], asOf: string): DemandData => {
  const collector = collectDemand(asOf);
  for (const event of events) if (Date.parse(event.time) <= Date.parse(asOf)) collector.add(event);
  return collector.finish();
};

const examplesOf = (data: DemandData, most: number) =>
  demandExamples(data.subjects, holidayCalendar(data.markets), {
    knownUntil: data.knownUntil,
    from: data.knownUntil - 420,
    until: data.knownUntil - 1,
    seed: 3,
    most,
  });

describe('a demand model trained on the log', () => {
  let trained: TrainedModel;
  beforeAll(async () => {
    trained = await trainDemand(dataAsOf(log, AS_OF), { version: '1.0.0', most: 2_500 });
  }, 60_000);

  it('forecasts better than the same day of the last week, and says how sure it is', () => {
    const { mase = 9, naiveMase = 0, coverage80 = 0, coverage95 = 0 } = trained.manifest.metrics;
    expect(mase).toBeLessThan(0.9 * naiveMase);
    expect(coverage80).toBeGreaterThan(0.6);
    expect(coverage95).toBeGreaterThan(coverage80);
  });

  it('knows where the guests come from, and what it was trained on', () => {
    const { preprocessing, training } = trained.manifest;
    expect(preprocessing.markets).toMatchObject([{ country: 'PT' }, { country: 'GB' }]);
    expect(training).toMatchObject({ from: '2024-01-01', until: '2025-02-28' });
  });

  it('has a card with the metrics beside the naive ones and a backtest of each hotel', () => {
    const plots = trained.card.blocks.flatMap((block) => (block.kind === 'plot' ? [block.title] : []));
    expect(plots).toEqual(expect.arrayContaining(['beach: forecast and what came', 'hill: forecast and what came']));
  });

  it('is compared on weeks that no version has learned from', async () => {
    const { holdOut, manifest, onnx } = trained;
    const inputs = holdOut.inputsFor(manifest);
    const model = await openLocalModel(onnx);
    const losses = holdOut.lossOf(await model.run(inputs ?? {}), manifest);
    await model.close();
    expect(losses).toHaveLength(holdOut.rows);
    expect(holdOut.rows).toBeGreaterThan(100);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(mean).toBeGreaterThan(0);
    expect(mean).toBeLessThan(0.5);
  });

  it('can not be compared with a model that wants what it does not have', () => {
    const features = [{ name: 'rainfall', kind: 'number' as const, unit: 'mm' }];
    expect(trained.holdOut.inputsFor({ ...trained.manifest, features })).toBeUndefined();
  });

  it('gives the same bytes again, from the same data and seed', async () => {
    const again = await trainDemand(
      dataAsOf(
        [...log].reverse().sort((a, b) => a.revision - b.revision),
        AS_OF,
      ),
      {
        version: '1.0.0',
        most: 2_500,
      },
    );
    expect(Buffer.from(again.onnx).equals(Buffer.from(trained.onnx))).toBe(true);
    expect(again.manifest.training.hash).toBe(trained.manifest.training.hash);
  }, 60_000);
});

describe('the training set as of a day', () => {
  it('is the same from the whole log as from the log cut at that day', () => {
    const asOf = '2024-10-31T23:59:59.999Z';
    const cut = dataAsOf(log, asOf);
    // Everything is told, also what happened later: the ledgers tell by themselves what was known.
    const whole = { ...dataAsOf(log, AS_OF), markets: cut.markets, knownUntil: cut.knownUntil };
    const ofCut = examplesOf(cut, 2_000).map(({ row, target }) => ({ row, target }));
    expect(ofCut.length).toBeGreaterThan(500);
    expect(examplesOf(whole, 2_000).map(({ row, target }) => ({ row, target }))).toEqual(ofCut);
  });

  it('can be exported, a row a day ahead with what came of it', () => {
    const { columns, rows } = demandTrainer.table(dataAsOf(log.slice(0, 4_000), '2024-06-30T23:59:59.999Z'));
    const [row] = rows;
    expect(columns.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['subject', 'horizon', 'onTheBooks', 'demand']),
    );
    expect(row).toHaveLength(columns.length);
  });
});

describe('too little to learn from', () => {
  it('is told with how much there is', async () => {
    await expect(trainDemand(dataAsOf([], AS_OF), { version: '1.0.0' })).rejects.toThrow(TooLittleDataError);
    const short = madeStays({ hotelId: 'beach', from: '2025-01-01', days: 90, arrivals: 5 });
    await expect(trainDemand(dataAsOf(short, AS_OF), { version: '1.0.0' })).rejects.toThrow(
      'demand needs 168 days of arrivals or departures; there are 59',
    );
  });
});

describe('the ONNX form', () => {
  it('says what the trees say, on 10,000 rows with values that training never saw', async () => {
    const examples = examplesOf(dataAsOf(log, AS_OF), 2_000);
    const rows = examples.map(({ row }) => row);
    const features = learnFeatures(demandFeatureRules(true), rows);
    const forecaster = trainForecaster(features, examples, { knownUntil: dataAsOf([], AS_OF).knownUntil, seed: 1 });
    const random = seededRandom(5);
    const many = Array.from({ length: 10_000 }, (_, at) => {
      const row = rows[at % rows.length] ?? {};
      const shaken = Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' && name !== 'horizon' ? value * (0.5 + random()) : value,
      ]);
      return Object.fromEntries(shaken) as typeof row;
    });
    const expected = forecastsOf(forecaster, tableOf(features, many));
    const model = await openLocalModel(demandOnnx(forecaster));
    const { quantiles, mean } = await model.run({ features: encodeRows(features, many) });
    await model.close();
    expect(quantiles?.dims).toEqual([10_000, 5]);
    expect(mean?.dims).toEqual([10_000, 1]);
    let largest = 0;
    expected.forEach((values, row) => {
      values.forEach((value, level) => {
        const theirs = Number(level < 5 ? quantiles?.data[row * 5 + level] : mean?.data[row]);
        largest = Math.max(largest, Math.abs(value - theirs));
      });
      expect([...values.slice(0, 5)].sort((a, b) => a - b)).toEqual(values.slice(0, 5));
    });
    expect(largest).toBeLessThan(1e-5);
  }, 60_000);
});
