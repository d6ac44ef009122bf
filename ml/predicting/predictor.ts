import type { EmbeddingEvent } from '../../contracts/events/embeddings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { ModelClient } from '../serving/model-client.ts';

/** What a predictor works with. It writes nothing itself. */
export interface PredictorContext {
  readonly documents: Documents;
  /** Collection of a view's documents, or of one of its rollups, in its live version: features are projections. */
  readonly collection: (view: string, rollup?: string) => string;
  readonly models: ModelClient;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  readonly onWarning: (message: string, error?: unknown) => void;
}

/** A prediction to be written as an event. */
export interface NewPrediction {
  readonly tenant: string;
  /** `demand`, `price`, `churn`, `cancellation`, `recommendation`, `embedding`: with the subject it names the stream. */
  readonly kind: string;
  readonly subject: string;
  readonly event: PredictionEvent | EmbeddingEvent;
  /**
   * Id of the event that asked for it, or the name of the scheduled run (`2026-11-30`). The same cause, kind and subject make
   * the same event, so a redelivery writes nothing twice.
   */
  readonly causationId: string;
  readonly correlationId?: string;
}

/**
 * What turns events into predictions with one model. When the model is away it falls back and says so in the event; it rejects
 * only when features can't be read, and is then called again with the same events.
 */
export interface Predictor {
  /** Name of the model. */
  readonly name: string;
  /** Event types after which it predicts; absent: on schedule only. */
  readonly handles?: readonly string[];
  /** Views that must have seen the events before it is called, because it reads its features there. */
  readonly views?: readonly string[];
  readonly onEvents?: (
    events: readonly RecordedEvent[],
    context: PredictorContext,
  ) => Promise<readonly NewPrediction[]>;
  /** Rhythm of `onSchedule`, whose runs are kept as jobs; 24: once a day. */
  readonly everyHours?: number;
  /** Yields in parts, so that a run over all subjects holds few of them at a time. `cause` names the run. */
  readonly onSchedule?: (
    tenant: string,
    cause: string,
    context: PredictorContext,
  ) => AsyncIterable<readonly NewPrediction[]>;
}
