import { describe, expect, it } from 'vitest';
import { aDeparture, aProduct } from '../../tests/query-side/travel-fixtures.ts';
import { type AvailabilityAsked, toOctoAvailabilities, toOctoCalendarDay } from './octo-availability.ts';

const product = aProduct();
const [option] = product.options;
if (option === undefined) throw new Error('the product has no option');
const asked: AvailabilityAsked = {
  product,
  option,
  units: new Map([['adult', 2]]),
  capabilities: new Set(['octo/pricing']) as AvailabilityAsked['capabilities'],
  locale: 'en',
  now: '2026-06-15T12:00:00.000Z',
};
const plain = aDeparture({ id: 'plain' });
const cheap = aDeparture({ id: 'cheap', adjustment: { price: 2_000, listPrice: 2_500, proposalId: null } });
const dear = aDeparture({ id: 'dear', adjustment: { price: 3_000, listPrice: 2_500, proposalId: null } });

describe('availability of departures with prices of their own', () => {
  it('shows each at its price, of a unit and of the party', () => {
    const shown = toOctoAvailabilities([plain, cheap, dear], asked);
    const adults = shown.map(({ unitPricing }) => unitPricing?.find(({ unitId }) => unitId === 'adult')?.retail);
    expect(adults).toEqual([2_500, 2_000, 3_000]);
    expect(shown.map(({ pricing }) => pricing?.retail)).toEqual([5_000, 4_000, 6_000]);
  });

  it('starts a day of the calendar at the cheapest that can be booked', () => {
    const from = (...departures: Parameters<typeof toOctoCalendarDay>[1]) =>
      toOctoCalendarDay('2026-07-01', departures, asked).pricingFrom?.retail;
    expect(from(plain, cheap, dear)).toBe(4_000);
    expect(from(dear)).toBe(6_000);
    expect(from(plain, { ...cheap, closedReason: 'storm' }, { ...cheap, vacancies: 0 })).toBe(5_000);
    expect(from()).toBe(5_000);
  });
});
