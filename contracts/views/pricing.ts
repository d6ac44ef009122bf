import { z } from 'zod';
import { priceRule, priceScope } from '../events/pricing.ts';
import { minorUnits } from '../money.ts';

const date = z.iso.date();

/** What was decided about a proposal. */
export const proposalDecision = z.object({
  status: z.enum(['accepted', 'rejected']),
  at: z.string(),
  /** Of the departure or night: what is past is forgotten. */
  date,
  by: z.enum(['click', 'rule']),
  reason: z.string().nullable(),
});
export type ProposalDecision = z.infer<typeof proposalDecision>;

/** The accepted rate of a hotel night. */
export const acceptedRate = z.object({
  date,
  price: minorUnits,
  /** UTC date of the last change, and the price as that day began. */
  on: date,
  from: minorUnits,
});

/** A product's or hotel's prices: its rule, and what was decided about proposals for days to come. */
export const pricingView = z.object({
  id: z.string(),
  tenant: z.string(),
  scope: priceScope,
  scopeId: z.string(),
  /** Null: none, or not any more. */
  rule: priceRule.nullable(),
  hasRule: z.boolean(),
  updatedAt: z.string(),
  /** By proposal. */
  decisions: z.record(z.string(), proposalDecision),
  /** By hotel night. */
  rates: z.record(z.string(), acceptedRate),
});
export type PricingView = z.infer<typeof pricingView>;
