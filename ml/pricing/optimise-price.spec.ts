import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outsideRails } from '../../contracts/pricing/rails.ts';
import { anyRails } from '../../tests/pricing/any-rails.ts';
import { optimisePrice, type PriceQuestion } from './optimise-price.ts';

const question = (over: Partial<PriceQuestion> = {}): PriceQuestion => ({
  rails: { floor: 2_000, ceiling: 20_000, step: 100, maxChangePercent: 100, parity: [] },
  current: 5_000,
  dayBegan: 5_000,
  curve: { reference: 5_000, demand: 20, deviation: 5, elasticity: 1.25 },
  places: null,
  ...over,
});

const answered = (over: Partial<PriceQuestion> = {}) => {
  const answer = optimisePrice(question(over));
  if ('refused' in answer) throw new Error(answer.refused);
  return answer;
};

describe('the best price', () => {
  it('without a limit of places is the usual price over the elasticity', () => {
    expect(answered().proposed).toBe(4_000);
  });

  it('rises as places run out, and never falls for it', () => {
    const prices = [40, 20, 10, 5, 2].map((places) => answered({ places }).proposed);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    expect(prices.at(-1)).toBeGreaterThan(prices[0] ?? 0);
  });

  it('is the one of all in the range that brings most, however many there are', () => {
    const rails = { floor: 0, ceiling: 9_999, step: 1, maxChangePercent: 100, parity: [] };
    const { proposed, expected } = answered({ rails });
    expect(proposed).toBe(4_000);
    const all = answered({ rails: { ...rails, floor: 3_900, ceiling: 4_100 } });
    expect(all.expected.revenue).toBe(expected.revenue);
  });

  it('moves only where it pays whatever the true elasticity is', () => {
    const doubt = [0.4, 2.5];
    const unlimited = answered({ doubt });
    expect(unlimited.proposed).toBe(5_000);
    // With few places left, a higher price pays even if people are put off by it.
    const scarce = answered({ doubt, places: 4 });
    expect(scarce.proposed).toBeGreaterThan(5_000);
    expect(scarce.proposed).toBeLessThanOrEqual(answered({ places: 4 }).proposed);
    expect(scarce.leastGain).toBeGreaterThan(0);
    for (const elasticity of [0.4, 1.25, 2.5]) {
      const one = answered({ curve: { ...question().curve, elasticity }, places: 4 });
      const brings = one.curve.find(({ price }) => price >= scarce.proposed)?.revenue ?? 0;
      expect(brings).toBeGreaterThan(one.asItIs.revenue);
    }
  });

  it('stays where another would bring next to nothing more', () => {
    expect(answered({ current: 4_100, dayBegan: 4_100 }).proposed).toBe(4_100);
  });

  it('leaves a price that the rule no longer allows', () => {
    const rails = { ...question().rails, floor: 4_600 };
    expect(answered({ rails, current: 4_000, dayBegan: 4_000 }).proposed).toBe(4_600);
  });

  it('comes with a curve over the range, cheapest first, of few points', () => {
    const { curve, lowest, highest } = answered();
    expect(curve.map(({ price }) => price)).toEqual(curve.map(({ price }) => price).toSorted((a, b) => a - b));
    expect([curve[0]?.price, curve.at(-1)?.price]).toEqual([lowest, highest]);
    expect(curve.length).toBeLessThanOrEqual(22);
  });

  it('is not proposed where the rails leave nothing', () => {
    const rails = { ...question().rails, floor: 12_000 };
    expect(optimisePrice(question({ rails }))).toEqual({ refused: expect.stringContaining('the floor 12000') });
  });

  it.each([
    [{ curve: { ...question().curve, demand: Number.NaN } }, 'the demand'],
    [{ curve: { ...question().curve, reference: 0 } }, 'the usual price'],
    [{ curve: { ...question().curve, elasticity: 0 } }, 'how demand answers'],
    [{ doubt: [1, Number.NaN] }, 'how demand answers'],
    [{ current: Number.NaN }, 'the price as it is'],
    [{ places: -1 }, 'how many places are left'],
  ])('is not proposed without knowing: %o', (over, words) => {
    expect(optimisePrice(question(over))).toEqual({ refused: expect.stringContaining(words) });
  });

  it('is never outside of the rails, whatever the numbers are', () => {
    const amount = fc.integer({ min: 0, max: 10_000_000 });
    const number = fc.oneof(fc.double(), fc.double({ min: 0.01, max: 1_000_000, noNaN: true }));
    const any = fc.record({
      rails: anyRails(10_000_000),
      current: amount,
      dayBegan: amount,
      places: fc.oneof(fc.constant(null), fc.integer({ min: -5, max: 10_000 })),
      doubt: fc.array(number, { maxLength: 2 }),
      curve: fc.record({ reference: number, demand: number, deviation: number, elasticity: number }),
    });
    let proposed = 0;
    fc.assert(
      fc.property(any, (given) => {
        const answer = optimisePrice(given);
        if ('refused' in answer) return;
        proposed++;
        expect(outsideRails(given.rails, given.dayBegan, answer.proposed)).toBeUndefined();
        for (const { price } of answer.curve)
          expect(price >= answer.lowest && price <= answer.highest && price % given.rails.step === 0).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(proposed).toBeGreaterThan(10);
  });
});
