import { z } from 'zod';
import type { Principal } from '../../contracts/policy.ts';
import { type PredictionView, predictionView } from '../../contracts/views/prediction.ts';
import { seesEveryBooking } from '../bookings/visible-bookings.ts';

const [demand, price, churn, cancellation, recommendation] = predictionView.options;
const hidden = {
  id: z.string().nullable().describe('Null where it would name a customer to those who see no bookings.'),
  subject: z.string().nullable(),
};

/** A prediction as a caller sees it: who a customer is, is told only to those who see the bookings. */
export const predictionAnswer = z.discriminatedUnion('kind', [
  demand,
  price,
  cancellation,
  churn.extend({ ...hidden, payload: churn.shape.payload.extend({ customerId: z.string().nullable() }) }),
  recommendation.extend({
    ...hidden,
    payload: recommendation.shape.payload.extend({ subjectId: z.string().nullable() }),
  }),
]);

export const toPredictionAnswer = (caller: Principal, prediction: PredictionView): z.infer<typeof predictionAnswer> => {
  if (prediction.subjectKind !== 'customer' || seesEveryBooking(caller)) return prediction;
  const { kind, payload } = prediction;
  if (kind === 'churn') return { ...prediction, id: null, subject: null, payload: { ...payload, customerId: null } };
  if (kind === 'recommendation')
    return { ...prediction, id: null, subject: null, payload: { ...payload, subjectId: null } };
  return prediction;
};
