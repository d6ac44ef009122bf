import type { Jobs } from '../../infra/jobs/jobs.ts';
import { gauge, type Metrics } from '../../infra/telemetry/metrics.ts';
import { slotOf } from '../predicting/slot.ts';
import { allDriftFindings, ensureDriftFindings } from './drift-findings.ts';
import { type DriftDependencies, lookForDrift } from './look-for-drift.ts';
import { ensureServedRows } from './served-rows.ts';

const QUEUE = 'ml-drift';
const EVERY_HOURS = 1;

export interface DriftWatch {
  stop(): Promise<void>;
}

/** Looks for drift once an hour, in one process of all. A look that fails is tried at the next hour. */
export const startDriftWatch = async (
  deps: DriftDependencies & {
    readonly jobs: Jobs;
    readonly onWarning: (message: string, error: unknown) => void;
  },
): Promise<DriftWatch> => {
  const { jobs, documents, clock, onWarning } = deps;
  await ensureServedRows(documents);
  await ensureDriftFindings(documents);
  await jobs.add({ queue: QUEUE, id: 'look', data: {} });
  return jobs.work({
    queue: QUEUE,
    run: async () => {
      await lookForDrift(deps).catch((error: unknown) => onWarning('drift could not be looked for', error));
      return { runAt: slotOf(clock(), EVERY_HOURS).nextAt };
    },
  });
};

/** What the last look found, for Prometheus: how far features have moved, and the metrics that outcomes tell. */
export const driftMetrics = (metrics: Metrics, documents: DriftDependencies['documents']): void => {
  const labels = ['tenant', 'model', 'version', 'of'] as const;
  const show = (name: string, help: string, kind: 'data' | 'performance') =>
    gauge(metrics, name, help, labels, async (figure) => {
      figure.reset();
      for (const { tenant, model, version, of, value, ...finding } of (await allDriftFindings(documents)).values())
        if (finding.kind === kind) figure.set({ tenant, model, version, of }, value);
    });
  show('ml_feature_psi', 'Population stability index of served rows against training, by feature.', 'data');
  show('ml_model_performance', 'Metric of a version over the outcomes of the last 28 days.', 'performance');
};
