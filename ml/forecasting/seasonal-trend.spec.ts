import { describe, expect, it } from 'vitest';
import { dayNumber, weekdayOf, yearPhase } from './day-number.ts';
import { longForecast } from './long-forecast.ts';
import { fitSeasonalTrend } from './seasonal-trend.ts';

const last = dayNumber('2025-12-31');

/** Rises by 10 a year, has a summer and busy Saturdays. */
const truth = (day: number): number =>
  100 + ((day - last) / 365.25) * 10 - 30 * Math.cos(2 * Math.PI * yearPhase(day)) + (weekdayOf(day) === 5 ? 20 : 0);

const valuesOf = (days: number, of = truth): Float64Array =>
  Float64Array.from({ length: days }, (_, at) => of(last - days + 1 + at));

describe('trend and season', () => {
  it('are found again, and go on', () => {
    const trend = fitSeasonalTrend({ last, values: valuesOf(1_100) });
    for (const day of [last - 400, last, last + 30, last + 200])
      expect(Math.abs(trend.at(day) - truth(day)), `day ${day - last}`).toBeLessThan(6);
  });

  it('are not thrown by a few days that are unlike all others, nor by gaps', () => {
    const values = valuesOf(1_100);
    for (let at = 50; at < 1_100; at += 97) values[at] = 5_000;
    values.fill(Number.NaN, 300, 330);
    const trend = fitSeasonalTrend({ last, values });
    expect(Math.abs(trend.at(last + 30) - truth(last + 30))).toBeLessThan(12);
  });

  it('add up from their parts', () => {
    const trend = fitSeasonalTrend({ last, values: valuesOf(800) });
    const { level, season, weekday } = trend.parts(last + 9);
    expect(level + season + weekday).toBeCloseTo(trend.at(last + 9), 9);
  });

  it('of nothing but zeros are zero', () => {
    expect(fitSeasonalTrend({ last, values: new Float64Array(100) }).at(last + 5)).toBeCloseTo(0, 9);
  });

  it('of no values at all are refused', () => {
    expect(() => fitSeasonalTrend({ last, values: new Float64Array(9).fill(Number.NaN) })).toThrow(RangeError);
  });
});

describe('a forecast of a year', () => {
  it('follows the season, with wider bands for the rarer level', () => {
    const noisy = (day: number): number => truth(day) + 8 * Math.sin(day * day);
    const days = longForecast({ last, values: valuesOf(1_500, noisy) }, 365);
    expect(days).toHaveLength(365);
    const inside = days.filter(
      ({ day, quantiles }) => noisy(day) >= (quantiles[1] ?? 0) && noisy(day) <= (quantiles[3] ?? 0),
    );
    expect(inside.length / days.length).toBeGreaterThan(0.6);
    for (const { quantiles } of days) expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
  });

  it('needs two years and what it looks ahead', () => {
    expect(() => longForecast({ last, values: valuesOf(900) }, 365)).toThrow('1095 days of history; there are 900');
  });
});
