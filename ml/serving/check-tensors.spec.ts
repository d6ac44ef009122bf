import { describe, expect, it } from 'vitest';
import type { Manifest } from '../registry/manifest.ts';
import { checkTensors } from './check-tensors.ts';
import { InvalidTensorError, type TensorData } from './model-client.ts';

const manifest = {
  name: 'price',
  version: '1.0.0',
  inputs: [
    { name: 'features', type: 'float32', shape: ['batch', 2] },
    { name: 'ids', type: 'int64', shape: ['batch', -1] },
  ],
  features: [
    { name: 'nights', kind: 'number', unit: 'nights' },
    { name: 'lead', kind: 'number', unit: 'days', missing: 'NaN' },
  ],
} as unknown as Manifest;

const float = (dims: number[], ...data: number[]): TensorData => ({
  type: 'float32',
  dims,
  data: Float32Array.from(data),
});
const int = (dims: number[], ...data: number[]): TensorData => ({
  type: 'int64',
  dims,
  data: BigInt64Array.from(data, BigInt),
});
const ids = int([1, 3], 1, 2, 3);

const problem = (tensors: Record<string, TensorData>, most = 10): string => {
  try {
    checkTensors(manifest, tensors, most);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidTensorError);
    return (error as Error).message;
  }
  return 'none';
};

describe('tensors against the manifest', () => {
  it('tells the rows of those that fit, whatever the length of a free axis', () => {
    expect(checkTensors(manifest, { features: float([2, 2], 1, 2, 3, 4), ids: int([2, 1], 1, 2) }, 10)).toBe(2);
    expect(checkTensors(manifest, { features: float([1, 2], 1, 2), ids }, 10)).toBe(1);
  });

  it('lets a missing value through where the feature says that it is NaN', () => {
    expect(problem({ features: float([1, 2], 1, Number.NaN), ids })).toBe('none');
  });

  it.each<[string, Record<string, TensorData>, string]>([
    [
      'a missing input',
      { features: float([1, 2], 1, 2) },
      'the input ids must be a tensor int64[batch, -1], not nothing',
    ],
    [
      'an unknown input',
      { features: float([1, 2], 1, 2), ids, more: ids },
      'price 1.0.0 has no input more; it takes features, ids',
    ],
    [
      'another type',
      { features: int([1, 2], 1, 2), ids },
      'the input features must be a tensor float32[batch, 2], not int64[1, 2]',
    ],
    [
      'another length of an axis',
      { features: float([1, 3], 1, 2, 3), ids },
      'must be a tensor float32[batch, 2], not float32[1, 3]',
    ],
    ['another number of axes', { features: float([2], 1, 2), ids }, 'not float32[2]'],
    [
      'fewer values than its axes say',
      { features: float([2, 2], 1, 2, 3), ids },
      'the input features must be of 4 values by its axes float32[2, 2], not 3',
    ],
    [
      'data of another type',
      { features: { ...ids, type: 'float32', dims: [1, 2] }, ids },
      'must be of float32 data, not BigInt64Array',
    ],
    [
      'inputs that differ in rows',
      { features: float([2, 2], 1, 2, 3, 4), ids },
      'the input ids must be 2 rows like the inputs before it, not 1',
    ],
    ['no rows', { features: float([0, 2]), ids: int([0, 1]) }, 'the input features must be 1 to 10 rows, not 0'],
    [
      'too many rows',
      { features: float([11, 2], ...Array(22).fill(1)), ids: int([11, 1], ...Array(11).fill(1)) },
      '1 to 10 rows, not 11',
    ],
    [
      'NaN where nothing may be missing',
      { features: float([1, 2], Number.NaN, 1), ids },
      'of finite numbers, not NaN (row 0, feature nights)',
    ],
    [
      'an infinity',
      { features: float([2, 2], 1, 1, 1, -Infinity), ids: int([2, 1], 1, 2) },
      'not -Infinity (row 1, feature lead)',
    ],
  ])('refuses %s', (_what, tensors, message) => {
    expect(problem(tensors)).toContain(message);
  });
});
