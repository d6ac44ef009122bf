import { histogram, type Metrics } from '../telemetry/metrics.ts';
import type { Route } from './route.ts';

export interface HttpMetrics {
  /** Counts an answer and how long it took, in milliseconds. */
  observe(route: Route, status: number, milliseconds: number): void;
}

/** Upper bounds in seconds: from a cached read to a request that waits for a view. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export const httpMetrics = (metrics: Metrics): HttpMetrics => {
  const durations = histogram(
    metrics,
    'http_server_request_duration_seconds',
    'Time to answer, by operation and status',
    ['operation', 'status'],
    BUCKETS,
  );
  return {
    observe: (route, status, milliseconds) =>
      durations.observe({ operation: route.operationId, status }, milliseconds / 1000),
  };
};
