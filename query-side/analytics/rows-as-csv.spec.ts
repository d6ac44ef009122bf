import { describe, expect, it } from 'vitest';
import type { AnalyticsRow } from './figures.ts';
import { rowsAsCsv } from './rows-as-csv.ts';

const row = (over: Partial<AnalyticsRow>): AnalyticsRow => ({
  currency: 'EUR',
  bookings: 1,
  arrivals: 1,
  cancellations: 0,
  noShows: 0,
  guests: 2,
  nights: 3,
  revenue: 123_456,
  adr: 41_152,
  cancellationRate: 0,
  noShowRate: 0,
  averageLeadDays: null,
  ...over,
});

describe('rows as CSV', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\uff1d1'])('keep %j from running as a formula', async (channel) => {
    const [, line] = (await rowsAsCsv([row({ channel })], ['channel'])).split('\r\n');
    expect(line?.replace(/^"/, '').startsWith(`'${channel}`)).toBe(true);
  });

  it('quote commas, quotes and line breaks', async () => {
    const csv = await rowsAsCsv([row({ channel: 'a,"b"\nc' })], ['channel']);
    expect(csv).toContain('\r\n"a,""b""\nc",EUR,');
  });

  it('give amounts the decimals of their currency, also behind the first chunk', async () => {
    const rows = Array.from({ length: 4_001 }, (_, index) =>
      row({ currency: ['EUR', 'JPY', 'KWD'][index % 3] ?? 'EUR' }),
    );
    const lines = (await rowsAsCsv(rows, [])).trimEnd().split('\r\n');
    expect(lines).toHaveLength(4_002);
    expect(lines.slice(2_001, 2_004).map((line) => line.split(',').slice(0, 8).join(','))).toEqual([
      'KWD,1,1,0,0,2,3,123.456',
      'EUR,1,1,0,0,2,3,1234.56',
      'JPY,1,1,0,0,2,3,123456',
    ]);
  });

  it('are a header alone where there are none', async () => {
    expect((await rowsAsCsv([], ['month'])).split('\r\n')).toEqual([expect.stringMatching(/^month,currency,/), '']);
  });
});
