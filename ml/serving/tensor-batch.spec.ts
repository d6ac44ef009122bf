import { describe, expect, it } from 'vitest';
import type { TensorSpec } from '../registry/manifest.ts';
import type { TensorData } from './model-client.ts';
import { canBatch, freeLengths, joinTensors, rowsOf, wrongLength } from './tensor-batch.ts';

const first: TensorSpec = { name: 'first', type: 'float32', shape: ['batch', 2] };
const second: TensorSpec = { name: 'second', type: 'int64', shape: [2, 'batch', -1] };
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

describe('requests put together', () => {
  const one = { first: float([1, 2], 1, 2), second: int([2, 1, 2], 1, 2, 3, 4) };
  const two = { first: float([2, 2], 3, 4, 5, 6), second: int([2, 2, 2], 11, 12, 13, 14, 15, 16, 17, 18) };
  const both = {
    first: float([3, 2], 1, 2, 3, 4, 5, 6),
    second: int([2, 3, 2], 1, 2, 11, 12, 13, 14, 3, 4, 15, 16, 17, 18),
  };

  it('are joined along the batch axis, wherever it is', () => {
    expect(joinTensors([first, second], [one, two])).toEqual(both);
  });

  it('get their own rows back', () => {
    expect(rowsOf([first, second], both, 0, 1)).toEqual(one);
    expect(rowsOf([first, second], both, 1, 2)).toEqual(two);
  });

  it('do not keep the memory of the batch alive', () => {
    expect(rowsOf([first], { first: both.first }, 0, 1).first?.data.buffer.byteLength).toBe(8);
  });

  it('go together only where free axes agree and every tensor has a batch axis', () => {
    expect(freeLengths([first, second], one)).toBe('2,');
    expect(canBatch([first, second])).toBe(true);
    expect(canBatch([first, { name: 'total', type: 'float32', shape: [1] }])).toBe(false);
  });

  it('are answered with as many rows as they asked for, or the answer is wrong', () => {
    expect(wrongLength([first], { first: both.first }, 3)).toBeUndefined();
    expect(wrongLength([first], { first: both.first }, 4)).toContain('first has the axes [3, 2] for 4 rows');
    expect(wrongLength([first], {}, 1)).toContain('no output first');
  });
});
