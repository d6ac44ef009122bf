import { type Document, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StayView } from '../../contracts/views/stay.ts';
import { stays } from '../../projections/stays/stays.ts';
import { EVENING, MORNING } from '../bookings/tour-company.ts';
import { engineUrl } from '../engines/engine-urls.ts';
import { dropDatabase, freshDatabase } from '../engines/mongodb-databases.ts';
import { figuresOfFile, type MonthFigures } from '../stays/booking-figures.ts';
import { foldView } from '../stays/fold-view.ts';
import { readExamples, runExample } from './doc-examples.ts';
import { openSoldCompany, SAMPLE, SOLD } from './sold-company.ts';

const url = engineUrl('DOCUMENTS_URL');
const { setup, examples } = readExamples();

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const sumBy = <T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  amountOf: (item: T) => number,
): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const item of items) sums[keyOf(item)] = (sums[keyOf(item)] ?? 0) + amountOf(item);
  return sums;
};

describe.runIf(url !== undefined)('the examples of docs/analytics.md', () => {
  const database = freshDatabase(url ?? '', 'analytics');
  let company: Awaited<ReturnType<typeof openSoldCompany>>;
  let client: MongoClient;
  const results = new Map<string, readonly Document[]>();

  beforeAll(async () => {
    company = await openSoldCompany(database);
    client = await MongoClient.connect(database);
    for (const { title, code } of examples)
      results.set(title.split('.')[0] ?? '', await runExample(client.db(), setup, code));
  });
  afterAll(async () => {
    await client?.close();
    await company?.close();
    await dropDatabase(database);
  });

  const result = (number: number): readonly Document[] => results.get(String(number)) ?? [];
  const months = [...figuresOfFile(SAMPLE).values()];

  it('are ten or more', () => {
    expect(examples.length).toBeGreaterThanOrEqual(10);
  });

  it.each(examples.map(({ title, printed }) => [title, printed] as const))(
    '%s: prints what the page says',
    (title, printed) => {
      expect(printed.length).toBeGreaterThan(0);
      expect(result(Number(title.split('.')[0]))).toEqual(printed);
    },
  );

  it('sum the revenue of tours as it was sold', () => {
    const confirmed = SOLD.filter(({ becomes }) => becomes === 'CONFIRMED');
    // A pass has no day of travel and counts in the month of booking; both departures are in July.
    const expected = sumBy(
      confirmed,
      ({ departure, on }) => (departure === null ? on.slice(0, 7) : '2026-07'),
      ({ adults }) => adults * 1_000,
    );
    expect(Object.fromEntries(result(1).map(({ month, revenue }) => [month, revenue]))).toEqual(expected);
    const seller = sumBy(
      confirmed,
      ({ by }) => by.actor,
      ({ adults }) => adults * 1_000,
    );
    expect(
      sumBy(
        result(7),
        (row) => row.seller as string,
        (row) => row.revenue as number,
      ),
    ).toEqual(seller);
  });

  it('know the seats of the departures as they were sold', () => {
    const seats = (departure: string, becomes: string) =>
      SOLD.filter((sold) => sold.departure === departure && sold.becomes === becomes).reduce(
        (sum, { adults }) => sum + adults,
        0,
      );
    expect(result(6)).toMatchObject(
      [MORNING, EVENING].map((departure) => ({
        sold: seats(departure, 'CONFIRMED'),
        held: seats(departure, 'ON_HOLD'),
        occupancy: seats(departure, 'CONFIRMED') / 10,
      })),
    );
  });

  it('agree with the file that the hotel history came from', () => {
    const year2016 = months.filter(({ month }) => month.startsWith('2016'));
    const quarter = year2016.filter(({ month, nights }) => month <= '2016-03' && nights > 0);
    expect(result(2)).toHaveLength(quarter.length);
    for (const { hotel, month, nights, revenue } of quarter)
      expect(result(2)).toContainEqual({ hotel, month, nights, adr: Math.round(revenue / nights) });
    expect(result(10).at(-1)).toMatchObject({
      quarter: 4,
      sinceJanuary: year2016.reduce((sum, { revenue }) => sum + revenue, 0),
    });

    for (const { hotel, year, averageDays } of result(4)) {
      const of = months.filter((each) => each.hotel === hotel && each.month.startsWith(year as string));
      const sum = (name: 'leadDays' | 'bookings') => of.reduce((total, each) => total + each[name], 0);
      expect(averageDays).toBeCloseTo(sum('leadDays') / sum('bookings'), 0);
    }

    const channels = [...figuresOfFile(SAMPLE, ['distribution_channel'])];
    const byChannel = (name: keyof MonthFigures) =>
      sumBy(
        channels,
        ([key]) => key.split('/').slice(2).join('/'),
        ([, cell]) => Number(cell[name]),
      );
    const [bookings, cancellations, noShows] = [
      byChannel('bookings'),
      byChannel('cancellations'),
      byChannel('noShows'),
    ];
    expect(result(3)).toHaveLength(Object.keys(bookings).length);
    for (const { channel, cancelled, missed } of result(3)) {
      const all = bookings[channel as string] ?? 0;
      expect(cancelled).toBe(rounded((cancellations[channel as string] ?? 0) / all, 4));
      expect(missed).toBe(rounded((noShows[channel as string] ?? 0) / all, 4));
    }

    const guests = sumBy(
      figuresOfFile(SAMPLE, ['country']),
      ([key]) => key.split('/').at(-1) ?? '',
      ([, cell]) => cell.guests,
    );
    const most = Object.entries(guests).sort(([, a], [, b]) => b - a);
    expect(result(5).map(({ country, guests: count }) => [country, count])).toEqual(most.slice(0, 5));
  });

  it('agree with a fold of the log where they ask the stays themselves', async () => {
    const came = [...(await foldView<StayView>(stays, company.eventStore)).values()].filter(
      ({ status }) => status !== 'CANCELLED' && status !== 'NO_SHOW',
    );
    const yearOf = ({ terms }: StayView) => terms.arrivalDate.slice(0, 4);
    const again = sumBy(came, yearOf, ({ repeatedGuest }) => (repeatedGuest ? 1 : 0));
    expect(Object.fromEntries(result(8).map(({ year, again: count }) => [year, count]))).toEqual(again);
    expect(
      sumBy(
        result(8),
        ({ year }) => year as string,
        ({ stays: count }) => count as number,
      ),
    ).toEqual(sumBy(came, yearOf, () => 1));

    const classOf = ({ terms: { nights } }: StayView) =>
      String([8, 4, 2, 0].find((least) => nights >= least && nights < 15) ?? '15 or more');
    expect(Object.fromEntries(result(9).map(({ _id, stays: count }) => [String(_id), count]))).toEqual(
      sumBy(came, classOf, () => 1),
    );
  });
});
