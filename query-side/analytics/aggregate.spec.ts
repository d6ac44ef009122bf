import { describe, expect, it } from 'vitest';
import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import { Aggregation, TooManyRowsError } from './aggregate.ts';

const cell = (over: Partial<AnalyticsCell>): AnalyticsCell => ({
  tenant: 'acme',
  source: 'stays',
  subjectId: 'h1',
  subjectName: 'Old name',
  period: '2016-07-01',
  channel: 'Direct',
  country: 'PRT',
  currency: 'EUR',
  bookings: 2,
  arrivals: 1,
  cancellations: 1,
  noShows: 0,
  guests: 2,
  nights: 3,
  revenue: 10_000,
  leadDays: 7,
  ...over,
});

describe('an aggregation', () => {
  it('without dimensions has a row a currency, which are the totals', () => {
    const all = new Aggregation([], 10);
    all.add([cell({}), cell({ currency: 'USD', revenue: 1 })]);
    all.add([cell({ revenue: -1 })]);
    const { rows, totals } = all.result();
    expect(rows).toEqual(totals);
    expect(totals.map(({ currency, revenue, adr }) => ({ currency, revenue, adr }))).toEqual([
      { currency: 'EUR', revenue: 9_999, adr: 1_667 },
      { currency: 'USD', revenue: 1, adr: 0 },
    ]);
  });

  it('does not take one combination of values for another', () => {
    const byBoth = new Aggregation(['channel', 'country'], 10);
    byBoth.add([cell({ channel: 'a', country: 'bc' }), cell({ channel: 'ab', country: 'c' })]);
    expect(byBoth.result().rows).toHaveLength(2);
  });

  it('calls a subject by the name that it bore last', () => {
    const bySubject = new Aggregation(['subject'], 10);
    bySubject.add([cell({}), cell({ period: '2016-08-01', subjectName: 'New name' })]);
    expect(bySubject.result().rows).toMatchObject([{ subjectId: 'h1', subjectName: 'New name', bookings: 4 }]);
  });

  it('has no rate of nothing', () => {
    const empty = new Aggregation([], 10);
    empty.add([cell({ bookings: 0, nights: 0 })]);
    expect(empty.result().totals).toMatchObject([
      { adr: null, cancellationRate: null, noShowRate: null, averageLeadDays: null },
    ]);
    expect(new Aggregation(['day'], 10).result()).toEqual({ rows: [], totals: [] });
  });

  it('stops at the most rows', () => {
    const byDay = new Aggregation(['day'], 1);
    byDay.add([cell({}), cell({ channel: 'TA/TO' })]);
    expect(() => byDay.add([cell({ period: '2016-07-02' })])).toThrow(TooManyRowsError);
  });
});
