import { describe, expect, it } from 'vitest';
import { PartitionCheckpoint } from './partition-checkpoint.ts';

const saved = (...positions: readonly (readonly [partition: string | null, position: number])[]) =>
  new PartitionCheckpoint(positions.map(([partition, position]) => ({ build: 'b', partition, position })));

describe('the checkpoint of a build', () => {
  it('has reached the least of its partitions, and never less than what came from the store', () => {
    expect(saved().reached).toBe(0);
    expect(saved([null, 10]).reached).toBe(10);
    expect(saved([null, 10], [0, 30], [1, 20]).reached).toBe(20);
    expect(saved([null, 10], [0, 30], [1, 5]).reached).toBe(10);
  });

  it('holds a partition that is heard of for the first time at the floor', () => {
    const checkpoint = saved([null, 10], [0, 30]);
    checkpoint.advance(1, 10);
    expect(checkpoint.partitions).toEqual([0, 1]);
    expect(checkpoint.reached).toBe(10);
  });

  it('never goes back', () => {
    const checkpoint = saved([0, 30]);
    checkpoint.advance(0, 20);
    expect(checkpoint.of(0)).toBe(30);
    expect(checkpoint.takeUnsaved('b')).toEqual([]);
  });

  it('gives out once what has advanced and was not saved with documents', () => {
    const checkpoint = saved([0, 30], [1, 30]);
    checkpoint.advance(0, 40);
    checkpoint.advance(1, 50);
    checkpoint.saved(1);
    expect(checkpoint.takeUnsaved('b')).toEqual([
      { collection: 'view-checkpoints', id: 'b:0', put: { build: 'b', partition: 0, position: 40 } },
    ]);
    expect(checkpoint.takeUnsaved('b')).toEqual([]);
  });
});
