import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../learning/seeded-random.ts';
import { languageDirections } from './language-directions.ts';

describe('what tells the language', () => {
  it('is found as the directions along which translations differ, and as the mean of all', () => {
    const random = seededRandom(1);
    // What is meant lies along the first two axes; the language moves along the last, a little noise along all.
    const meanings = Array.from({ length: 200 }, () => [random() * 4, random() * 4]);
    const spoken = (shift: number) =>
      meanings.map(([a = 0, b = 0]) => Float32Array.from([a, b, shift].map((value) => value + random() * 0.01)));
    const { mean, directions } = languageDirections([spoken(-1), spoken(3)], 1);
    expect(directions).toHaveLength(1);
    expect(Math.abs(directions[0]?.[2] ?? 0)).toBeCloseTo(1, 3);
    expect(mean[2]).toBeCloseTo(1, 1);
  });
});
