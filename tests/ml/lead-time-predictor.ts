import { createHash } from 'node:crypto';
import { idOf } from '../../contracts/events/envelope.ts';
import { daysBetween } from '../../contracts/local-date.ts';
import type { StayView } from '../../contracts/views/stay.ts';
import { encodeRows } from '../../ml/features/encode-rows.ts';
import type { NewPrediction, Predictor, PredictorContext } from '../../ml/predicting/predictor.ts';
import { ModelUnavailableError } from '../../ml/serving/model-client.ts';

const rowOf = ({ terms, bookedAt }: StayView) => ({
  leadDays: daysBetween(bookedAt.slice(0, 10), terms.arrivalDate),
  guests: terms.adults,
});

const scored = async (stay: StayView, causationId: string, { models }: PredictorContext): Promise<NewPrediction> => {
  const { id, tenant, terms } = stay;
  const row = rowOf(stay);
  const answer = await models
    .predict({
      tenant,
      model: 'cancellation',
      key: `${tenant}:${id}`,
      priority: 'backfill',
      deadlineMs: 5_000,
      inputsFor: ({ features = [] }) => ({ features: encodeRows(features, [row]) }),
    })
    .catch((error: unknown) => {
      if (error instanceof ModelUnavailableError) return undefined;
      throw error;
    });
  const probability = answer?.outputs.probability?.data[0] ?? 0.37;
  return {
    tenant,
    kind: 'cancellation',
    subject: id,
    causationId,
    event: {
      type: 'booking.cancellation-scored.v1',
      data: {
        subjectKind: 'stay',
        subjectId: id,
        date: terms.arrivalDate,
        probability: Number(probability),
        threshold: 0.5,
        atRisk: Number(probability) > 0.5,
        model: 'cancellation',
        version: answer?.version ?? null,
        fallback: answer === undefined ? 'base-rate' : null,
        inputsHash: createHash('sha256').update(JSON.stringify(row)).digest('hex'),
        reasons: [],
      },
    },
  };
};

/** Scores stays when they are booked or changed, and all that are still expected once a day. A guest from `ZZ` breaks it. */
export const leadTimePredictor: Predictor = {
  name: 'cancellation',
  handles: ['stay.booked.v1', 'stay.changed.v1'],
  views: ['stays'],
  everyHours: 24,
  onEvents: async (events, context) => {
    const causes = new Map(events.map((event) => [idOf(event.stream), event.id]));
    const stays = await context.documents.getMany<StayView>(context.collection('stays'), [...causes.keys()]);
    return Promise.all(
      [...causes].map(([id, cause]) => {
        const stay = stays.get(id);
        if (stay === undefined) throw new Error(`the view has no stay ${id}`);
        if (stay.country === 'ZZ') throw new Error('nobody comes from ZZ');
        return scored(stay, cause, context);
      }),
    );
  },
  onSchedule: async function* (tenant, cause, context) {
    const filter = { tenant, status: 'BOOKED' };
    const { items } = await context.documents.find<StayView>(context.collection('stays'), { filter });
    for (const stay of items) if (stay.country !== 'ZZ') yield [await scored(stay, cause, context)];
  },
};
