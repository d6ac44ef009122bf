import { describe, expect, it } from 'vitest';
import { sampleOf, seededRandom } from './seeded-random.ts';

describe('seeded chance', () => {
  it('is the same for the same seed and even over its range', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => Array.from({ length: 10_000 }, seededRandom(seed)));
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    const mean = (one ?? []).reduce((sum, value) => sum + value, 0) / 10_000;
    expect(mean).toBeGreaterThan(0.48);
    expect(mean).toBeLessThan(0.52);
    expect((one ?? []).every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it('draws as many numbers as wanted, each once, in order, and all alike often', () => {
    const random = seededRandom(1);
    const counts = new Int32Array(10);
    for (let draw = 0; draw < 5_000; draw++) {
      const sample = sampleOf(10, 3, random);
      expect([...sample]).toEqual([...new Set(sample)].sort((a, b) => a - b));
      for (const one of sample) counts[one] = (counts[one] ?? 0) + 1;
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(15_000);
    expect(Math.min(...counts)).toBeGreaterThan(1_350);
    expect(Math.max(...counts)).toBeLessThan(1_650);
  });

  it('draws all where more are wanted than there are', () => {
    expect([...sampleOf(3, 9, seededRandom(1))]).toEqual([0, 1, 2]);
  });
});
