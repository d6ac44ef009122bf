import { setImmediate } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import { currencyPrecision } from '../../contracts/money.ts';
import type { AnalyticsRow, Dimension } from './figures.ts';

const MEASURES = [
  'currency',
  'bookings',
  'arrivals',
  'cancellations',
  'noShows',
  'guests',
  'nights',
  'revenue',
  'adr',
  'cancellationRate',
  'noShowRate',
  'averageLeadDays',
] as const satisfies readonly (keyof AnalyticsRow)[];

const AMOUNT_COLUMNS: ReadonlySet<string> = new Set(['revenue', 'adr']);
/** Rows that are written before other requests get their turn. */
const CHUNK = 2_000;

/**
 * Rows as CSV (RFC 4180: a header, CRLF, quotes where needed). Amounts are decimals of the row's currency. A text that a
 * spreadsheet would run as a formula begins with an apostrophe (OWASP CSV injection); numbers stay numbers.
 */
export const rowsAsCsv = async (rows: readonly AnalyticsRow[], by: readonly Dimension[]): Promise<string> => {
  const columns: (keyof AnalyticsRow)[] = [
    ...by.flatMap((dimension) => (dimension === 'subject' ? (['subjectId', 'subjectName'] as const) : [dimension])),
    ...MEASURES,
  ];
  const parts = [csvOf([columns], undefined)];
  for (let start = 0; start < rows.length; start += CHUNK) {
    if (start > 0) await setImmediate();
    const chunk = rows.slice(start, start + CHUNK);
    const amountAt = (index: number, record: number): number | undefined =>
      AMOUNT_COLUMNS.has(columns[index] ?? '') ? currencyPrecision(chunk[record]?.currency ?? '') : undefined;
    parts.push(
      csvOf(
        chunk.map((row) => columns.map((column) => row[column])),
        amountAt,
      ),
    );
  }
  return parts.join('');
};

const csvOf = (
  records: readonly (readonly unknown[])[],
  decimalsAt: ((index: number, record: number) => number | undefined) | undefined,
): string =>
  stringify([...records], {
    record_delimiter: 'windows',
    escape_formulas: true,
    cast: {
      number: (value, { index, records: record }) => {
        const decimals = decimalsAt?.(index, record);
        return decimals === undefined ? String(value) : (value / 10 ** decimals).toFixed(decimals);
      },
    },
  });
