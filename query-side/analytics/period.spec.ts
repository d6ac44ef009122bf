import { describe, expect, it } from 'vitest';
import { rollupOf } from './analytics-query.ts';
import { dateOrMonth, isWholeMonths, periodOf } from './period.ts';

describe('a period', () => {
  it.each([
    ['2016-02', '2016-02', { from: '2016-02-01', to: '2016-02-29' }, true],
    ['2015-07-01', '2017-08-31', { from: '2015-07-01', to: '2017-08-31' }, true],
    [undefined, '2015-12', { from: undefined, to: '2015-12-31' }, true],
    [undefined, undefined, { from: undefined, to: undefined }, true],
    ['2016-02-02', undefined, { from: '2016-02-02', to: undefined }, false],
    ['2016-02', '2016-02-28', { from: '2016-02-01', to: '2016-02-28' }, false],
  ])('from %s to %s', (from, to, period, whole) => {
    expect(periodOf(from, to)).toEqual(period);
    expect(isWholeMonths(periodOf(from, to))).toBe(whole);
  });

  it('is read from the monthly cells where nobody asks for days', () => {
    const whole = periodOf('2016-02', '2016-03');
    expect(rollupOf({ by: ['month', 'channel'] }, whole)).toBe('monthly');
    expect(rollupOf({ by: ['day'] }, whole)).toBe('daily');
    expect(rollupOf({ by: ['month'] }, periodOf('2016-02-02', '2016-03'))).toBe('daily');
  });

  it('does not begin on a day that is none', () => {
    for (const none of ['2015-02-29', '2016-00', '2016-7', '16-07-01'])
      expect(dateOrMonth.safeParse(none).success).toBe(false);
  });
});
