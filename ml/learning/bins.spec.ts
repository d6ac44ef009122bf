import { describe, expect, it } from 'vitest';
import { binTable } from './bins.ts';
import type { Column } from './table.ts';

const numbers = (...values: number[]): Column => ({ name: 'x', kind: 'number', values: Float32Array.from(values) });
const categories = (...values: number[]): Column => ({
  name: 'c',
  kind: 'category',
  values: Float32Array.from(values),
});
const tableOf = (...columns: Column[]) => ({ rows: columns[0]?.values.length ?? 0, columns });

describe('the bins of a table', () => {
  it('give every number its own while there are few, in their order, and the missing ones bin 0', () => {
    const { bins } = binTable(tableOf(numbers(3, 1, Number.NaN, 2, 1)));
    expect(bins[0]).toEqual(Uint8Array.of(3, 1, 0, 2, 1));
  });

  it('hold about equally many of many numbers', () => {
    const { bins, rules } = binTable(tableOf(numbers(...Array.from({ length: 10_000 }, (_, row) => row ** 3))));
    const counts = new Map<number, number>();
    for (const bin of bins[0] ?? []) counts.set(bin, (counts.get(bin) ?? 0) + 1);
    expect(rules[0]?.bins).toBeLessThanOrEqual(256);
    expect(counts.size).toBeGreaterThan(200);
    expect(Math.max(...counts.values())).toBeLessThan(100);
  });

  it('give frequent categories their own; rare, unlisted and unknown ones share bin 0', () => {
    const often = Array.from({ length: 12 }, () => 4);
    const less = Array.from({ length: 10 }, () => 2);
    const { bins, rules } = binTable(tableOf(categories(...often, ...less, 7, -1, Number.NaN)));
    expect([...(rules[0]?.codes ?? [])]).toEqual([4, 2]);
    expect([...(bins[0] ?? [])].slice(-3)).toEqual([0, 0, 0]);
    expect(bins[0]?.[0]).toBe(1);
    expect(bins[0]?.[12]).toBe(2);
  });
});
