import { describe, expect, it } from 'vitest';
import { seededRandom } from '../learning/seeded-random.ts';
import { compareLosses } from './paired-bootstrap.ts';

const noisy = (count: number, mean: number, seed: number): Float64Array => {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => mean + random() - 0.5);
};

describe('two models on the same rows', () => {
  it('are told apart when one is worse on most rows', () => {
    const live = noisy(2_000, 1, 1);
    const worse = live.map((loss) => loss + 0.1);
    expect(compareLosses(worse, live)).toMatchObject({ verdict: 'worse', gain: expect.closeTo(-0.1) });
    expect(compareLosses(live, worse)).toMatchObject({ verdict: 'better', gain: expect.closeTo(0.1) });
  });

  it('are not told apart by noise alone', () => {
    const verdicts = Array.from(
      { length: 20 },
      (_, seed) => compareLosses(noisy(500, 1, seed * 2), noisy(500, 1, seed * 2 + 1)).verdict,
    );
    // At 95 %, one in twenty is expected to be taken for a difference.
    expect(verdicts.filter((verdict) => verdict !== 'not-worse').length).toBeLessThanOrEqual(4);
  });

  it('are the same where they are', () => {
    const losses = noisy(100, 1, 1);
    expect(compareLosses(losses, losses)).toEqual({ gain: 0, lower: 0, upper: 0, verdict: 'not-worse' });
  });

  it('can’t be compared on other rows', () => {
    expect(() => compareLosses([1], [1, 2])).toThrow('1 of the candidate, 2 of the live version');
    expect(() => compareLosses([], [])).toThrow(RangeError);
  });
});
