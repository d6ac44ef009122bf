import { describe, expect, it } from 'vitest';
import { conformal } from './conformal.ts';

const errors = (from: number, to: number, weight = 1) =>
  Array.from({ length: to - from + 1 }, (_, at) => ({ error: from + at, weight }));

describe('a bound made of past errors', () => {
  it('leaves as many outside as it says', () => {
    const sorted = errors(-50, 49);
    expect(sorted.filter(({ error }) => error <= conformal(sorted, 0.9))).toHaveLength(91);
    expect(sorted.filter(({ error }) => error >= conformal(sorted, 0.1))).toHaveLength(91);
  });

  it('heeds more what counts more', () => {
    const calm = errors(-5, 5, 10);
    const wild = errors(20, 30, 0.1);
    expect(conformal([...calm, ...wild], 0.9)).toBeLessThanOrEqual(5);
    expect(conformal([...calm, ...errors(20, 30, 10)], 0.9)).toBeGreaterThanOrEqual(28);
  });

  it('takes the farthest error where there are too few for the level, and keeps to its side of the median', () => {
    expect(conformal(errors(1, 4), 0.975)).toBe(4);
    expect(conformal(errors(1, 4), 0.025)).toBe(0);
    expect(conformal([], 0.9)).toBe(0);
  });
});
