import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pricing } from '../events/bookings.ts';
import { price } from '../events/catalogue.ts';
import type { ProductView } from '../views/product.ts';
import { adjustedAmount, priceOf, sumPricing } from './pricing.ts';

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

describe('a price of a departure that is sold at a price of its own', () => {
  const product = {
    prices: {
      o1: [
        price.parse({
          unitId: 'adult',
          original: 1_000,
          retail: 1_000,
          net: 800,
          includedTaxes: [{ name: 'IVA', original: 60, retail: 60, net: 48 }],
        }),
        price.parse({ unitId: 'child', original: 600, retail: 499 }),
      ],
    },
  } as unknown as ProductView;

  it('is the price that was accepted, for an adult; the others follow in proportion', () => {
    const dearer = { price: 1_250, listPrice: 1_000 };
    expect(priceOf(product, 'o1', 'adult', dearer)).toMatchObject({
      original: 1_250,
      retail: 1_250,
      net: 1_000,
      includedTaxes: [{ name: 'IVA', original: 75, retail: 75, net: 60 }],
    });
    expect(priceOf(product, 'o1', 'child', dearer)).toMatchObject({ original: 624, retail: 624, net: null });
  });

  it('that is lower keeps the price before the discount beside it', () => {
    expect(priceOf(product, 'o1', 'adult', { price: 900, listPrice: 1_000 })).toMatchObject({
      original: 1_000,
      retail: 900,
      net: 720,
    });
  });

  it('is the list price without one, and none where the list has none', () => {
    expect(priceOf(product, 'o1', 'adult', null)).toEqual(product.prices.o1?.[0]);
    expect(priceOf(product, 'o1', 'senior', { price: 1, listPrice: 2 })).toBeUndefined();
  });

  it('is exactly what was accepted, whatever the amounts, as long as the list stays', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 0, max: 10_000_000 }),
        (list, accepted) => {
          expect(adjustedAmount(list, { price: accepted, listPrice: list })).toBe(accepted);
        },
      ),
    );
  });
});
