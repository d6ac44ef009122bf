import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { PartitionCheckpoint, PartitionsChangedError } from './partition-checkpoint.ts';
import type { Checkpoint } from './view-records.ts';

const saved = (...positions: readonly (readonly [partition: string | null, position: number])[]) =>
  new PartitionCheckpoint(positions.map(([partition, position]) => ({ build: 'x', partition, position })));
const at = (stream: string, position: number): RecordedEvent => ({
  id: `id-${position}`,
  type: 'booking.placed.v1',
  time: '2026-03-01T09:30:00.000Z',
  tenant: 'tenant-a',
  actor: 'user:somebody',
  correlationId: 'c',
  causationId: 'c',
  data: {},
  stream,
  revision: 0,
  position,
  recordedAt: '2026-03-01T09:30:00.000Z',
});
const put = (partition: string, position: number) => ({
  collection: 'view-checkpoints',
  id: `x:${partition}`,
  put: { build: 'x', partition, position },
});

describe('the checkpoint of a build', () => {
  it('has reached the least of its partitions, and never less than what came from the store', () => {
    expect(saved().reached).toBe(0);
    expect(saved([null, 10]).reached).toBe(10);
    expect(saved([null, 10], ['a', 30], ['b', 20]).reached).toBe(20);
    expect(saved([null, 10], ['a', 30], ['b', 5]).reached).toBe(10);
  });

  it('counts every partition that the bus has, also those of which nothing came yet', () => {
    const checkpoint = saved([null, 10]);
    checkpoint.hear(['a', 'b', 'c']);
    checkpoint.advance('a', 30);
    checkpoint.advance('b', 20);
    expect(checkpoint.reached).toBe(10);
    checkpoint.advance('c', 25);
    expect(checkpoint.reached).toBe(20);
    expect(checkpoint.furthest).toBe(30);
  });

  it('records all partitions as soon as they are known, so that other readers count them too', () => {
    const checkpoint = saved([null, 10]);
    checkpoint.hear(['a', 'b']);
    checkpoint.advance('a', 30);
    expect(checkpoint.takeUnsaved('x')).toEqual([put('a', 30), put('b', 0)]);
  });

  it('holds a partition that is added at the floor', () => {
    const checkpoint = saved([null, 10], ['a', 30]);
    checkpoint.hear(['a', 'b']);
    expect(checkpoint.partitions).toEqual(['a', 'b']);
    expect(checkpoint.reached).toBe(10);
  });

  it('counts partitions no more that the bus does not have', () => {
    const checkpoint = saved(['a', 30], ['b', 20]);
    checkpoint.hear(['a']);
    expect(checkpoint.reached).toBe(30);
    expect(checkpoint.takeUnsaved('x')).toEqual([{ collection: 'view-checkpoints', id: 'x:b', remove: true }]);
  });

  it('keeps what it holds when the bus becomes another one', () => {
    const checkpoint = saved([null, 10], ['log', 30]);
    checkpoint.hear(['a', 'b']);
    expect(checkpoint.reached).toBe(30);
    expect(checkpoint.of('a')).toBe(30);
    expect(() => saved(['a', 30], ['b', 20]).hear(['log'])).toThrow(PartitionsChangedError);
    const even = saved(['a', 30], ['b', 30]);
    even.hear(['log']);
    expect(even.of('log')).toBe(30);
  });

  it('takes the number of the only partition that there was once for all of it', () => {
    const stored: Checkpoint[] = JSON.parse(
      '[{"build":"x","partition":null,"position":10},{"build":"x","partition":0,"position":500}]',
    );
    const checkpoint = new PartitionCheckpoint(stored);
    expect(checkpoint.reached).toBe(500);
    checkpoint.hear(['log']);
    expect(checkpoint.of('log')).toBe(500);
    expect(checkpoint.partitions).toEqual(['log']);
  });

  it('tells which events of the event store came by the bus already, partition by partition', async () => {
    const checkpoint = saved([null, 10], ['a', 30], ['b', 20]);
    const partitionOf = async (stream: string) => stream.charAt(0);
    const events = [at('a1', 12), at('b1', 15), at('b1', 21), at('a1', 25), at('a2', 31), at('b2', 40)];
    expect(await checkpoint.lacking(events, partitionOf)).toEqual([at('b1', 21), at('a2', 31), at('b2', 40)]);
    await expect(checkpoint.lacking(events, async () => 'c')).rejects.toThrow(PartitionsChangedError);
    await expect(checkpoint.lacking(events, undefined)).rejects.toThrow('which partition a1 is on');
    expect(await saved([null, 10], ['log', 30]).lacking(events, undefined)).toEqual([at('a2', 31), at('b2', 40)]);
    expect(await saved([null, 10]).lacking(events, undefined)).toEqual(events);
  });

  it('never goes back', () => {
    const checkpoint = saved(['a', 30]);
    checkpoint.advance('a', 20);
    expect(checkpoint.of('a')).toBe(30);
    expect(checkpoint.takeUnsaved('x')).toEqual([]);
  });

  it('gives out once what has advanced and was not saved with documents', () => {
    const checkpoint = saved(['a', 30], ['b', 30]);
    checkpoint.advance('a', 40);
    checkpoint.advance('b', 50);
    checkpoint.saved('b');
    expect(checkpoint.takeUnsaved('x')).toEqual([put('a', 40)]);
    expect(checkpoint.takeUnsaved('x')).toEqual([]);
  });
});
