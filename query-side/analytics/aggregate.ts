import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import type { AnalyticsRow, Dimension, Figures } from './figures.ts';

interface Sums {
  bookings: number;
  arrivals: number;
  cancellations: number;
  noShows: number;
  guests: number;
  nights: number;
  revenue: number;
  leadDays: number;
}

interface Group {
  /** The last cell of the group: its dimensions are those of all. */
  cell: AnalyticsCell;
  readonly sums: Sums;
}

/** More rows than an answer may have. */
export class TooManyRowsError extends Error {
  override readonly name = 'TooManyRowsError';
}

export interface Aggregated {
  /** In the order of the dimensions asked for, then currency. */
  readonly rows: readonly AnalyticsRow[];
  /** One for each currency. */
  readonly totals: readonly Figures[];
}

const SEPARATOR = '\u0000';

/**
 * Adds cells up by some of their dimensions, in one pass over batches of cells in the order of their period.
 * A subject goes by the name that it bore last.
 */
export class Aggregation {
  readonly #by: readonly Dimension[];
  readonly #maxRows: number;
  readonly #groups = new Map<string, Group>();

  constructor(by: readonly Dimension[], maxRows: number) {
    this.#by = by;
    this.#maxRows = maxRows;
  }

  /** @throws TooManyRowsError */
  add(cells: readonly AnalyticsCell[]): void {
    for (const cell of cells) {
      const key = this.#keyOf(cell);
      let group = this.#groups.get(key);
      if (group === undefined) {
        if (this.#groups.size >= this.#maxRows) throw new TooManyRowsError(`more than ${this.#maxRows} rows`);
        group = { cell, sums: nothing() };
        this.#groups.set(key, group);
      } else group.cell = cell;
      addTo(group.sums, cell);
    }
  }

  result(): Aggregated {
    const totals = new Map<string, Sums>();
    const rows: AnalyticsRow[] = [];
    // Sorted without a comparator: calling one for each pair showed in the profile of large answers.
    for (const key of [...this.#groups.keys()].sort()) {
      const group = this.#groups.get(key);
      if (group === undefined) continue;
      const { cell, sums } = group;
      rows.push(Object.assign(this.#dimensionsOf(cell), toFigures(cell.currency, sums)));
      const total = totals.get(cell.currency);
      if (total === undefined) totals.set(cell.currency, { ...sums });
      else addTo(total, sums);
    }
    return { rows, totals: [...totals.keys()].sort().map((code) => toFigures(code, totals.get(code) ?? nothing())) };
  }

  #keyOf(cell: AnalyticsCell): string {
    let key = '';
    for (const by of this.#by) key += dimensionOf(cell, by) + SEPARATOR;
    return key + cell.currency;
  }

  #dimensionsOf(cell: AnalyticsCell): Partial<AnalyticsRow> {
    const dimensions: Partial<AnalyticsRow> = {};
    for (const by of this.#by) {
      if (by === 'subject') {
        dimensions.subjectId = cell.subjectId;
        dimensions.subjectName = cell.subjectName;
      } else dimensions[by] = dimensionOf(cell, by);
    }
    return dimensions;
  }
}

const dimensionOf = (cell: AnalyticsCell, by: Dimension): string => {
  switch (by) {
    case 'day':
      return cell.period;
    case 'month':
      return cell.period.slice(0, 7);
    case 'subject':
      return cell.subjectId;
    case 'channel':
      return cell.channel;
    case 'country':
      return cell.country;
  }
};

const nothing = (): Sums => ({
  bookings: 0,
  arrivals: 0,
  cancellations: 0,
  noShows: 0,
  guests: 0,
  nights: 0,
  revenue: 0,
  leadDays: 0,
});

const addTo = (sums: Sums, more: Readonly<Sums>): void => {
  sums.bookings += more.bookings;
  sums.arrivals += more.arrivals;
  sums.cancellations += more.cancellations;
  sums.noShows += more.noShows;
  sums.guests += more.guests;
  sums.nights += more.nights;
  sums.revenue += more.revenue;
  sums.leadDays += more.leadDays;
};

const toFigures = (currency: string, sums: Sums): Figures => ({
  currency,
  bookings: sums.bookings,
  arrivals: sums.arrivals,
  cancellations: sums.cancellations,
  noShows: sums.noShows,
  guests: sums.guests,
  nights: sums.nights,
  revenue: sums.revenue,
  adr: sums.nights === 0 ? null : Math.round(sums.revenue / sums.nights),
  cancellationRate: ratio(sums.cancellations, sums.bookings),
  noShowRate: ratio(sums.noShows, sums.bookings),
  averageLeadDays: ratio(sums.leadDays, sums.bookings),
});

/** To six decimals: enough to read, and short to send. */
const ratio = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6;
