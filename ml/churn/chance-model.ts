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

/**
 * Slope and intercept that make log-odds fit outcomes best, by Newton's method on the log-likelihood with a weak pull
 * towards the line as it is (1, 0), without which few rows that are told apart for certain would have no best line.
 */
const plattLine = (
  scores: ArrayLike<number>,
  target: readonly number[],
): { readonly slope: number; readonly intercept: number } => {
  const pull = 1;
  let slope = 1;
  let intercept = 0;
  for (let step = 0; step < 30; step++) {
    let [ofSlope, ofIntercept, slopeTwice, both, interceptTwice] = [
      pull * (slope - 1),
      pull * intercept,
      pull,
      0,
      pull,
    ];
    for (let row = 0; row < target.length; row++) {
      const score = scores[row] ?? 0;
      const chance = sigmoid(slope * score + intercept);
      const weight = chance * (1 - chance);
      const error = chance - (target[row] ?? 0);
      ofSlope += error * score;
      ofIntercept += error;
      slopeTwice += weight * score * score;
      both += weight * score;
      interceptTwice += weight;
    }
    const determinant = slopeTwice * interceptTwice - both * both;
    const slopeStep = (interceptTwice * ofSlope - both * ofIntercept) / determinant;
    const interceptStep = (slopeTwice * ofIntercept - both * ofSlope) / determinant;
    slope -= slopeStep;
    intercept -= interceptStep;
    if (Math.abs(slopeStep) + Math.abs(interceptStep) < 1e-9) break;
  }
  return { slope, intercept };
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
