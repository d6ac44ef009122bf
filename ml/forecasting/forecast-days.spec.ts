import { describe, expect, it } from 'vitest';
import type { DemandMeasure } from '../../contracts/features/demand-facts.ts';
import { dateOf, dayNumber } from './day-number.ts';
import { DemandLedger } from './demand-ledger.ts';
import { forecastDays, seasonalNaiveDays } from './forecast-days.ts';
import { type SubjectAt, subjectAt } from './subject-at.ts';

const origin = dayNumber('2026-05-31');

/** Booked 10 a day, 30 on Saturdays, for so many days up to the origin; and what else is known. */
const productAt = (
  days: number,
  known: readonly (readonly [measure: DemandMeasure, ahead: number, amount: number])[] = [],
): SubjectAt => {
  const ledger = new DemandLedger('product', 'p');
  for (let back = 0; back < days; back++) {
    const date = dateOf(origin - back);
    const amount = new Date(date).getUTCDay() === 6 ? 30 : 10;
    ledger.add({ date, measure: 'booked', lead: 3, amount });
  }
  for (const [measure, ahead, amount] of known) ledger.add({ date: dateOf(origin + ahead), measure, lead: 90, amount });
  const at = subjectAt(ledger, origin);
  if (at === undefined) throw new Error('the product has no past');
  return at;
};

const wide = { quantiles: [2, 5, 10, 20, 40], mean: 12 };

describe('the days of a forecast', () => {
  it('are told in order, with the mean inside the interval', () => {
    const [day] = forecastDays(productAt(100), [{ quantiles: [40, 5, 10, 20, -3], mean: 55 }]);
    expect(day).toEqual({ date: '2026-06-01', lower95: 0, lower80: 5, upper80: 20, upper95: 40, mean: 20 });
  });

  it('expect nobody on a day without a departure, as far as departures are planned', () => {
    const at = productAt(100, [
      ['departures', 1, 1],
      ['capacity', 1, 100],
      ['departures', 3, 1],
      ['capacity', 3, 100],
    ]);
    const [open, closed, , notPlanned] = forecastDays(at, [wide, wide, wide, wide]);
    expect(open).toMatchObject({ mean: 12, upper95: 40 });
    expect(closed).toEqual({ date: '2026-06-02', mean: 0, lower80: 0, upper80: 0, lower95: 0, upper95: 0 });
    expect(notPlanned).toMatchObject({ mean: 12, upper95: 40 });
  });

  it('expect nobody beyond the seats, but those who are booked already, and all where there is no limit', () => {
    const seats = (...more: Parameters<typeof productAt>[1] & object) =>
      forecastDays(productAt(100, [['departures', 1, 1], ...more]), [wide])[0];
    expect(seats(['capacity', 1, 8])).toMatchObject({ lower80: 5, mean: 8, upper80: 8, upper95: 8 });
    expect(seats(['capacity', 1, 8], ['booked', 1, 15])).toMatchObject({ upper80: 15, upper95: 15 });
    expect(seats(['unlimited', 1, 1])).toMatchObject({ upper95: 40 });
  });
});

describe('the fallback', () => {
  it('is the last same weekday again, less sure the farther ahead', () => {
    const days = forecastDays(productAt(100), seasonalNaiveDays(productAt(100)));
    expect(days).toHaveLength(90);
    for (const { date, mean } of days) expect(mean, date).toBe(new Date(date).getUTCDay() === 6 ? 30 : 10);
    const noisy = productAt(100);
    noisy.values.forEach((value, at) => {
      noisy.values[at] = value + (at % 3);
    });
    const [first, last] = [seasonalNaiveDays(noisy)[0], seasonalNaiveDays(noisy)[89]];
    const width = (of: typeof first): number => (of?.quantiles[4] ?? 0) - (of?.quantiles[0] ?? 0);
    expect(width(last)).toBeGreaterThan(width(first));
  });

  it('is sure of little where there are few days', () => {
    const [day] = forecastDays(productAt(3), seasonalNaiveDays(productAt(3)));
    expect(day?.mean).toBeGreaterThan(0);
    expect(day?.upper95).toBeGreaterThan(1.5 * (day?.mean ?? 0));
  });
});

describe('a subject without much of a past', () => {
  const category = Float64Array.from({ length: 400 }, (_, at) => (at % 7 === 0 ? 12 : 6));

  it('borrows that of its category when it is new', () => {
    const at = subjectAt(new DemandLedger('product', 'new'), origin, () => category);
    expect(at?.ownDays).toBe(0);
    expect(Array.from(at?.values ?? [])).toEqual(Array.from(category));
  });

  it('is put at its own level as soon as it shows one', () => {
    const ledger = new DemandLedger('product', 'new');
    for (let back = 0; back < 42; back++)
      ledger.add({ date: dateOf(origin - back), measure: 'booked', lead: 2, amount: 2 * (category[399 - back] ?? 0) });
    const at = subjectAt(ledger, origin, () => category);
    expect(at?.ownDays).toBe(42);
    // Three parts of its own level, twice that of the category, to one of the category's.
    expect((at?.values[0] ?? 0) / (category[0] ?? 1)).toBeCloseTo(1.75, 1);
  });

  it('is not known at all without a category', () => {
    expect(subjectAt(new DemandLedger('product', 'new'), origin)).toBeUndefined();
  });

  it('of which nothing was ever sold for long is expected to sell next to nothing', () => {
    const ledger = new DemandLedger('product', 'quiet');
    ledger.add({ date: dateOf(origin - 200), measure: 'booked', lead: 2, amount: 1 });
    const at = subjectAt(ledger, origin);
    expect(at?.scale).toBe(0.05);
    expect(at?.trend.at(origin + 5)).toBeLessThan(0.1);
  });
});
