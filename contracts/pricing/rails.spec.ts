import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRails } from '../../tests/pricing/any-rails.ts';
import { outsideRails, priceRangeOf, type Rails } from './rails.ts';

const rails = (over: Partial<Rails> = {}): Rails => ({
  floor: 3_000,
  ceiling: 7_000,
  step: 50,
  maxChangePercent: 10,
  parity: [],
  ...over,
});

describe('the rails of a rule', () => {
  it('leave what is between floor and ceiling and within a day of the price', () => {
    expect(priceRangeOf(rails(), 5_000)).toEqual({ lowest: 4_500, highest: 5_500 });
    expect(priceRangeOf(rails(), 3_100)).toEqual({ lowest: 3_000, highest: 3_400 });
    expect(priceRangeOf(rails(), 6_900)).toEqual({ lowest: 6_250, highest: 7_000 });
  });

  it('keep to other channels, on either side', () => {
    const parity: Rails['parity'] = [
      { channel: 'desk', price: 5_210, rule: 'not-over' },
      { channel: 'portal', price: 4_890, rule: 'not-under' },
    ];
    expect(priceRangeOf(rails({ parity }), 5_000)).toEqual({ lowest: 4_900, highest: 5_200 });
  });

  it.each([
    [{ floor: 6_000 }, 'the floor 6000 is above the most that a change of 10 % a day from 5000 allows'],
    [{ ceiling: 4_000 }, 'the least that a change of 10 % a day from 5000 allows is above the ceiling 4000'],
    [
      { parity: [{ channel: 'desk', price: 4_000, rule: 'not-over' as const }] },
      'the least that a change of 10 % a day from 5000 allows is above the price 4000 of desk',
    ],
    [{ step: 3_000 }, 'no multiple of the step 3000 lies between'],
  ])('that leave nothing say so: %o', (over, words) => {
    const range = priceRangeOf(rails(over), 5_000);
    expect('refused' in range && range.refused).toContain(words);
  });

  it.each([
    [4_450, '4450 is below 4500'],
    [5_550, '5550 is above 5500'],
    [5_025, '5025 is no multiple of the step 50'],
  ])('refuse %i, and say why', (price, words) => {
    expect(outsideRails(rails(), 5_000, price)).toContain(words);
    expect(outsideRails(rails(), 5_000, 5_050)).toBeUndefined();
  });

  it('of any numbers: both ends of the range keep every rail', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 });
    let left = 0;
    fc.assert(
      fc.property(anyRails(1_000_000), amount, (given, from) => {
        const range = priceRangeOf(given, from);
        if ('refused' in range) {
          expect(range.refused).not.toBe('');
          return;
        }
        left++;
        for (const price of [range.lowest, range.highest]) {
          expect(price).toBeGreaterThanOrEqual(given.floor);
          expect(price).toBeLessThanOrEqual(given.ceiling);
          expect(price % given.step).toBe(0);
          expect(Math.abs(price - from) * 100).toBeLessThanOrEqual(from * given.maxChangePercent);
          for (const one of given.parity)
            expect(one.rule === 'not-under' ? price >= one.price : price <= one.price).toBe(true);
          expect(outsideRails(given, from, price)).toBeUndefined();
        }
        expect(outsideRails(given, from, range.lowest - given.step)).toBeDefined();
        expect(outsideRails(given, from, range.highest + given.step)).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
    expect(left).toBeGreaterThan(10);
  });
});
