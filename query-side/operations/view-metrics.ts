import { gauge, type Metrics } from '../../infra/telemetry/metrics.ts';
import type { ViewStatus } from '../../projections/runner/view-status.ts';

/** Gauges of how each view stands, read at each scrape. */
export const viewMetrics = (metrics: Metrics, readStatuses: () => Promise<readonly ViewStatus[]>): void => {
  let asked: Promise<readonly ViewStatus[]> | undefined;
  // All gauges of a scrape are read at once: one look serves them.
  const statuses = (): Promise<readonly ViewStatus[]> => {
    asked ??= readStatuses().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const ofEachView = (name: string, help: string, figure: (status: ViewStatus) => number) =>
    gauge(metrics, name, help, ['view'], async (own) => {
      for (const status of await statuses()) own.set({ view: status.view }, figure(status));
    });
  ofEachView('view_lag_events', 'Positions of the log that a view has still to pass', ({ lagEvents }) => lagEvents);
  ofEachView('view_lag_seconds', 'Age of the oldest event that a view has not handled', ({ lagSeconds }) => lagSeconds);
  ofEachView('view_position', 'Position of the log that a view has reached', ({ reached }) => reached);
  ofEachView(
    'view_parked_streams',
    'Streams that wait because an event of theirs could not be handled',
    ({ parkedStreams }) => parkedStreams,
  );
};
