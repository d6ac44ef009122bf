import { embeddingEvents, embeddingKinds } from '../../contracts/events/embeddings.ts';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { type PredictionEvent, predictionEvents } from '../../contracts/events/predictions.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { predictionIdOf, predictionKinds } from '../../contracts/views/prediction.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { NewPrediction } from './predictor.ts';

/** As many appends wait for the store at once: it commits them together. */
const AT_ONCE = 64;

const schemas = { ...predictionEvents, ...embeddingEvents };
const kinds = { ...predictionKinds, ...embeddingKinds };

/** A prediction as it will stand in the log. */
export interface PredictionToWrite {
  readonly stream: string;
  readonly envelope: EventEnvelope;
  /** False: a fallback stands in for the model. */
  readonly answered: boolean;
}

/**
 * The event of a prediction. The same cause, kind and subject have the same id, so the store takes it once.
 * @param turn tells a later try, for what only a fallback answered at first, from the first one
 * @throws Error that names what is wrong with a prediction which must not get into the log (a bug of its predictor)
 */
export const predictionToWrite = (prediction: NewPrediction, time: string, turn = 0): PredictionToWrite => {
  const { tenant, kind, subject, event, causationId, correlationId = causationId } = prediction;
  if (kinds[event.type] !== kind || subject === '')
    throw new Error(`${event.type} is no prediction of the kind ${kind} about ${JSON.stringify(subject)}`);
  const { error, data } = schemas[event.type].safeParse(event.data);
  if (error !== undefined) {
    const [issue] = error.issues;
    throw new Error(`${event.type} about ${subject}: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const id = predictionIdOf(kind, tenant, subject);
  return {
    stream: `prediction-${id}`,
    answered: !('version' in data) || data.version !== null,
    envelope: {
      id: deterministicId('prediction', causationId, id, turn),
      type: event.type,
      time,
      tenant,
      actor: 'system:ml',
      correlationId,
      causationId,
      data,
    },
  };
};

/**
 * Appends predictions, each to its stream; of several for one stream the last. Resolves with those that were new: what stands in
 * the log already is left alone.
 * @throws EventStoreUnavailableError, EventTooLargeError, OverloadedError; what was not written is written when it is called again
 */
export const writePredictions = async (
  eventStore: Pick<EventStore, 'append'>,
  predictions: readonly PredictionToWrite[],
): Promise<readonly PredictionToWrite[]> => {
  const latest = [...new Map(predictions.map((prediction) => [prediction.stream, prediction])).values()];
  const written: PredictionToWrite[] = [];
  for (let first = 0; first < latest.length; first += AT_ONCE) {
    const part = latest.slice(first, first + AT_ONCE);
    const results = await Promise.all(part.map(({ stream, envelope }) => eventStore.append(stream, 'any', [envelope])));
    results.forEach((result, index) => {
      const prediction = part[index];
      if (prediction !== undefined && result.appended && !result.alreadyThere) written.push(prediction);
    });
  }
  return written;
};

/** What a model answered now, where the latest that stands in the log is still a fallback's. */
export const replacingFallbacks = async (
  eventStore: Pick<EventStore, 'readStream'>,
  predictions: readonly PredictionToWrite[],
): Promise<readonly PredictionToWrite[]> => {
  const wanted: PredictionToWrite[] = [];
  for (const prediction of predictions) {
    if (!prediction.answered) continue;
    for await (const [last] of eventStore.readStream(prediction.stream, { direction: 'backward', limit: 1 }))
      if (last !== undefined && (last.data as PredictionEvent['data']).version === null) wanted.push(prediction);
  }
  return wanted;
};
