import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { type PredictionToWrite, predictionToWrite } from './prediction-writer.ts';
import type { Predictor, PredictorContext } from './predictor.ts';

/** The predictions after some events. @throws what the predictor throws; Error of a prediction that must not be written */
export const predictAfter = async (
  predictor: Predictor,
  events: readonly RecordedEvent[],
  context: PredictorContext,
  turn = 0,
): Promise<readonly PredictionToWrite[]> => {
  const made = (await predictor.onEvents?.(events, context)) ?? [];
  return made.map((prediction) => predictionToWrite(prediction, context.clock(), turn));
};
