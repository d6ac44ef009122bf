import type { Documents } from '../../infra/documents/documents.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { Jobs } from '../../infra/jobs/jobs.ts';
import type { ModelClient } from '../serving/model-client.ts';
import type { ModelStages } from '../serving/model-stages.ts';
import type { PredictingMetrics } from './predicting-metrics.ts';
import type { Predictor } from './predictor.ts';

/** After this long a model that was away is asked again. */
export const AGAIN_AFTER_MS = 10 * 60_000;

/** What predicting asks of the views that features are read from. */
export interface FeatureViews {
  /** Collection of a view's documents, or of one of its rollups, in its live version. */
  collection(view: string, rollup?: string): string;
  /** Resolves true as soon as the view has reached `position`; false when it has not after `timeoutMs`. */
  waitFor(view: string, position: number, timeoutMs: number): Promise<boolean>;
}

export interface PredictingDependencies {
  /** With personal data opened: some features are made of it. */
  readonly bus: EventBus;
  readonly jobs: Jobs;
  readonly eventStore: Pick<EventStore, 'append' | 'readStream'>;
  readonly documents: Documents;
  readonly views: FeatureViews;
  readonly models: ModelClient;
  /** Tells an outage, after which is asked again, from a model that nobody has made yet. */
  readonly stages: Pick<ModelStages, 'of'>;
  readonly predictors: readonly Predictor[];
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  readonly onWarning: (message: string, error?: unknown) => void;
  readonly metrics: PredictingMetrics;
  /** How long a batch waits for the views that its features are in before it is brought again. Default 10 s. */
  readonly viewTimeoutMs?: number;
  /** After this long what a fallback stood in for is asked of the model again. Default 10 min. */
  readonly againAfterMs?: number;
}
