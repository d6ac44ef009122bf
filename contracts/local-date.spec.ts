import { describe, expect, it } from 'vitest';
import { addDays, daysBetween } from './local-date.ts';

describe('local dates', () => {
  it('are counted over months, years and leap days', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2028-03-01', -1)).toBe('2028-02-29');
    expect(daysBetween('2026-12-31', '2027-01-01')).toBe(1);
    expect(daysBetween('2028-03-01', '2028-02-28')).toBe(-2);
  });

  it('know no daylight-saving time', () => {
    expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
    expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2);
  });

  it('refuse what is no date', () => {
    expect(() => addDays('tomorrow', 1)).toThrow(RangeError);
  });
});
