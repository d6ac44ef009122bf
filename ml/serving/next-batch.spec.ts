import { describe, expect, it } from 'vitest';
import type { Manifest, TensorSpec } from '../registry/manifest.ts';
import { BatchSizes } from './batch-sizes.ts';
import { nextBatch } from './next-batch.ts';
import { type Priority, RequestQueue, type Waiting } from './request-queue.ts';

const spec = (name: string): TensorSpec => ({ name, type: 'float32', shape: ['batch', 1] });

const waiting = (directory: string, rows: number, priority: Priority = 'interactive', waited = 0): Waiting => ({
  version: {
    version: '1.0.0',
    directory,
    manifest: { inputs: [spec('in')], outputs: [spec('out')] } as unknown as Manifest,
  },
  inputs: { in: { type: 'float32', dims: [rows, 1], data: new Float32Array(rows) } },
  rows,
  priority,
  since: performance.now() - waited,
  alone: false,
});

describe('the next batch', () => {
  const limits = { batchMs: 20, batchRows: 1_000, batchWaitMs: 1_000 };
  const plan = (requests: readonly Waiting[], sent: readonly Priority[] = [], isHalfOpen = false) => {
    const queue = new RequestQueue<Waiting>();
    for (const request of requests) queue.add(request);
    const sizes = new BatchSizes(limits);
    const next = nextBatch({
      queue,
      sizes,
      sent: sent.map((priority) => ({ priority })),
      workers: 2,
      isHalfOpen,
      limits,
    });
    if (next === undefined || 'waitMs' in next) return next === undefined ? 'nothing' : 'waits';
    const taken = queue.take(next.group, next.rows);
    return { model: next.group.version.directory, rows: taken.map(({ rows }) => rows) };
  };
  const both: readonly Priority[] = ['interactive', 'interactive'];

  it('is one request alone, at once, while a worker is idle', () => {
    expect(plan([waiting('a', 1)])).toEqual({ model: 'a', rows: [1] });
    expect(plan([waiting('a', 1)], ['interactive'])).toEqual({ model: 'a', rows: [1] });
  });

  it('gathers for a while when all workers are busy, unless there is enough', () => {
    expect(plan([waiting('a', 1)], both)).toBe('waits');
    expect(plan([waiting('a', 1, 'interactive', 2_000)], both)).toEqual({ model: 'a', rows: [1] });
    expect(
      plan(
        Array.from({ length: 8 }, () => waiting('a', 1)),
        both,
      ),
    ).toMatchObject({ rows: Array(8).fill(1) });
  });

  it('leaves its share to the other workers', () => {
    const requests = Array.from({ length: 40 }, () => waiting('a', 1));
    expect(plan(requests)).toMatchObject({ rows: Array(10).fill(1) });
  });

  it('keeps the rows of a request together, also of one that is larger than a batch', () => {
    expect(plan([waiting('a', 5_000), waiting('a', 1)])).toEqual({ model: 'a', rows: [5_000] });
    expect(plan([waiting('a', 7), waiting('a', 9)])).toEqual({ model: 'a', rows: [7] });
  });

  it('is of the model whose request has waited longest, and interactive before backfill', () => {
    expect(plan([waiting('b', 1), waiting('a', 1, 'interactive', 50)])).toMatchObject({ model: 'a' });
    expect(plan([waiting('a', 1, 'backfill', 50), waiting('b', 1)])).toMatchObject({ model: 'b' });
  });

  it('is no backfill while something interactive waits, and none beyond one batch ahead', () => {
    const full: readonly Priority[] = Array(4).fill('interactive');
    expect(plan([waiting('a', 1, 'backfill', 5_000), waiting('b', 1)], full)).toBe('nothing');
    const ahead: readonly Priority[] = Array(3).fill('backfill');
    expect(plan([waiting('a', 100, 'backfill')], ahead.slice(1))).toMatchObject({ model: 'a' });
    expect(plan([waiting('a', 100, 'backfill')], ahead)).toBe('nothing');
    expect(plan([waiting('b', 100)], ahead)).toMatchObject({ model: 'b' });
  });

  it('is one at a time while the process is on trial', () => {
    expect(plan([waiting('a', 1)], [], true)).toMatchObject({ model: 'a' });
    expect(plan([waiting('a', 1)], ['interactive'], true)).toBe('nothing');
  });
});

describe('the size of a batch', () => {
  it('is what the model runs in the time a batch may take, as far as is known', () => {
    const sizes = new BatchSizes({ batchMs: 20, batchRows: 1_000 });
    expect(sizes.most('new')).toBe(64);
    sizes.ran('fast', 100, 1);
    expect(sizes.most('fast')).toBe(1_000);
    sizes.ran('slow', 4, 40);
    expect(sizes.most('slow')).toBe(2);
    for (let run = 0; run < 50; run++) sizes.ran('slow', 2, 100);
    expect(sizes.most('slow')).toBe(1);
  });
});
