import { createHash } from 'node:crypto';
import { encodeRows, type FeatureRow } from '../features/encode-rows.ts';
import { type FeatureRule, learnFeatures, tableOf } from '../features/learn-features.ts';
import { importances } from '../learning/boosted-trees.ts';
import { auc, brier, logLoss } from '../learning/metrics.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { type Feature, manifest } from '../registry/manifest.ts';
import type { Tensors } from '../serving/model-client.ts';
import { type HoldOut, TooLittleDataError, type TrainedModel, type TrainOptions } from '../training/trainer.ts';
import { chanceCard } from './chance-card.ts';
import { type ChanceOptions, chanceOnnx, chanceTensors, learnChances } from './chance-model.ts';

/** A row with what became of it. */
export interface ChanceExample {
  readonly row: FeatureRow;
  /** 1: what the model tells the chance of has happened. */
  readonly outcome: 0 | 1;
  /** Local date by which past and hold-out are parted. */
  readonly date: string;
}

/** What is wanted of a model of chances beside its data. */
export interface ChanceTask {
  readonly name: 'cancellation' | 'churn';
  readonly rules: readonly FeatureRule[];
  readonly boosting: ChanceOptions;
  /** What it costs, in any unit, to act where nothing would have happened, and not to act where it does. */
  readonly costs: { readonly falseAlarm: number; readonly missed: number };
  /** Further constants of the manifest. */
  readonly preprocessing?: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly limits: string;
}

/** Rows in the order of `date`. Neither part has a date of the other. */
export interface ChanceSplit {
  readonly training: readonly ChanceExample[];
  readonly heldOut: readonly ChanceExample[];
}

const FEWEST_OF_EACH = 20;
const GOLDEN_ROWS = 5;

/** A chance from which on it costs less to act than not to (Elkan 2001, equation 2). */
const thresholdOf = ({ falseAlarm, missed }: ChanceTask['costs']): number => falseAlarm / (falseAlarm + missed);

/**
 * Trains a model of chances on the past and measures it on what came later.
 * @throws TooLittleDataError when either part has fewer than 20 rows of either outcome
 */
export const trainChances = async (
  { training, heldOut }: ChanceSplit,
  task: ChanceTask,
  { version, seed = 1, onProgress = () => {} }: TrainOptions,
): Promise<TrainedModel> => {
  for (const [part, examples] of Object.entries({ training, 'the hold-out': heldOut })) checkEnough(part, examples);
  const features = learnFeatures(task.rules, rowsOf(training));
  const table = tableOf(features, rowsOf(training));
  const target = training.map(({ outcome }) => outcome);
  onProgress(0.1);
  const model = learnChances(table, target, { ...task.boosting, seed });
  onProgress(0.9);
  const onnx = chanceOnnx(task.name, model);
  const held = holdOutOf(heldOut);
  const chances = await probabilities(onnx, { features: encodeRows(features, rowsOf(heldOut)) });
  const outcomes = heldOut.map(({ outcome }) => outcome);
  const rate = target.reduce<number>((sum, one) => sum + one, 0) / target.length;
  const baseline = new Float64Array(outcomes.length).fill(rate);
  const metrics = {
    auc: auc(chances, outcomes),
    logLoss: logLoss(chances, outcomes),
    brier: brier(chances, outcomes),
    baselineLogLoss: logLoss(baseline, outcomes),
    baselineBrier: brier(baseline, outcomes),
  };
  const threshold = thresholdOf(task.costs);
  const written = manifest.parse({
    name: task.name,
    version,
    task: task.name,
    description: task.description,
    ...chanceTensors(features.length),
    features: [...features],
    preprocessing: {
      ...task.preprocessing,
      threshold,
      costs: task.costs,
      calibration: { slope: model.slope, intercept: model.intercept },
    },
    training: {
      rows: training.length,
      from: training[0]?.date,
      until: training.at(-1)?.date,
      hash: hashOf(training),
      trainer: `histogram boosting, ${model.trees.trees.length} trees, seed ${seed}`,
    },
    metrics,
    golden: [await goldenOf(onnx, features, heldOut)],
    licence: 'LicenseRef-proprietary',
  });
  const card = chanceCard({
    task,
    manifest: written,
    heldOut: { rows: heldOut.length, from: heldOut[0]?.date ?? '', until: heldOut.at(-1)?.date ?? '' },
    chances,
    outcomes,
    importances: importances(model.trees),
  });
  onProgress(1);
  return { onnx, manifest: written, card, holdOut: held };
};

const rowsOf = (examples: readonly ChanceExample[]): readonly FeatureRow[] => examples.map(({ row }) => row);

const checkEnough = (part: string, examples: readonly ChanceExample[]): void => {
  const happened = examples.filter(({ outcome }) => outcome === 1).length;
  if (Math.min(happened, examples.length - happened) >= FEWEST_OF_EACH) return;
  throw new TooLittleDataError(
    `${part} needs ${FEWEST_OF_EACH} rows of either outcome; it has ${happened} where it happened among ${examples.length}`,
  );
};

const holdOutOf = (examples: readonly ChanceExample[]): HoldOut => ({
  rows: examples.length,
  inputsFor: ({ inputs, outputs, features }) => {
    const [input, ...others] = inputs;
    if (input === undefined || features === undefined || others.length > 0) return undefined;
    if (!outputs.some(({ name }) => name === 'probability')) return undefined;
    const known = examples[0]?.row ?? {};
    if (features.some(({ name }) => !(name in known))) return undefined;
    return { [input.name]: encodeRows(features, rowsOf(examples)) };
  },
  lossOf: ({ probability }) =>
    Float64Array.from(examples, ({ outcome }, row) => logLoss([Number(probability?.data[row])], [outcome])),
});

const probabilities = async (onnx: Uint8Array, inputs: Tensors): Promise<Float64Array> => {
  const session = await openLocalModel(onnx);
  try {
    const { probability } = await session.run(inputs);
    const { data } = probability ?? { data: new Float32Array() };
    return Float64Array.from({ length: data.length }, (_, row) => Number(data[row]));
  } finally {
    await session.close();
  }
};

/** JSON has no NaN: a missing number of a golden row is 0 instead, which is as good to compare outputs on. */
const goldenOf = async (onnx: Uint8Array, features: readonly Feature[], examples: readonly ChanceExample[]) => {
  const { dims, data } = encodeRows(features, rowsOf(examples.slice(0, GOLDEN_ROWS)));
  const inputs = Float32Array.from({ length: data.length }, (_, at) => Number(data[at]) || 0);
  const outputs = await probabilities(onnx, { features: { type: 'float32', dims, data: inputs } });
  return {
    inputs: { features: { dims: [...dims], data: [...inputs] } },
    outputs: { probability: { dims: [outputs.length, 1], data: [...outputs] } },
    tolerance: 1e-4,
  };
};

const hashOf = (examples: readonly ChanceExample[]): string => {
  const hash = createHash('sha256');
  for (const { row, outcome, date } of examples) hash.update(`${JSON.stringify([row, outcome, date])}\n`);
  return hash.digest('hex');
};
