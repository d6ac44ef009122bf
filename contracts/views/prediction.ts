import { z } from 'zod';
import { type PredictionEvent, predictionEvents, provenance } from '../events/predictions.ts';

/** What a prediction is called in addresses and views, by the event that tells it. */
export const predictionKinds = {
  'demand.forecasted.v1': 'demand',
  'price.proposed.v1': 'price',
  'customer.churn-scored.v1': 'churn',
  'booking.cancellation-scored.v1': 'cancellation',
  'recommendations.refreshed.v1': 'recommendation',
} as const satisfies Readonly<Record<PredictionEvent['type'], string>>;

export const predictionKind = z.enum(Object.values(predictionKinds));
export type PredictionKind = z.infer<typeof predictionKind>;

/** The payload is what an event says beside this. */
const beside = { model: true, version: true, fallback: true, inputsHash: true, reasons: true } as const;

const common = z.object({
  /** `<kind>.<tenant>.<subject>`: also the id of the stream. */
  id: z.string(),
  tenant: z.string(),
  /** Whom or what it is about: with kind and tenant it names the stream. */
  subject: z.string(),
  /** `product`, `hotel`, `departure`, `hotel-night`, `booking`, `stay`, `customer`, `everyone`. */
  subjectKind: z.string(),
  ...provenance,
  predictedAt: z.string(),
});

/** The latest prediction of a stream. `payload` is what its event says beside where it comes from. */
export const predictionView = z.discriminatedUnion('kind', [
  common.extend({ kind: z.literal('demand'), payload: predictionEvents['demand.forecasted.v1'].omit(beside) }),
  common.extend({ kind: z.literal('price'), payload: predictionEvents['price.proposed.v1'].omit(beside) }),
  common.extend({ kind: z.literal('churn'), payload: predictionEvents['customer.churn-scored.v1'].omit(beside) }),
  common.extend({
    kind: z.literal('cancellation'),
    payload: predictionEvents['booking.cancellation-scored.v1'].omit(beside),
  }),
  common.extend({
    kind: z.literal('recommendation'),
    payload: predictionEvents['recommendations.refreshed.v1'].omit(beside),
  }),
]);
export type PredictionView = z.infer<typeof predictionView>;

/** Id of a prediction's stream (behind `prediction-`) and of its view. The kind has no dot. */
export const predictionIdOf = (kind: string, tenant: string, subject: string): string => `${kind}.${tenant}.${subject}`;
