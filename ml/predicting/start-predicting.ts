import { startAskingAgain } from './ask-again.ts';
import { predictFromEvents } from './event-predictions.ts';
import { patientModels } from './patient-models.ts';
import type { PredictingDependencies } from './predicting-dependencies.ts';
import type { PredictorContext } from './predictor.ts';
import { predictOnSchedule } from './scheduled-predictions.ts';

/** What the role `ml` runs. */
export interface Predicting {
  /** Resolves when nothing of it runs any more; what was under way is done again at the next start, and written once. */
  stop(): Promise<void>;
}

/**
 * Starts all predictors: after events, on schedule, and again where a model was away. Each writes what it predicts as events;
 * redelivery and a replay of the whole log write nothing twice.
 */
export const startPredicting = async (deps: PredictingDependencies): Promise<Predicting> => {
  const { documents, views, clock, onWarning, predictors } = deps;
  const ending = new AbortController();
  const context: PredictorContext = {
    documents,
    collection: (view, rollup) => views.collection(view, rollup),
    models: patientModels(deps.models, ending.signal),
    clock,
    onWarning,
  };
  const running: { stop(): Promise<void> }[] = [startAskingAgain(deps, context)];
  for (const predictor of predictors) {
    const onEvents = await predictFromEvents(predictor, deps, context);
    const onSchedule = predictOnSchedule(predictor, deps, context);
    for (const each of [onEvents, onSchedule]) if (each !== undefined) running.push(each);
  }
  return {
    stop: async () => {
      ending.abort();
      await Promise.all(running.map((each) => each.stop()));
    },
  };
};
