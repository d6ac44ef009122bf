import { z } from 'zod';
import { currency, minorUnits } from '../money.ts';
import type { EventOf } from './define.ts';

/** What a rule is for: all departures of a product, or all nights of a hotel. */
export const priceScope = z.enum(['product', 'hotel']);
export type PriceScope = z.infer<typeof priceScope>;

const price = minorUnits.min(0);

/** Another channel's price that ours must not go under, or not over. */
const parity = z.object({ channel: z.string().min(1).max(100), price, rule: z.enum(['not-under', 'not-over']) });

/** The guard rails of an operator. Prices are of one adult (or one booking where the product is priced so) or of one night. */
export const priceRule = z.object({
  currency,
  floor: price,
  ceiling: price,
  /** Prices are whole multiples of it. */
  step: minorUnits.min(1),
  /** How far a price may move from where it stood when the UTC day began, in percent. */
  maxChangePercent: z.int().min(1).max(100),
  parity: z.array(parity).max(20),
  /** Proposals within the rails are applied without a click. */
  autoApply: z.boolean(),
  /** Of a hotel: the types of room that prices are proposed for, and how many there are; null: not limited. Of a product: none. */
  roomTypes: z.array(z.object({ roomType: z.string().min(1).max(100), rooms: z.int().min(0).nullable() })).max(100),
});
export type PriceRule = z.infer<typeof priceRule>;

const of = { scope: priceScope, scopeId: z.string() };
const decided = {
  ...of,
  proposalId: z.string(),
  subjectKind: z.enum(['departure', 'hotel-night']),
  subjectId: z.string(),
  /** Local date of the departure or night. */
  date: z.iso.date(),
};

/** What operators want of prices and decide about proposals. A stream is one product's or hotel's prices. */
export const pricingEvents = {
  'price.rule-set.v1': z.object({ ...of, rule: priceRule }),
  'price.rule-removed.v1': z.object(of),
  'price.proposal-accepted.v1': z.object({
    ...decided,
    currency,
    /** The price until then. */
    current: price,
    price,
    /** `rule`: the operator's rule let it be applied without a click. */
    by: z.enum(['click', 'rule']),
  }),
  'price.proposal-rejected.v1': z.object({ ...decided, reason: z.string().nullable() }),
};
export type PricingEvent = EventOf<typeof pricingEvents>;
