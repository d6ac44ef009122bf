import { onnxModel } from '../onnx/onnx-model.ts';
import type { TensorSpec } from '../registry/manifest.ts';
import type { ItemWeights } from './learn-item-weights.ts';

/** Products that the model ranks at most. */
const TOP = 100;
/** Added to the score of an excluded product: it comes after all others. */
const EXCLUDED = -1e30;

/** What a list of `size` products is ranked to. */
export const topOf = (size: number): number => Math.min(TOP, size);

/** Inputs of a recommender of `size` products. In `items` and `exclude` the index `size` is padding. */
export const recommenderInputs = (size: number): TensorSpec[] => [
  { name: 'items', type: 'int64', shape: ['batch', -1] },
  { name: 'weights', type: 'float32', shape: ['batch', -1] },
  { name: 'exclude', type: 'int64', shape: ['batch', -1] },
  { name: 'demand', type: 'float32', shape: ['batch', size] },
];

/** Outputs: a score of every product, excluded or not; and the best that are not excluded, best first. */
export const recommenderOutputs = (size: number): TensorSpec[] => [
  { name: 'scores', type: 'float32', shape: ['batch', size] },
  { name: 'top_scores', type: 'float32', shape: ['batch', topOf(size)] },
  { name: 'top_items', type: 'int64', shape: ['batch', topOf(size)] },
];

/**
 * Item weights as ONNX. A history of h products adds h rows of the sparse weights into an empty row of scores
 * (ScatterElements, opset 16), so a request costs what its history is long, not what the catalogue is large.
 */
export const recommenderOnnx = (weights: ItemWeights): Uint8Array => {
  const { size } = weights;
  const width = longestRow(weights);
  const neighbours = new Int32Array((size + 1) * width).fill(size);
  const strengths = new Float32Array((size + 1) * width);
  for (let row = 0; row < size; row++) {
    const from = weights.starts[row] ?? 0;
    const to = weights.starts[row + 1] ?? 0;
    neighbours.set(weights.columns.subarray(from, to), row * width);
    strengths.set(weights.values.subarray(from, to), row * width);
  }
  const int64 = (name: string, ...values: number[]) => ({
    name,
    dims: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
  return onnxModel({
    name: 'recommendation',
    inputs: recommenderInputs(size),
    outputs: recommenderOutputs(size),
    initializers: [
      { name: 'neighbours', dims: [size + 1, width], data: neighbours },
      { name: 'strengths', dims: [size + 1, width], data: strengths },
      int64('zero', 0),
      int64('one', 1),
      int64('two', 2),
      int64('size', size),
      int64('padded', size + 1),
      int64('flat', 0, -1),
      int64('top', topOf(size)),
      { name: 'excluded', dims: [1], data: Float32Array.of(EXCLUDED) },
    ],
    nodes: [
      { op: 'Shape', inputs: ['items'], outputs: ['items_shape'] },
      { op: 'Slice', inputs: ['items_shape', 'zero', 'one'], outputs: ['rows'] },
      { op: 'Concat', inputs: ['rows', 'padded'], outputs: ['empty_shape'], attributes: { axis: { int: 0 } } },
      { op: 'ConstantOfShape', inputs: ['empty_shape'], outputs: ['empty'] },

      { op: 'Gather', inputs: ['neighbours', 'items'], outputs: ['targets'] },
      { op: 'Gather', inputs: ['strengths', 'items'], outputs: ['said'] },
      { op: 'Unsqueeze', inputs: ['weights', 'two'], outputs: ['weight_of_each'] },
      { op: 'Mul', inputs: ['said', 'weight_of_each'], outputs: ['weighted'] },
      { op: 'Reshape', inputs: ['targets', 'flat'], outputs: ['flat_targets'] },
      { op: 'Reshape', inputs: ['weighted', 'flat'], outputs: ['flat_weighted'] },
      {
        op: 'ScatterElements',
        inputs: ['empty', 'flat_targets', 'flat_weighted'],
        outputs: ['padded_sums'],
        attributes: { axis: { int: 1 }, reduction: { string: 'add' } },
      },
      { op: 'Slice', inputs: ['padded_sums', 'zero', 'size', 'one'], outputs: ['sums'] },
      { op: 'Mul', inputs: ['sums', 'demand'], outputs: ['scores'] },

      { op: 'Shape', inputs: ['exclude'], outputs: ['exclude_shape'] },
      { op: 'Expand', inputs: ['excluded', 'exclude_shape'], outputs: ['excluded_of_each'] },
      {
        op: 'ScatterElements',
        inputs: ['empty', 'exclude', 'excluded_of_each'],
        outputs: ['padded_mask'],
        attributes: { axis: { int: 1 } },
      },
      { op: 'Slice', inputs: ['padded_mask', 'zero', 'size', 'one'], outputs: ['mask'] },
      { op: 'Add', inputs: ['scores', 'mask'], outputs: ['masked'] },
      { op: 'TopK', inputs: ['masked', 'top'], outputs: ['top_scores', 'top_items'], attributes: { axis: { int: 1 } } },
    ],
  });
};

const longestRow = ({ size, starts }: ItemWeights): number => {
  let longest = 1;
  for (let row = 0; row < size; row++) longest = Math.max(longest, (starts[row + 1] ?? 0) - (starts[row] ?? 0));
  return longest;
};

/** Whether a score of `top_scores` is that of an excluded product: fewer than asked for were left. */
export const isExcluded = (score: number): boolean => score <= EXCLUDED / 2;
