import { counter, type Metrics } from '../../infra/telemetry/metrics.ts';
import type { PredictionToWrite } from './prediction-writer.ts';

/** What predicting counts. */
export interface PredictingMetrics {
  written(model: string, predictions: readonly PredictionToWrite[]): void;
  failed(model: string, events: number): void;
}

/** Counts predictions by model and by who answered, and the events of which none could be made. */
export const predictingMetrics = (metrics: Metrics): PredictingMetrics => {
  const predictions = counter(
    metrics,
    'ml_predictions_total',
    'Predictions written as events, by model and by who answered: the model or its fallback.',
    ['model', 'answered_by'],
  );
  const failures = counter(
    metrics,
    'ml_prediction_failures_total',
    'Events after which no prediction could be made; they are tried again.',
    ['model'],
  );
  return {
    written: (model, written) => {
      const answered = written.filter((prediction) => prediction.answered).length;
      predictions.inc({ model, answered_by: 'model' }, answered);
      predictions.inc({ model, answered_by: 'fallback' }, written.length - answered);
    },
    failed: (model, events) => failures.inc({ model }, events),
  };
};
