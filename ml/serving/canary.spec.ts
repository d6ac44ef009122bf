import { describe, expect, it } from 'vitest';
import { goesToCanary } from './canary.ts';

describe('the canary', () => {
  const keys = Array.from({ length: 10_000 }, (_, number) => `tenant-1:customer-${number}`);
  const chosen = (share: number, model = 'price') => keys.filter((key) => goesToCanary(model, key, share));

  it.each([0.01, 0.1, 0.5, 0.9])('gets about its share of keys: %d', (share) => {
    // Four standard deviations of a binomial.
    const margin = 4 * Math.sqrt(keys.length * share * (1 - share));
    expect(Math.abs(chosen(share).length - keys.length * share)).toBeLessThan(margin);
  });

  it('gets none of nothing and all of everything', () => {
    expect(chosen(0)).toEqual([]);
    expect(chosen(1)).toEqual(keys);
  });

  it('keeps its keys as its share grows', () => {
    const later = new Set(chosen(0.3));
    expect(chosen(0.1).every((key) => later.has(key))).toBe(true);
  });

  it('has other keys for another model', () => {
    expect(chosen(0.5, 'churn')).not.toEqual(chosen(0.5));
  });
});
