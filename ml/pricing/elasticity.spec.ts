import { describe, expect, it } from 'vitest';
import { type SoldPrice, toAnybody } from '../../contracts/features/price-features.ts';
import { addDays } from '../../contracts/local-date.ts';
import { seededRandom } from '../learning/seeded-random.ts';
import { elasticityIn, estimateElasticity } from './elasticity.ts';
import type { PastSales } from './sold-prices.ts';

const sale = (bookedOn: string, date: string, price: number): SoldPrice => ({
  ...toAnybody,
  kind: 'product',
  subject: 'boat',
  variant: 'standard',
  bookedOn,
  date,
  price,
  nights: 0,
  adults: 2,
  channel: null,
});

/** Two years of weekly departures, whose price at each lead time was drawn by lot: an experiment. */
const experiment = (elasticity: number): PastSales => {
  const random = seededRandom(3);
  return Array.from({ length: 104 }, (_, week) => addDays('2024-01-01', 7 * week))
    .flatMap((date, week) =>
      [3, 10, 20, 40].flatMap((lead) => {
        const price = 50 * Math.exp(0.6 * (random() - 0.5));
        const season = 40 + 20 * Math.sin(week / 8);
        const count = Math.round(season * (price / 50) ** -elasticity * (0.95 + 0.1 * random()));
        return Array.from({ length: count }, () => ({ sale: sale(addDays(date, -lead), date, price), isLost: false }));
      }),
    )
    .sort((a, b) => (a.sale.bookedOn < b.sale.bookedOn ? -1 : 1));
};

describe('the elasticity of demand', () => {
  it('is the prior where nothing was sold, or too little', () => {
    const unknown = estimateElasticity([]);
    expect(unknown).toMatchObject({ value: 1.146, estimate: null, standardError: null, cells: 0 });
    expect(estimateElasticity(experiment(2).slice(0, 50)).value).toBe(1.146);
  });

  it.each([0.6, 1.4, 2.5])('of prices that were drawn by lot is found: %f', (truth) => {
    const { estimate, value, lower, upper } = estimateElasticity(experiment(truth));
    expect(estimate).toBeCloseTo(truth, 1);
    // Drawn towards the prior, because nobody knows that it was by lot.
    expect(Math.abs(value - 1.146)).toBeLessThan(Math.abs((estimate ?? 0) - 1.146));
    expect(lower).toBeLessThan(value);
    expect(upper).toBeGreaterThan(value);
  });

  it('is not told from prices that never moved', () => {
    const still = experiment(1).map(({ sale: one }) => ({ sale: { ...one, price: 50 }, isLost: false }));
    expect(estimateElasticity(still)).toMatchObject({ value: 1.146, estimate: null });
  });

  it('of a model that tells none, or nonsense, is the prior', () => {
    const told = { value: 2, lower: 1, upper: 3, estimate: null, standardError: null, cells: 0 };
    expect(elasticityIn({ preprocessing: { elasticity: { hotel: told } } }, 'hotel').value).toBe(2);
    expect(elasticityIn({ preprocessing: { elasticity: { hotel: told } } }, 'product').value).toBe(1.146);
    expect(elasticityIn({ preprocessing: { elasticity: { hotel: { ...told, value: -1 } } } }, 'hotel').value).toBe(
      1.146,
    );
  });
});
