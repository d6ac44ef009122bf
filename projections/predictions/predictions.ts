import { idOf, type RecordedEvent } from '../../contracts/events/envelope.ts';
import { type PredictionEvent, predictionEvents } from '../../contracts/events/predictions.ts';
import { type PredictionView, predictionIdOf, predictionKinds } from '../../contracts/views/prediction.ts';
import type { Projection } from '../runner/projection.ts';

/** A prediction as its event tells it. */
const predictionOf = (event: RecordedEvent & PredictionEvent): PredictionView => {
  const { tenant, data } = event;
  const { model, version, fallback, inputsHash, reasons, ...payload } = data;
  const id = idOf(event.stream);
  const kind = predictionKinds[event.type];
  return {
    id,
    tenant,
    kind,
    subject: id.slice(predictionIdOf(kind, tenant, '').length),
    subjectKind: 'subjectKind' in data ? data.subjectKind : 'customer',
    model,
    version,
    fallback,
    inputsHash,
    reasons,
    predictedAt: event.time,
    payload,
    // Kind and payload come of the same event.
  } as PredictionView;
};

/** The latest prediction of each stream, by its id. */
export const predictions: Projection<PredictionView> = {
  name: 'predictions',
  version: 1,
  handles: Object.keys(predictionEvents),
  indexes: [
    { fields: ['tenant', 'predictedAt'] },
    { fields: ['tenant', 'kind', 'predictedAt'] },
    { fields: ['tenant', 'subject'] },
    { fields: ['tenant', 'model', 'predictedAt'] },
    { fields: ['tenant', 'payload.atRisk', 'predictedAt'] },
  ],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (_before, event) => predictionOf(event as RecordedEvent & PredictionEvent),
};
