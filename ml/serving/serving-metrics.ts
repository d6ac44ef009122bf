import { counter, gauge, histogram, type Metrics } from '../../infra/telemetry/metrics.ts';
import type { CircuitState } from './circuit.ts';
import type { ServedVersion } from './model-stages.ts';
import type { Outcome, ServedStage } from './pool-request.ts';

export interface ServingMetrics {
  batch(version: ServedVersion, rows: number, runMs: number, queueMs: number): void;
  requests(version: ServedVersion, stage: ServedStage, outcome: Outcome, count: number): void;
  /** @param difference mean absolute difference between an output of the shadow and of the version that answered */
  shadow(shadow: ServedVersion, output: string, difference: number): void;
  shadowFailed(shadow: ServedVersion): void;
}

/** Upper bounds in seconds: from one row of a small model to a batch of a transformer. */
const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096];
const DIFFERENCES = [0, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 1_000];
const STATES: readonly CircuitState[] = ['closed', 'half-open', 'open'];

export const servingMetrics = (metrics: Metrics, circuit: () => CircuitState): ServingMetrics => {
  const queue = histogram(
    metrics,
    'ml_queue_seconds',
    'Time the first request of a batch waited for a worker',
    ['model'],
    SECONDS,
  );
  const run = histogram(metrics, 'ml_run_seconds', 'Time a batch ran', ['model', 'version'], SECONDS);
  const rows = histogram(metrics, 'ml_batch_rows', 'Rows that ran together', ['model', 'version'], ROWS);
  const requests = counter(metrics, 'ml_requests_total', 'Requests to models, by how they ended', [
    'model',
    'version',
    'stage',
    'outcome',
  ]);
  const difference = histogram(
    metrics,
    'ml_shadow_difference',
    'Mean absolute difference of an output between a shadow and the version that answered',
    ['model', 'version', 'output'],
    DIFFERENCES,
  );
  const failures = counter(metrics, 'ml_shadow_failures_total', 'Scores of shadows that did not come about', [
    'model',
    'version',
  ]);
  gauge(metrics, 'ml_pool_circuit', '1 for the state that the circuit of the pool is in', ['state'], (own) => {
    for (const state of STATES) own.set({ state }, state === circuit() ? 1 : 0);
  });
  const names = ({ manifest, version }: ServedVersion) => ({ model: manifest.name, version });
  return {
    batch: (version, batchRows, runMs, queueMs) => {
      queue.observe({ model: version.manifest.name }, Math.max(0, queueMs) / 1_000);
      run.observe(names(version), runMs / 1_000);
      rows.observe(names(version), batchRows);
    },
    requests: (version, stage, outcome, count) => requests.inc({ ...names(version), stage, outcome }, count),
    shadow: (shadow, output, value) => difference.observe({ ...names(shadow), output }, value),
    shadowFailed: (shadow) => failures.inc(names(shadow)),
  };
};
