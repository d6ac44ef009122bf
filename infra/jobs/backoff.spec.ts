import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

describe('backoff', () => {
  it('doubles from a second to five minutes', () => {
    expect([1, 2, 3, 4, 8, 9, 10, 60, 5_000].map((attempt) => backoffMs(attempt, 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 128_000, 256_000, 300_000, 300_000, 300_000,
    ]);
  });
  it('is up to a fifth shorter by chance', () => {
    expect(backoffMs(1, 1)).toBe(800);
    expect(backoffMs(60, 0.5)).toBe(270_000);
  });
});
