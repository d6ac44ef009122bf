import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { importHotelHistory } from '../../command-side/stays/import/import-hotel-history.ts';
import { analyticsCell } from '../../contracts/views/analytics.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { stayAnalytics } from '../../projections/stays/stay-analytics.ts';
import { Aggregation } from '../../query-side/analytics/aggregate.ts';
import { figuresOfFile } from './booking-figures.ts';
import { cellsOf, foldView } from './fold-view.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SAMPLE = fromRoot('command-side/stays/import/sample/hotel-bookings-sample.csv.gz');
const WHOLE = join(process.env.SHARED_DIR ?? fromRoot('../shared'), 'data/hotel/hotel_bookings.csv.gz');

const imported = async (file: string) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'stays-'));
  const eventStore = await openEventStore({ dataDir });
  try {
    const report = await importHotelHistory({ eventStore, tenant: 'tenant-1', input: { file } });
    const facts = await foldView(stayAnalytics, eventStore);
    const [daily, monthly] = (stayAnalytics.rollups ?? []).map((rollup) => cellsOf(rollup, facts.values()));
    return { report, daily: daily ?? [], monthly: monthly ?? [] };
  } finally {
    await eventStore.close();
    rmSync(dataDir, { recursive: true });
  }
};

const rate = (part: number, whole: number): number => Math.round((part / whole) * 1e6) / 1e6;

const agree = async (file: string) => {
  const { report, daily, monthly } = await imported(file);
  expect(report).toMatchObject({ refused: 0, complete: true });

  const figures = [...figuresOfFile(file).values()].sort(
    (a, b) => a.month.localeCompare(b.month) || a.hotel.localeCompare(b.hotel),
  );
  const expected = figures.map(({ hotel, leadDays, ...sums }) => ({
    ...sums,
    subjectId: hotel === 'City Hotel' ? 'city-hotel' : 'resort-hotel',
    subjectName: hotel,
    currency: 'EUR',
    adr: sums.nights === 0 ? null : Math.round(sums.revenue / sums.nights),
    cancellationRate: rate(sums.cancellations, sums.bookings),
    noShowRate: rate(sums.noShows, sums.bookings),
    averageLeadDays: rate(leadDays, sums.bookings),
  }));
  for (const cells of [daily, monthly]) {
    const aggregation = new Aggregation(['month', 'subject'], 1_000);
    aggregation.add(cells);
    expect(aggregation.result().rows).toEqual(expected);
  }

  const cube = figuresOfFile(file, ['distribution_channel', 'country']);
  expect(monthly).toHaveLength(cube.size);
  for (const cell of monthly) {
    const { hotel, month, ...sums } = cube.get(
      [cell.subjectName, cell.period, cell.channel, cell.country].join('/'),
    ) ?? { hotel: 'not in the file', month: '' };
    expect(analyticsCell.parse(cell)).toMatchObject({ subjectName: hotel, period: month, ...sums });
  }
  return { report, months: expected.length };
};

describe('figures of the imported hotel history agree with those straight from the CSV, by hotel and month', () => {
  it('of the sample that ships', async () => {
    const { report, months } = await agree(SAMPLE);
    expect({ rows: report.rows, months }).toEqual({ rows: 1_990, months: 52 });
  });

  if (existsSync(WHOLE)) {
    it('of all 119,390 bookings', { timeout: 180_000 }, async () => {
      const { report, months } = await agree(WHOLE);
      expect({ rows: report.rows, months }).toEqual({ rows: 119_390, months: 52 });
    });
  }
});
