import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Figures of one hotel and arrival month (and, in a cube, channel and country). */
export interface MonthFigures {
  readonly hotel: string;
  readonly month: string;
  bookings: number;
  arrivals: number;
  cancellations: number;
  noShows: number;
  guests: number;
  nights: number;
  /** EUR cents. */
  revenue: number;
  leadDays: number;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/**
 * Figures straight from the CSV: shares nothing with the import, so that the two can disagree. Splits on commas, as the
 * published file quotes nothing.
 */
export const figuresOfFile = (
  path: string,
  by: readonly ('distribution_channel' | 'country')[] = [],
): ReadonlyMap<string, MonthFigures> => {
  const [header = '', ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split(/\r?\n/);
  const names = header.split(',');
  const cells = new Map<string, MonthFigures>();
  for (const line of lines) {
    const values = line.split(',');
    const text = (name: string): string => values[names.indexOf(name)] ?? '';
    const number = (name: string): number => Number(text(name)) || 0;
    const month = `${text('arrival_date_year')}-${String(MONTHS.indexOf(text('arrival_date_month')) + 1).padStart(2, '0')}`;
    const key = [text('hotel'), month, ...by.map((name) => text(name).replace(/^NULL$/, 'unknown'))].join('/');
    let cell = cells.get(key);
    if (cell === undefined) {
      cell = {
        hotel: text('hotel'),
        month,
        bookings: 0,
        arrivals: 0,
        cancellations: 0,
        noShows: 0,
        guests: 0,
        nights: 0,
        revenue: 0,
        leadDays: 0,
      };
      cells.set(key, cell);
    }
    cell.bookings += 1;
    cell.leadDays += number('lead_time');
    if (text('reservation_status') === 'Canceled') cell.cancellations += 1;
    if (text('reservation_status') === 'No-Show') cell.noShows += 1;
    if (text('is_canceled') !== '0') continue;
    const nights = number('stays_in_weekend_nights') + number('stays_in_week_nights');
    cell.arrivals += 1;
    cell.guests += number('adults') + number('children') + number('babies');
    cell.nights += nights;
    cell.revenue += nights * Math.round(number('adr') * 100);
  }
  return cells;
};
