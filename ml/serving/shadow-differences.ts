import type { TensorData, Tensors } from './model-client.ts';

/**
 * How far the outputs of two versions are apart, for each that both have in one shape: the mean absolute difference; of whole
 * numbers, which are ids, the share that is not equal.
 */
export const outputDifferences = (one: Tensors, other: Tensors): readonly (readonly [output: string, by: number])[] =>
  Object.entries(one).flatMap(([name, tensor]) => {
    const beside = other[name];
    return beside === undefined || String(beside.dims) !== String(tensor.dims)
      ? []
      : [[name, difference(tensor.data, beside.data)] as const];
  });

const difference = (one: TensorData['data'], other: TensorData['data']): number => {
  let sum = 0;
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at], other[at]];
    if (typeof a === 'number' && typeof b === 'number') sum += Math.abs(a - b);
    else if (a !== b) sum += 1;
  }
  return one.length === 0 ? 0 : sum / one.length;
};
