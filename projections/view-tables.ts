import type { ParkedStream } from './runner/view-records.ts';
import type { ViewStatus } from './runner/view-status.ts';

/** The views as a table for a terminal. */
export const viewTable = (views: readonly ViewStatus[]): string =>
  table([
    ['VIEW', 'VERSION', 'POSITION', 'BEHIND', 'SECONDS', 'PARKED', 'RUN BY', 'BUILD BESIDE IT'],
    ...views.map((view) => [
      view.view,
      String(view.version),
      String(view.reached),
      String(view.lagEvents),
      view.lagSeconds.toFixed(1),
      String(view.parkedStreams),
      view.runBy ?? '-',
      besides(view),
    ]),
  ]);

const besides = ({ rebuilding, buildReached, buildError }: ViewStatus): string => {
  if (rebuilding === null) return '-';
  return `version ${rebuilding} ${buildError === null ? `at ${buildReached}` : `stopped: ${buildError}`}`;
};

/** The parked streams as a table for a terminal. */
export const parkedTable = (parked: readonly ParkedStream[]): string =>
  parked.length === 0
    ? 'No stream is parked.'
    : table([
        ['VIEW', 'STREAM', 'FROM REVISION', 'WAITING', 'SINCE', 'ERROR'],
        ...parked.map(({ view, stream, revision, waiting, parkedAt, error }) => [
          view,
          stream,
          String(revision),
          String(waiting),
          parkedAt,
          error,
        ]),
      ]);

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
