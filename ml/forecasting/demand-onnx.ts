import { type BoostedTrees, scoresOf, type Tree, type TreeNode } from '../learning/boosted-trees.ts';
import type { Table } from '../learning/table.ts';
import { treeEnsembleNode } from '../onnx/boosted-trees-onnx.ts';
import { type OnnxNode, onnxModel } from '../onnx/onnx-model.ts';
import type { TensorSpec } from '../registry/manifest.ts';
import { LEVELS } from './conformal.ts';
import { correctionsOf, type ErrorBand, type Forecaster, LEAST_ERROR, NEAR_HORIZON } from './train-forecaster.ts';

/** Shares of the mean day, as the features are: LEVELS of the demand of the day, and its mean. */
export const DEMAND_OUTPUTS: readonly TensorSpec[] = [
  { name: 'quantiles', type: 'float32', shape: ['batch', LEVELS.length] },
  { name: 'mean', type: 'float32', shape: ['batch', 1] },
];

/** @returns the input of a demand model with so many features */
export const demandInput = (width: number): TensorSpec => ({
  name: 'features',
  type: 'float32',
  shape: ['batch', width],
});

/**
 * A forecaster as ONNX: everything that it says follows from a row of features, so that whoever serves it needs no constants.
 * quantiles = max(0, seasonalTrend + correction + error x band of the horizon).
 */
export const demandOnnx = (forecaster: Forecaster): Uint8Array => {
  const { features, near, far, error } = forecaster;
  const ensembles = [near, far, error, ...bandTrees(forecaster)];
  const columnOf = (wanted: string): number => features.findIndex(({ name }) => name === wanted);
  const pick = (name: string, columns: readonly number[]) => ({
    name,
    dims: [columns.length],
    data: BigInt64Array.from(columns, BigInt),
  });
  const bands = [...LEVELS, 'mean'].map((_, at) => at);
  const nodes: readonly OnnxNode[] = [
    treeEnsembleNode({ ensembles, input: 'features', output: 'scores' }),
    columns('features', 'base_column', 'base'),
    columns('features', 'horizon_column', 'horizon'),
    columns('scores', 'near_column', 'near'),
    columns('scores', 'far_column', 'far'),
    { op: 'LessOrEqual', inputs: ['horizon', 'near_horizon'], outputs: ['is_near'] },
    { op: 'Where', inputs: ['is_near', 'near', 'far'], outputs: ['correction'] },
    columns('scores', 'error_column', 'expected_error'),
    columns('scores', 'band_columns', 'bands'),
    { op: 'Add', inputs: ['base', 'correction'], outputs: ['middle'] },
    { op: 'Max', inputs: ['expected_error', 'least_error'], outputs: ['unit'] },
    { op: 'Mul', inputs: ['unit', 'bands'], outputs: ['around'] },
    { op: 'Add', inputs: ['middle', 'around'], outputs: ['sums'] },
    { op: 'Relu', inputs: ['sums'], outputs: ['all'] },
    columns('all', 'quantile_columns', 'quantiles'),
    columns('all', 'mean_column', 'mean'),
  ];
  return onnxModel({
    name: 'demand',
    inputs: [demandInput(features.length)],
    outputs: DEMAND_OUTPUTS,
    nodes,
    initializers: [
      pick('base_column', [columnOf('seasonalTrend')]),
      pick('horizon_column', [columnOf('horizon')]),
      pick('near_column', [0]),
      pick('far_column', [1]),
      pick('error_column', [2]),
      { name: 'near_horizon', dims: [1], data: Float32Array.of(NEAR_HORIZON) },
      pick(
        'band_columns',
        bands.map((at) => at + 3),
      ),
      pick('quantile_columns', bands.slice(0, LEVELS.length)),
      pick('mean_column', [LEVELS.length]),
      { name: 'least_error', dims: [1], data: Float32Array.of(LEAST_ERROR) },
    ],
  });
};

const columns = (from: string, which: string, to: string): OnnxNode => ({
  op: 'Gather',
  inputs: [from, which],
  outputs: [to],
  attributes: { axis: { int: 1 } },
});

/** The bands as trees that split on the horizon alone, one for each level and one for the mean. */
const bandTrees = ({ features, bands }: Forecaster): readonly BoostedTrees[] => {
  const horizon = features.findIndex(({ name }) => name === 'horizon');
  const names = features.map(({ name }) => name);
  const treeOf = (stepOf: (band: ErrorBand) => number): BoostedTrees => ({
    features: names,
    base: 0,
    trees: [
      stepTree(
        bands.map((band) => ({ upTo: band.upTo, value: stepOf(band) })),
        horizon,
      ),
    ],
  });
  return [...LEVELS.map((_, level) => treeOf(({ quantiles }) => quantiles[level] ?? 0)), treeOf(({ mean }) => mean)];
};

/** Left: a step's leaf; right: the next step. */
const stepTree = (steps: readonly { readonly upTo: number; readonly value: number }[], feature: number): Tree => {
  const nodes: TreeNode[] = [];
  steps.forEach(({ upTo, value }, at) => {
    const leaf = { value, rows: 0 };
    if (at === steps.length - 1) nodes.push(leaf);
    else {
      const here = nodes.length;
      const common = { feature, categories: undefined, missingLeft: false, gain: 0 };
      nodes.push({ ...common, threshold: upTo + 0.5, left: here + 1, right: here + 2 }, leaf);
    }
  });
  return nodes;
};

/** What the forecaster says of rows, by its own trees: the yardstick of its ONNX form. Row by row LEVELS, then the mean. */
export const forecastsOf = (forecaster: Forecaster, table: Table): readonly (readonly number[])[] => {
  const corrections = correctionsOf(forecaster, table);
  const errors = scoresOf(forecaster.error, table);
  const bands = bandTrees(forecaster).map((trees) => scoresOf(trees, table));
  const base = table.columns.find(({ name }) => name === 'seasonalTrend')?.values;
  return Array.from({ length: table.rows }, (_, row) => {
    const middle = (base?.[row] ?? 0) + (corrections[row] ?? 0);
    const unit = Math.max(LEAST_ERROR, errors[row] ?? 0);
    return bands.map((scores) => Math.max(0, middle + unit * (scores[row] ?? 0)));
  });
};
