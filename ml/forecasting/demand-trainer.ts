import { createHash } from 'node:crypto';
import { encodeRows } from '../features/encode-rows.ts';
import { learnFeatures, tableOf } from '../features/learn-features.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { type Feature, manifest } from '../registry/manifest.ts';
import { TooLittleDataError, type TrainedModel, type Trainer, type TrainOptions } from '../training/trainer.ts';
import { COLLECTED_EVENTS, collectDemand, type DemandData, firstDayOf } from './collect-demand.ts';
import { LEVELS } from './conformal.ts';
import { dateOf } from './day-number.ts';
import { backtest, demandHoldOut } from './demand-backtest.ts';
import { demandCard } from './demand-card.ts';
import { type DemandExample, demandExamples, isHeldOut } from './demand-examples.ts';
import { DEMAND_OUTPUTS, demandInput, demandOnnx, forecastsOf } from './demand-onnx.ts';
import { demandFeatureRules } from './demand-row.ts';
import { type ForecastDay, forecastMetrics } from './forecast-metrics.ts';
import { holidayCalendar } from './holiday-calendar.ts';
import { type Forecaster, trainForecaster } from './train-forecaster.ts';

/** Fewest days of history of the oldest subject. */
const FEWEST_DAYS = 168;
const GOLDEN_ROWS = 5;
const MOST_EXAMPLES = 40_000;
/** Single precision rounds; more is a fault. */
const MOST_APART = 1e-4;
/** What is held out of the last year, up to so many days ahead, is what versions are compared on. */
const HELD_OUT_PAST = 364;
const HELD_OUT_HORIZON = 28;
const MOST_HELD_OUT = 5_000;

/** Trains the model `demand`: one for all hotels and products of a tenant. */
export const demandTrainer: Trainer<DemandData> = {
  name: 'demand',
  task: 'demand-forecast',
  handles: COLLECTED_EVENTS,
  collector: ({ asOf }) => collectDemand(asOf),
  table: (data) => {
    const rules = demandFeatureRules(true);
    const examples = examplesOf(data, 1, MOST_EXAMPLES);
    return {
      columns: [
        { name: 'subject', kind: 'text' },
        { name: 'origin', kind: 'date' },
        ...rules.map(({ name, kind }) => ({ name, kind })),
        { name: 'demand', kind: 'number' },
      ],
      rows: examples.map(({ subject, origin, row, target }) => [
        data.subjects[subject]?.ledger.subjectId ?? null,
        dateOf(origin),
        ...rules.map(({ name }) => row[name] ?? null),
        target,
      ]),
    };
  },
  train: (data, options) => trainDemand(data, options),
};

interface DemandTrainOptions extends TrainOptions {
  /** False: as if nothing were known of what is booked already, to tell what that is worth. Default true. */
  readonly onTheBooks?: boolean;
  /** Most examples that are made of the past. Default 40,000. */
  readonly most?: number;
}

/** @throws TooLittleDataError */
export const trainDemand = async (
  data: DemandData,
  { version, seed = 1, onProgress = () => {}, onTheBooks = true, most = MOST_EXAMPLES }: DemandTrainOptions,
): Promise<TrainedModel> => {
  const days = data.subjects.length === 0 ? 0 : data.knownUntil - firstDayOf(data) + 1;
  if (days < FEWEST_DAYS)
    throw new TooLittleDataError(`demand needs ${FEWEST_DAYS} days of arrivals or departures; there are ${days}`);
  const examples = examplesOf(data, seed, most);
  const training = examples.filter(({ origin, horizon }) => !isHeldOut(origin + horizon));
  const held = heldOutOf(examples, data.knownUntil);
  if (training.length === 0 || held.length === 0)
    throw new TooLittleDataError('no hotel or product has been booked for long enough to learn from');
  const features = learnFeatures(
    demandFeatureRules(onTheBooks),
    training.map(({ row }) => row),
  );
  onProgress(0.2);
  const forecaster = trainForecaster(features, training, { knownUntil: data.knownUntil, seed });
  onProgress(0.9);
  const onnx = demandOnnx(forecaster);
  const forecasts = await backtest(onnx, features, held);
  checkAgrees(forecasts, held, forecaster);
  const trees = forecaster.near.trees.length + forecaster.far.trees.length;
  const written = manifest.parse({
    name: 'demand',
    version,
    task: 'demand-forecast',
    description:
      'Daily demand of hotels (parties that arrive) and products (people), 1 to 90 days ahead, as shares of the mean day of the last year: quantiles and mean.',
    inputs: [demandInput(features.length)],
    outputs: [...DEMAND_OUTPUTS],
    features: [...features],
    preprocessing: {
      levels: [...LEVELS],
      markets: data.markets,
      bands: forecaster.bands.map(({ upTo, ...band }) => ({ upTo: Math.min(upTo, 90), ...band })),
    },
    training: {
      rows: training.length,
      from: dateOf(firstDayOf(data)),
      until: dateOf(data.knownUntil),
      hash: hashOf(training),
      trainer: `seasonal trend and histogram boosting, ${trees} trees, seed ${seed}`,
    },
    metrics: metricsOf(forecaster, forecasts),
    golden: [await goldenOf(onnx, features, training.slice(0, GOLDEN_ROWS))],
    licence: 'LicenseRef-proprietary',
  });
  const card = demandCard({
    manifest: written,
    subjects: data.subjects,
    held,
    forecasts,
    forecaster,
    knownUntil: data.knownUntil,
  });
  onProgress(1);
  return { onnx, manifest: written, card, holdOut: demandHoldOut(held) };
};

const examplesOf = (data: DemandData, seed: number, most: number): readonly DemandExample[] =>
  demandExamples(data.subjects, holidayCalendar(data.markets), {
    knownUntil: data.knownUntil,
    from: firstDayOf(data),
    until: data.knownUntil - 1,
    seed,
    most,
  });

/** @throws Error when the ONNX form says other than the trees that it was made of */
const checkAgrees = (
  forecasts: readonly ForecastDay[],
  held: readonly DemandExample[],
  forecaster: Forecaster,
): void => {
  const byTrees = forecastsOf(
    forecaster,
    tableOf(
      forecaster.features,
      held.map(({ row }) => row),
    ),
  );
  forecasts.forEach(({ quantiles }, row) => {
    const scale = held[row]?.scale ?? 1;
    quantiles.forEach((value, level) => {
      const apart = Math.abs(value / scale - (byTrees[row]?.[level] ?? 0));
      if (!(apart <= MOST_APART)) throw new Error(`the ONNX form of demand is ${apart} off its trees in row ${row}`);
    });
  });
};

const heldOutOf = (examples: readonly DemandExample[], knownUntil: number): readonly DemandExample[] => {
  const held = examples.filter(
    ({ origin, horizon }) =>
      horizon <= HELD_OUT_HORIZON && isHeldOut(origin + horizon) && origin + horizon > knownUntil - HELD_OUT_PAST,
  );
  const step = Math.ceil(held.length / MOST_HELD_OUT);
  return held.filter((_, at) => at % step === 0);
};

/** Accuracy where the future was not known, at the cuts of the past; coverage on the weeks held out. */
const metricsOf = ({ rolling }: Forecaster, heldOut: readonly ForecastDay[]): Record<string, number> => {
  const near = rolling.filter(({ example }) => example.horizon <= HELD_OUT_HORIZON);
  const { mase, naiveMase, wape, naiveWape } = forecastMetrics(
    near.map(({ example: { target, scale, naive, naiveError }, median }) => ({
      actual: target * scale,
      quantiles: LEVELS.map(() => median * scale),
      naive,
      naiveError,
    })),
  );
  const { coverage80, coverage95, mase: maseHeldOut } = forecastMetrics(heldOut);
  return { mase, naiveMase, wape, naiveWape, maseHeldOut, coverage80, coverage95 };
};

/** JSON has no NaN: a missing number of a golden row is 0 instead, which is as good to compare outputs on. */
const goldenOf = async (onnx: Uint8Array, features: readonly Feature[], examples: readonly DemandExample[]) => {
  const { dims, data } = encodeRows(
    features,
    examples.map(({ row }) => row),
  );
  const inputs = Float32Array.from({ length: data.length }, (_, at) => Number(data[at]) || 0);
  const model = await openLocalModel(onnx);
  try {
    const outputs = await model.run({ features: { type: 'float32', dims, data: inputs } });
    const plain = Object.entries(outputs).map(([name, one]) => [
      name,
      { dims: [...one.dims], data: Array.from(one.data, Number) },
    ]);
    return {
      inputs: { features: { dims: [...dims], data: [...inputs] } },
      outputs: Object.fromEntries(plain),
      tolerance: 1e-4,
    };
  } finally {
    await model.close();
  }
};

const hashOf = (examples: readonly DemandExample[]): string => {
  const hash = createHash('sha256');
  for (const { subject, origin, row, target } of examples)
    hash.update(`${JSON.stringify([subject, origin, row, target])}\n`);
  return hash.digest('hex');
};
