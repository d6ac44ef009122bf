import { describe, expect, it } from 'vitest';
import { demandAt, expectedSales, revenueAt } from './demand-curve.ts';

const curve = { reference: 100, demand: 12, deviation: 0, elasticity: 1.2 };

describe('a demand curve', () => {
  it('gives the expected demand at the usual price, with the given elasticity there', () => {
    expect(demandAt(curve, 100)).toBe(12);
    const relative = demandAt(curve, 101) / demandAt(curve, 100) - 1;
    expect(relative).toBeCloseTo(-0.012, 3);
  });
});

describe('expected sales', () => {
  it('are the demand where places are not limited, and never more than either', () => {
    expect(expectedSales(12, 3, null)).toBe(12);
    expect(expectedSales(12, 3, 1_000)).toBeCloseTo(12, 6);
    expect(expectedSales(12, 3, 0)).toBe(0);
    for (const places of [1, 5, 12, 20]) {
      expect(expectedSales(12, 3, places)).toBeLessThanOrEqual(Math.min(12, places));
      expect(expectedSales(12, 3, places)).toBeGreaterThan(0);
    }
  });

  it('are what a normal demand sells in the mean', () => {
    // E[min(N, 12)] of N(12, 3) = 12 - 3 / sqrt(2 pi)
    expect(expectedSales(12, 3, 12)).toBeCloseTo(12 - 3 / Math.sqrt(2 * Math.PI), 6);
  });

  it('of a certain demand are the smaller of the two', () => {
    expect([expectedSales(12, 0, 5), expectedSales(3, 0, 5)]).toEqual([5, 3]);
  });

  it('vary with the demand: a price that halves it halves what is uncertain', () => {
    const unsure = { ...curve, demand: 100, deviation: 40 };
    const point = revenueAt(unsure, 100, 100);
    expect(point.demand).toBeCloseTo(100 - 40 / Math.sqrt(2 * Math.PI), 4);
    expect(point.revenue).toBe(100 * point.demand);
    expect(revenueAt({ ...curve, demand: 0 }, 10, 100)).toEqual({ price: 100, demand: 0, revenue: 0 });
  });
});
