import { describe, expect, it } from 'vitest';
import { auc, brier, logLoss, mae, rmse } from './metrics.ts';

describe('how good scores are', () => {
  it('is, as AUC, the chance that a one scores above a zero', () => {
    expect(auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
    expect(auc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(auc([4, 3, 2, 1], [0, 0, 1, 1])).toBe(0);
  });

  it('counts ties half', () => {
    expect(auc([1, 1, 1, 1], [0, 1, 0, 1])).toBe(0.5);
    expect(auc([1, 2, 2, 3], [0, 0, 1, 1])).toBe(0.875);
  });

  it('is not a number where one class is missing', () => {
    expect(auc([1, 2], [1, 1])).toBeNaN();
  });

  it('is, as log-loss, how surprising the outcomes are', () => {
    expect(logLoss([0.5, 0.5], [0, 1])).toBeCloseTo(Math.LN2);
    expect(logLoss([0.9, 0.2], [1, 0])).toBeCloseTo(-(Math.log(0.9) + Math.log(0.8)) / 2);
    expect(logLoss([0], [1])).toBeCloseTo(-Math.log(1e-15));
  });

  it('is, as errors, the distance to the outcome', () => {
    expect(brier([0.9, 0.4], [1, 0])).toBeCloseTo((0.01 + 0.16) / 2);
    expect(rmse([1, 2, 5], [1, 2, 1])).toBeCloseTo(Math.sqrt(16 / 3));
    expect(mae([1, 2, 5], [1, 4, 1])).toBe(2);
  });
});
