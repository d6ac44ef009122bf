import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { upcast } from '../../contracts/events/registry.ts';
import { topicOfType } from '../../contracts/topics.ts';
import type { Subscription } from '../../infra/event-store/event-store.ts';
import { type AskAgain, againJobs } from './ask-again.ts';
import { handledPositions } from './handled-positions.ts';
import { predictAfter } from './predict-after.ts';
import type { PredictingDependencies } from './predicting-dependencies.ts';
import { type PredictionToWrite, writePredictions } from './prediction-writer.ts';
import type { Predictor, PredictorContext } from './predictor.ts';
import { withoutPoison } from './without-poison.ts';

/** Predictions come in the wake of events, not before their commands are answered: batches are let grow. */
const PACE_MS = 250;
const BATCH_SIZE = 500;
const VIEW_TIMEOUT_MS = 10_000;

/**
 * Lets a predictor follow the bus as a group of its own, `ml-<name>`. A batch waits until the views that its features are in have
 * seen its events. What can't be predicted, or what only a fallback answered though a version is live, is asked again as a job
 * before the group moves on, so nothing holds up what comes behind. Undefined: it predicts on schedule only.
 */
export const predictFromEvents = async (
  predictor: Predictor,
  deps: PredictingDependencies,
  context: PredictorContext,
): Promise<Subscription | undefined> => {
  const { bus, jobs, documents, eventStore, views, stages, clock, onWarning, metrics } = deps;
  const { name, handles = [], onEvents } = predictor;
  if (handles.length === 0 || onEvents === undefined) return undefined;
  const group = `ml-${name}`;
  const handled = await handledPositions(documents, group);
  const wanted = new Set(handles);

  const seenByViews = async (position: number): Promise<void> => {
    const timeoutMs = deps.viewTimeoutMs ?? VIEW_TIMEOUT_MS;
    const reached = (view: string) => views.waitFor(view, position, timeoutMs);
    const behind = await Promise.all(
      (predictor.views ?? []).map(async (view) => ((await reached(view)) ? [] : [view])),
    );
    if (behind.flat().length > 0)
      throw new Error(`${behind.flat().join(', ')} had not reached ${position} after ${timeoutMs} ms`);
  };

  const predict = async (events: readonly RecordedEvent[]): Promise<void> => {
    await seenByViews(events.at(-1)?.position ?? 0);
    const { results, failed } = await withoutPoison(events, (some) => predictAfter(predictor, some, context));
    metrics.written(name, await writePredictions(eventStore, results));
    const again: AskAgain[] = failed.map(({ events: those, error }) => {
      onWarning(`${name} can't predict after the events of ${those[0]?.stream}; it is tried again`, error);
      metrics.failed(name, those.length);
      return { predictor: name, events: those, answeredOnly: false };
    });
    const away = onlyFallback(events, results).filter(({ tenant }) => stages.of(tenant, name)?.live);
    if (away.length > 0) again.push({ predictor: name, events: away, answeredOnly: true });
    await jobs.addMany(againJobs(again, clock(), deps.againAfterMs));
  };

  return bus.consume({
    group,
    topics: [...new Set(handles.map(topicOfType))],
    paceMs: PACE_MS,
    batchSize: BATCH_SIZE,
    onBatch: async ({ partition, events }) => {
      const asked = events.filter(({ type }) => wanted.has(type));
      const last = asked.at(-1)?.position;
      if (last === undefined) return;
      const done = await handled.of(partition);
      if (last <= done) return;
      try {
        await predict(asked.filter(({ position }) => position > done).map((event) => upcast(event)));
      } catch (error) {
        onWarning(`${name} waits with events up to ${last}, which come again`, error);
        throw error;
      }
      await handled.save(partition, last);
    },
  });
};

/** The events of which a prediction is a fallback's. */
const onlyFallback = (
  events: readonly RecordedEvent[],
  predictions: readonly PredictionToWrite[],
): readonly RecordedEvent[] => {
  const causes = new Set(predictions.filter(({ answered }) => !answered).map(({ envelope }) => envelope.causationId));
  return events.filter(({ id }) => causes.has(id));
};
