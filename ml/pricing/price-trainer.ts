import { createHash } from 'node:crypto';
import { encodeRows } from '../features/encode-rows.ts';
import { type FeatureRule, learnFeatures, tableOf } from '../features/learn-features.ts';
import { type BoostedTrees, importances } from '../learning/boosted-trees.ts';
import { boost } from '../learning/boosting.ts';
import { mae, rmse } from '../learning/metrics.ts';
import { squared } from '../learning/objectives.ts';
import { treeEnsembleNode } from '../onnx/boosted-trees-onnx.ts';
import { onnxModel } from '../onnx/onnx-model.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { type Feature, type Manifest, manifest } from '../registry/manifest.ts';
import type { Tensors } from '../serving/model-client.ts';
import {
  type HoldOut,
  TooLittleDataError,
  type TrainedModel,
  type Trainer,
  type TrainOptions,
} from '../training/trainer.ts';
import { estimateElasticity } from './elasticity.ts';
import { priceCard } from './price-card.ts';
import { PRICE_FEATURES } from './price-feature-rules.ts';
import { collectSales, type PastSales, type PricedRow, pricedRows, SALE_EVENTS } from './sold-prices.ts';

/** Rows before a day to learn from, and from it on to measure on. */
export interface PriceSplit {
  readonly sales: PastSales;
  /** Local date of arrival or departure. */
  readonly holdOutFrom: string;
  /** Default: all. */
  readonly rules?: readonly FeatureRule[];
}

const HELD_OUT = 0.15;
const FEWEST_ROWS = 100;
const FEWEST_HELD_OUT = 20;
const GOLDEN_ROWS = 5;
const BOOSTING = { trees: 300, leaves: 31, rate: 0.08, rowShare: 0.8, featureShare: 0.7 };

/** Trains the model `price`: what is usually paid for a night or a seat, told when it is booked, with how demand answers to prices. */
export const priceTrainer: Trainer<PastSales> = {
  name: 'price',
  task: 'price',
  handles: SALE_EVENTS,
  collector: collectSales,
  table: (sales) => ({
    columns: [
      ...PRICE_FEATURES.map(({ name, kind }) => ({ name, kind })),
      { name: 'date', kind: 'date' },
      { name: 'price', kind: 'number' },
    ],
    rows: pricedRows(sales).map(({ row, date, price }) => [
      ...PRICE_FEATURES.map(({ name }) => row[name] ?? null),
      date,
      price,
    ]),
  }),
  train: (sales, options) => {
    const dates = sales.filter(({ isLost }) => !isLost).map(({ sale }) => sale.date);
    const holdOutFrom = dates.sort()[Math.floor(dates.length * (1 - HELD_OUT))];
    if (holdOutFrom === undefined) throw new TooLittleDataError('nothing was sold yet');
    return trainPrices({ sales, holdOutFrom }, options);
  },
};

/**
 * Trains on a split that is given: benches compare on that of their peer.
 * @throws TooLittleDataError with fewer than 100 rows to learn from, or 20 to measure on
 */
export const trainPrices = async (
  { sales, holdOutFrom, rules = PRICE_FEATURES }: PriceSplit,
  { version, seed = 1, onProgress = () => {} }: TrainOptions,
): Promise<TrainedModel> => {
  const rows = pricedRows(sales);
  const training = rows.filter(({ date }) => date < holdOutFrom);
  const heldOut = rows.filter(({ date }) => date >= holdOutFrom);
  if (training.length < FEWEST_ROWS || heldOut.length < FEWEST_HELD_OUT) {
    throw new TooLittleDataError(
      `${FEWEST_ROWS} prices are needed to learn from and ${FEWEST_HELD_OUT} later ones; there are ${training.length} and ${heldOut.length}`,
    );
  }
  const features = learnFeatures(rules, training.map(rowOf));
  onProgress(0.1);
  const target = training.map(({ price }) => Math.log(price));
  const trees = boost(tableOf(features, training.map(rowOf)), target, { ...BOOSTING, seed, objective: squared });
  onProgress(0.9);
  const onnx = priceOnnx(trees);
  const predicted = await pricesOf(onnx, { features: encodeRows(features, heldOut.map(rowOf)) });
  const paid = heldOut.map(({ price }) => price);
  // What somebody would say who only looks at the level of late.
  const baseline = heldOut.map(({ row }) => Number(row.recentOfVariant ?? row.recentOfSubject ?? 0));
  const past = sales.filter(({ sale }) => sale.date < holdOutFrom);
  const dates = training.map(({ date }) => date).sort();
  const written = manifest.parse({
    name: 'price',
    version,
    task: 'price',
    description:
      'What is usually paid for a hotel night (ADR) or by an adult for a departure, in major units of the currency, told when it is booked. ' +
      'With how demand answers to the price, it is what proposals are made from; never a price by itself.',
    ...tensors(features.length),
    features: [...features],
    preprocessing: {
      elasticity: {
        hotel: estimateElasticity(past.filter(({ sale }) => sale.kind === 'hotel')),
        product: estimateElasticity(past.filter(({ sale }) => sale.kind === 'product')),
      },
    },
    training: {
      rows: training.length,
      from: dates[0],
      until: dates.at(-1),
      hash: hashOf(training),
      trainer: `histogram boosting of log prices, ${trees.trees.length} trees, seed ${seed}`,
    },
    metrics: {
      rmse: rmse(predicted, paid),
      mae: mae(predicted, paid),
      baselineRmse: rmse(baseline, paid),
      baselineMae: mae(baseline, paid),
    },
    golden: [await goldenOf(onnx, features, heldOut)],
    licence: 'LicenseRef-proprietary',
  } satisfies Manifest | Record<string, unknown>);
  onProgress(1);
  const card = priceCard({ manifest: written, heldOut, predicted, importances: importances(trees) });
  return { onnx, manifest: written, card, holdOut: holdOutOf(heldOut) };
};

const rowOf = ({ row }: PricedRow): PricedRow['row'] => row;

const tensors = (features: number) => ({
  inputs: [{ name: 'features', type: 'float32' as const, shape: ['batch' as const, features] }],
  outputs: [{ name: 'adr', type: 'float32' as const, shape: ['batch' as const, 1] }],
});

/** `features` [batch, F] of float32 to `adr` [batch, 1]: the exponential of what the trees say. */
const priceOnnx = (trees: BoostedTrees): Uint8Array =>
  onnxModel({
    name: 'price',
    ...tensors(trees.features.length),
    nodes: [
      treeEnsembleNode({ ensembles: [trees], input: 'features', output: 'log_price' }),
      { op: 'Exp', inputs: ['log_price'], outputs: ['adr'] },
    ],
  });

const pricesOf = async (onnx: Uint8Array, inputs: Tensors): Promise<Float64Array> => {
  const session = await openLocalModel(onnx);
  try {
    const { data } = (await session.run(inputs)).adr ?? { data: new Float32Array() };
    return Float64Array.from({ length: data.length }, (_, row) => Number(data[row]));
  } finally {
    await session.close();
  }
};

/** Absolute error, in major units. */
const holdOutOf = (rows: readonly PricedRow[]): HoldOut => ({
  rows: rows.length,
  inputsFor: ({ inputs, features }) => {
    const known = rows[0]?.row ?? {};
    const input = inputs[0]?.name;
    if (inputs.length !== 1 || input === undefined || !features?.every(({ name }) => name in known)) return undefined;
    return { [input]: encodeRows(features, rows.map(rowOf)) };
  },
  lossOf: ({ adr }) => Float64Array.from(rows, ({ price }, row) => Math.abs(Number(adr?.data[row]) - price)),
});

/** JSON has no NaN: a missing number is 0 in a golden row, which is as good to compare on. */
const goldenOf = async (onnx: Uint8Array, features: readonly Feature[], rows: readonly PricedRow[]) => {
  const tensor = encodeRows(features, rows.slice(0, GOLDEN_ROWS).map(rowOf));
  const data = Float32Array.from({ length: tensor.data.length }, (_, at) => Number(tensor.data[at]) || 0);
  const adr = await pricesOf(onnx, { features: { ...tensor, data } });
  return {
    inputs: { features: { dims: [...tensor.dims], data: [...data] } },
    outputs: { adr: { dims: [adr.length, 1], data: [...adr] } },
    tolerance: 1e-3,
  };
};

const hashOf = (rows: readonly PricedRow[]): string => {
  const hash = createHash('sha256');
  for (const { row, price, date } of rows) hash.update(`${JSON.stringify([row, price, date])}\n`);
  return hash.digest('hex');
};
