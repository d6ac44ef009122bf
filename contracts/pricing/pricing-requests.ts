import { z } from 'zod';
import { priceRule, priceScope } from '../events/pricing.ts';

/** Whose prices a rule bounds, as addresses name it. */
export const priceRuleParams = z.object({ scope: priceScope, scopeId: z.string().min(1).max(100) });

/** Body of PUT /v1/price-rules/:scope/:scopeId. */
export const setPriceRuleBody = priceRule
  .extend({ parity: priceRule.shape.parity.default([]), roomTypes: priceRule.shape.roomTypes.default([]) })
  .strict()
  .refine(({ floor, ceiling }) => floor <= ceiling, { path: ['ceiling'], error: 'is below the floor' })
  .refine(({ floor, ceiling, step }) => Math.ceil(floor / step) * step <= ceiling, {
    path: ['step'],
    error: 'no multiple of it lies between floor and ceiling',
  })
  .refine(({ roomTypes }) => new Set(roomTypes.map(({ roomType }) => roomType)).size === roomTypes.length, {
    path: ['roomTypes'],
    error: 'names a type of room twice',
  });

export const proposalParams = z.object({ proposalId: z.string().min(1).max(500) });

/** The body may be left out. */
export const rejectProposalBody = z
  .strictObject({ reason: z.string().trim().max(2_000).nullable().default(null) })
  .default({ reason: null });
