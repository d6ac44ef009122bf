import { describe, expect, it } from 'vitest';
import { dayNumber } from './day-number.ts';
import { holidayCalendar, sourceMarkets } from './holiday-calendar.ts';

describe('the markets that guests come from', () => {
  it('are the larger ones by share, whichever ISO code tells them; what is no country counts in the whole', () => {
    const markets = sourceMarkets(
      new Map([
        ['PRT', 50],
        ['GB', 20],
        ['GBR', 20],
        ['unknown', 9],
        ['FRA', 1],
      ]),
    );
    expect(markets).toEqual([
      { country: 'PT', share: 0.5 },
      { country: 'GB', share: 0.4 },
    ]);
  });

  it('are none where nobody told a country', () => {
    expect(sourceMarkets(new Map())).toEqual([]);
  });
});

describe('holidays', () => {
  const calendar = holidayCalendar([
    { country: 'PT', share: 0.5 },
    { country: 'GB', share: 0.3 },
  ]);

  it('weigh as much as the guests who have them', () => {
    expect(calendar.share(dayNumber('2026-12-25'))).toBeCloseTo(0.8, 9);
    expect(calendar.share(dayNumber('2026-06-10'))).toBeCloseTo(0.5, 9);
    expect(calendar.share(dayNumber('2026-06-16'))).toBe(0);
  });

  it('move with Easter', () => {
    expect(calendar.share(dayNumber('2026-04-03'))).toBeGreaterThan(0);
    expect(calendar.share(dayNumber('2027-03-26'))).toBeGreaterThan(0);
    expect(calendar.share(dayNumber('2027-04-03'))).toBe(0);
  });

  it('have names with their countries', () => {
    expect(calendar.names(dayNumber('2026-12-25'))).toEqual(['Christmas Day (PT, GB)']);
  });
});
