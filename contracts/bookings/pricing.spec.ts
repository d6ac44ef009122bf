import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pricing } from '../events/bookings.ts';
import { sumPricing } from './pricing.ts';

const part = (retail: number, net: number | null, tax: string): Pricing => ({
  original: retail + 100,
  retail,
  net,
  currency: 'EUR',
  includedTaxes: [{ name: tax, original: 6, retail: 5, net: net === null ? null : 4 }],
});

describe('a total', () => {
  it('adds up amounts, and taxes by their name', () => {
    expect(sumPricing([part(1000, 800, 'IVA'), part(500, 400, 'IVA'), part(250, 200, 'City')], 'EUR')).toEqual({
      original: 2050,
      retail: 1750,
      net: 1400,
      currency: 'EUR',
      includedTaxes: [
        { name: 'IVA', original: 12, retail: 10, net: 8 },
        { name: 'City', original: 6, retail: 5, net: 4 },
      ],
    });
  });

  it('knows no net when one part has none', () => {
    const { net, includedTaxes } = sumPricing([part(1000, 800, 'IVA'), part(500, null, 'IVA')], 'EUR');
    expect(net).toBeNull();
    expect(includedTaxes[0]?.net).toBeNull();
  });

  it('of nothing is zero', () => {
    expect(sumPricing([], 'EUR')).toEqual({ original: 0, retail: 0, net: 0, currency: 'EUR', includedTaxes: [] });
  });

  it('leaves its parts as they were, and is the same in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e6)), { maxLength: 20 }), (amounts) => {
        const parts = amounts.map(([retail, net]) => part(retail, net, 'IVA'));
        const before = structuredClone(parts);
        expect(sumPricing(parts, 'EUR')).toEqual(sumPricing(parts.toReversed(), 'EUR'));
        expect(parts).toEqual(before);
      }),
    );
  });
});
