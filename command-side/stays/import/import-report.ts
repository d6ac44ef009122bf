import type { RowProblem } from './booking-row.ts';

/** A row that was refused (nothing of it was written), or taken with a note. `row` counts from 1 after the header. */
export interface ReportedRow extends RowProblem {
  readonly row: number;
}

/** Most rows listed one by one; the counts go on. */
const LISTED = 1_000;

/** What an import did. Counts are of rows, except where they say events. */
export interface ImportReport {
  readonly source: string;
  readonly tenant: string;
  rows: number;
  imported: number;
  /** Rows whose stay stood in the log already, from an import before. */
  alreadyThere: number;
  refused: number;
  events: number;
  readonly byOutcome: Record<string, number>;
  readonly refusedRows: ReportedRow[];
  /** Rows that were taken although a value is not known, and what was taken for it. */
  readonly notedRows: ReportedRow[];
  /** False when it was stopped before the end; run it again to go on. */
  complete: boolean;
  seconds: number;
  /** Most memory that the process held so far, in MB (10⁶ bytes). */
  peakMemoryMb: number;
}

export const emptyReport = (source: string, tenant: string): ImportReport => ({
  source,
  tenant,
  rows: 0,
  imported: 0,
  alreadyThere: 0,
  refused: 0,
  events: 0,
  byOutcome: {},
  refusedRows: [],
  notedRows: [],
  complete: false,
  seconds: 0,
  peakMemoryMb: 0,
});

export const refuseRow = (report: ImportReport, row: number, { field, reason }: RowProblem): void => {
  report.refused += 1;
  if (report.refusedRows.length < LISTED) report.refusedRows.push({ row, field, reason });
};

export const noteRow = (report: ImportReport, row: number, { field, reason }: RowProblem): void => {
  if (report.notedRows.length < LISTED) report.notedRows.push({ row, field, reason });
};

const table = (rows: readonly (readonly [string, string | number])[]): string => {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`).join('\n');
};

const listed = (title: string, rows: readonly ReportedRow[], total: number): string => {
  if (rows.length === 0) return '';
  const shown = rows.slice(0, 20);
  const lines = shown.map(({ row, field, reason }) => `  row ${row}  ${field}: ${reason}`);
  const more = total > shown.length ? [`  and ${total - shown.length} more`] : [];
  return `\n${title}\n${[...lines, ...more].join('\n')}`;
};

/** The report for people, as a table. */
export const reportTable = (report: ImportReport): string => {
  const rate = report.seconds > 0 ? Math.round(report.events / report.seconds) : 0;
  const figures = table([
    ['rows read', report.rows],
    ['imported', report.imported],
    ['there already', report.alreadyThere],
    ['refused', report.refused],
    ['events written', report.events],
    ...Object.entries(report.byOutcome),
    ['seconds', report.seconds.toFixed(1)],
    ['events a second', rate],
    ['peak memory, MB', report.peakMemoryMb],
  ]);
  return [
    `Hotel history '${report.source}' ${report.complete ? 'imported' : 'stopped before the end: run it again to go on'}`,
    figures,
    listed('Refused', report.refusedRows, report.refused),
    listed('Taken with a note', report.notedRows, report.notedRows.length),
  ]
    .filter((part) => part !== '')
    .join('\n');
};
