import { describe, expect, it } from 'vitest';
import { checkContributions } from './rollup-cells.ts';

describe('contributions', () => {
  it('are integers, so that sums do not depend on the order', () => {
    const of = (amount: number) => [{ key: 'k', dimensions: {}, measures: { amount } }];
    expect(() => checkContributions(of(0.1))).toThrow('measure amount of cell k is not an integer: 0.1');
    expect(() => checkContributions(of(Number.NaN))).toThrow('not an integer');
    expect(() => checkContributions(of(2 ** 53))).toThrow('not an integer');
    expect(() => checkContributions(of(-3))).not.toThrow();
  });
});
