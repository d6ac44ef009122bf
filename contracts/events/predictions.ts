import { z } from 'zod';
import { currency, minorUnits } from '../money.ts';
import type { EventOf } from './define.ts';

/** One thing that moved a score, in the unit of the score before its link function; positive raises it. */
export const predictionReason = z.object({
  feature: z.string(),
  value: z.union([z.string(), z.number(), z.null()]),
  contribution: z.number(),
});
export type PredictionReason = z.infer<typeof predictionReason>;

/** Where a prediction comes from. */
export const provenance = {
  model: z.string(),
  /** Null: no version could answer, `fallback` did. */
  version: z.string().nullable(),
  /** `seasonal-naive`, `list-price`, `popularity`, `base-rate`; null where a model answered. */
  fallback: z.string().nullable(),
  /** SHA-256 of the inputs as the model got them. */
  inputsHash: z.string(),
  reasons: z.array(predictionReason),
};

const localDate = z.iso.date();

/** What models say, as facts: who said what, when, and from which inputs. Streams `prediction-<kind>.<tenant>.<subject>`. */
export const predictionEvents = {
  'demand.forecasted.v1': z.object({
    subjectKind: z.enum(['product', 'hotel']),
    subjectId: z.string(),
    /** The last day that it has seen. */
    asOf: localDate,
    /** People for products, parties that arrive for hotels; a day each. */
    days: z.array(
      z.object({
        date: localDate,
        mean: z.number(),
        /** Lower and upper ends of the 80 % and the 95 % interval. */
        lower80: z.number(),
        upper80: z.number(),
        lower95: z.number(),
        upper95: z.number(),
      }),
    ),
    ...provenance,
  }),
  'price.proposed.v1': z.object({
    proposalId: z.string(),
    subjectKind: z.enum(['departure', 'hotel-night']),
    /** Departure id; of a night `<hotel id>:<date>:<room type>`. */
    subjectId: z.string(),
    productId: z.string().nullable(),
    date: localDate,
    currency,
    /** Of one adult or one night. */
    current: minorUnits,
    proposed: minorUnits,
    /** What the guard rails left: the lowest and the highest price that could have been proposed. */
    lowest: minorUnits,
    highest: minorUnits,
    /** Why this price, in plain English, most important first. */
    explanation: z.array(z.string()),
    /** Expected sales and revenue (minor units) at each price that was weighed. */
    curve: z.array(z.object({ price: minorUnits, demand: z.number(), revenue: z.number() })),
    /** Whether the operator's rule lets it be applied without a click. */
    autoApply: z.boolean(),
    ...provenance,
  }),
  'customer.churn-scored.v1': z.object({
    customerId: z.string(),
    asOf: localDate,
    /** Chance that nothing is bought within `horizonDays`. */
    probability: z.number().min(0).max(1),
    horizonDays: z.int(),
    threshold: z.number(),
    atRisk: z.boolean(),
    ...provenance,
  }),
  'booking.cancellation-scored.v1': z.object({
    subjectKind: z.enum(['booking', 'stay']),
    subjectId: z.string(),
    /** Local date of travel or arrival. */
    date: localDate.nullable(),
    probability: z.number().min(0).max(1),
    threshold: z.number(),
    atRisk: z.boolean(),
    ...provenance,
  }),
  'recommendations.refreshed.v1': z.object({
    subjectKind: z.enum(['customer', 'product', 'everyone']),
    /** Customer id, product id, or `everyone`. */
    subjectId: z.string(),
    items: z.array(z.object({ productId: z.string(), score: z.number(), why: z.string() })),
    ...provenance,
  }),
};
export type PredictionEvent = EventOf<typeof predictionEvents>;
