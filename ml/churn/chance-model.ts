import { type BoostedTrees, scoresOf } from '../learning/boosted-trees.ts';
import { type BoostingOptions, boost } from '../learning/boosting.ts';
import { logistic, sigmoid } from '../learning/objectives.ts';
import { type Table, takeRows } from '../learning/table.ts';
import { treeEnsembleNode } from '../onnx/boosted-trees-onnx.ts';
import { onnxModel } from '../onnx/onnx-model.ts';

/** The chance that something happens: the log-odds of trees, straightened by a line (Platt 1999). */
export interface ChanceModel {
  readonly trees: BoostedTrees;
  readonly slope: number;
  readonly intercept: number;
}

export type ChanceOptions = Omit<BoostingOptions, 'objective' | 'validation'>;

/** Share of the rows, the last ones, that trees are calibrated on before they are grown again on all. */
const CALIBRATION_SHARE = 0.2;

/**
 * Learns calibrated chances. The line is fitted on later rows than the trees have seen, as it will be when they serve; then
 * trees are grown again on all rows.
 * @param table rows in the order of time
 * @param target 0 or 1 a row
 */
export const learnChances = (table: Table, target: readonly number[], options: ChanceOptions): ChanceModel => {
  const earlier = Math.round(table.rows * (1 - CALIBRATION_SHARE));
  const rows = Array.from(target.keys());
  const first = boost(takeRows(table, rows.slice(0, earlier)), target.slice(0, earlier), {
    ...options,
    objective: logistic,
  });
  const line = plattLine(scoresOf(first, takeRows(table, rows.slice(earlier))), target.slice(earlier));
  return { trees: boost(table, target, { ...options, objective: logistic }), ...line };
};

interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** How strongly the line is pulled towards the log-odds as they are, in rows. */
const PULL = 1;

/**
 * Slope and intercept that make log-odds fit outcomes best, by Newton's method on the log-likelihood, each step halved until it
 * gains something: of trees that are far too sure, whole steps lead away. A weak pull towards the line (1, 0) gives outcomes that
 * are told apart for certain a best line too.
 */
const plattLine = (scores: Float64Array, target: readonly number[]): Line => {
  let line: Line = { slope: 1, intercept: 0 };
  let loss = lossOf(line, scores, target);
  for (let round = 0; round < 50; round++) {
    const step = newtonStep(line, scores, target);
    let share = 1;
    let next = stepped(line, step, share);
    let nextLoss = lossOf(next, scores, target);
    while (nextLoss > loss && share > 1e-6) {
      share /= 2;
      next = stepped(line, step, share);
      nextLoss = lossOf(next, scores, target);
    }
    if (!(loss - nextLoss > 1e-9 * loss)) break;
    line = next;
    loss = nextLoss;
  }
  return line;
};

const stepped = ({ slope, intercept }: Line, step: Line, share: number): Line => ({
  slope: slope - share * step.slope,
  intercept: intercept - share * step.intercept,
});

const lossOf = ({ slope, intercept }: Line, scores: Float64Array, target: readonly number[]): number =>
  logistic.loss(
    scores.map((score) => slope * score + intercept),
    target,
  ) *
    target.length +
  (PULL / 2) * ((slope - 1) ** 2 + intercept ** 2);

/** The inverse Hessian times the gradient, both of the loss. */
const newtonStep = ({ slope, intercept }: Line, scores: Float64Array, target: readonly number[]): Line => {
  let [ofSlope, ofIntercept, slopeTwice, both, interceptTwice] = [PULL * (slope - 1), PULL * intercept, PULL, 0, PULL];
  scores.forEach((score, row) => {
    const chance = sigmoid(slope * score + intercept);
    const weight = chance * (1 - chance);
    const error = chance - (target[row] ?? 0);
    ofSlope += error * score;
    ofIntercept += error;
    slopeTwice += weight * score * score;
    both += weight * score;
    interceptTwice += weight;
  });
  const determinant = slopeTwice * interceptTwice - both * both;
  return {
    slope: (interceptTwice * ofSlope - both * ofIntercept) / determinant,
    intercept: (slopeTwice * ofIntercept - both * ofSlope) / determinant,
  };
};

/** The model as ONNX: `features` [batch, F] of float32 to `probability` [batch, 1]. */
export const chanceOnnx = (name: string, { trees, slope, intercept }: ChanceModel): Uint8Array =>
  onnxModel({
    name,
    ...chanceTensors(trees.features.length),
    nodes: [
      treeEnsembleNode({ ensembles: [trees], input: 'features', output: 'score' }),
      { op: 'Mul', inputs: ['score', 'slope'], outputs: ['sloped'] },
      { op: 'Add', inputs: ['sloped', 'intercept'], outputs: ['log_odds'] },
      { op: 'Sigmoid', inputs: ['log_odds'], outputs: ['probability'] },
    ],
    initializers: [
      { name: 'slope', dims: [1], data: Float32Array.of(slope) },
      { name: 'intercept', dims: [1], data: Float32Array.of(intercept) },
    ],
  });

/** Inputs and outputs of such a model, as graph and manifest tell them. */
export const chanceTensors = (features: number) => ({
  inputs: [{ name: 'features', type: 'float32' as const, shape: ['batch' as const, features] }],
  outputs: [{ name: 'probability', type: 'float32' as const, shape: ['batch' as const, 1] }],
});
