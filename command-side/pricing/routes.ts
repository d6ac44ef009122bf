import { z } from 'zod';
import { reject } from '../../contracts/decider.ts';
import type { PriceRule, PriceScope } from '../../contracts/events/pricing.ts';
import { pricingIdOf } from '../../contracts/pricing/price-ids.ts';
import {
  priceRuleParams,
  proposalParams,
  rejectProposalBody,
  setPriceRuleBody,
} from '../../contracts/pricing/pricing-requests.ts';
import { type PricingView, pricingView, proposalDecision } from '../../contracts/views/pricing.ts';
import { defineRoute, type RequestContext, type Route } from '../../infra/http/route.ts';
import { productDecider } from '../catalogue/product-decider.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { metaOf, principalOf } from '../handling/meta-of.ts';
import { replyTo } from '../handling/reply-to.ts';
import { createPriceProposals } from './price-proposals.ts';
import { type PricingCommand, type PricingState, pricingDecider } from './pricing-decider.ts';

const ruleAnswer = pricingView.pick({ scope: true, scopeId: true, rule: true, updatedAt: true });
const decidedAnswer = z.object({ proposalId: z.string(), decision: proposalDecision });

/** The state is changed in place, so the answer takes a copy. */
const ruleOf = (state: PricingState): Pick<PricingView, 'scope' | 'scopeId' | 'rule' | 'updatedAt'> | undefined =>
  state && { scope: state.scope, scopeId: state.scopeId, rule: state.rule, updatedAt: state.updatedAt };

export interface PricingRouteDeps {
  readonly handling: CommandHandling;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
}

/** Routes of an operator's price rules, and of what is decided about proposals. */
export const pricingRoutes = ({ handling, clock }: PricingRouteDeps): readonly Route[] => {
  const proposals = createPriceProposals(handling, clock);
  const common = { tag: 'Prices', action: 'pricing:write' } as const;
  const decided = { 200: { description: 'What was decided', schema: decidedAnswer } };

  const send = async (scope: PriceScope, scopeId: string, command: PricingCommand, context: RequestContext) => {
    const meta = metaOf(context);
    const id = pricingIdOf(meta.tenant, scope, scopeId);
    return replyTo(await handling.handle(pricingDecider, id, command, meta, ruleOf), (body) => ({ body }));
  };

  /** Why a rule is none for these prices. */
  const misfit = async (scope: PriceScope, scopeId: string, rule: PriceRule, context: RequestContext) => {
    if (scope === 'hotel') {
      return rule.roomTypes.length > 0
        ? undefined
        : reject('INVALID_BODY', 'a rule of a hotel names the types of room that it is for', 'roomTypes');
    }
    const product = await handling.read(productDecider, scopeId, (state) => state, true);
    if (product?.tenant !== principalOf(context).tenant) return reject('NOT_FOUND', 'there is no such product');
    if (rule.roomTypes.length > 0) return reject('INVALID_BODY', 'a product has no types of room', 'roomTypes');
    return product.details.currency === rule.currency
      ? undefined
      : reject('INVALID_BODY', `the product is sold in ${product.details.currency}`, 'currency');
  };

  return [
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/price-rules/:scope/:scopeId',
      operationId: 'setPriceRule',
      summary: 'Set the guard rails of the prices of a product or hotel',
      description:
        'Prices are proposed for its departures, or nights, of the next 90 days, and never outside of the rails. Without `autoApply` each waits to be accepted.',
      params: priceRuleParams,
      body: setPriceRuleBody,
      responses: { 200: { description: 'The rule as it stands now', schema: ruleAnswer } },
      errors: ['NOT_FOUND'],
      handle: async ({ params: { scope, scopeId }, body: rule, context }) => {
        const refused = await misfit(scope, scopeId, rule, context);
        if (refused !== undefined) return replyTo(refused, (body) => ({ body }));
        return send(scope, scopeId, { type: 'set-rule', scope, scopeId, rule }, context);
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path: '/v1/price-rules/:scope/:scopeId',
      operationId: 'removePriceRule',
      summary: 'Remove a price rule',
      description: 'No more prices are proposed or accepted. Prices that were applied stay.',
      params: priceRuleParams,
      responses: { 200: { description: 'Without a rule', schema: ruleAnswer } },
      errors: ['NOT_FOUND'],
      handle: ({ params: { scope, scopeId }, context }) =>
        send(scope, scopeId, { type: 'remove-rule', scope, scopeId }, context),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/price-proposals/:proposalId/accept',
      operationId: 'acceptPriceProposal',
      summary: 'Accept a proposed price',
      description:
        'A departure is sold at it from now on; what is booked keeps its price. The rate of a hotel night is recorded, to be read by those who sell it.',
      params: proposalParams,
      responses: decided,
      errors: [
        'NOT_FOUND',
        'PROPOSAL_NOT_OPEN',
        'PRICE_OUTSIDE_RULE',
        'PRODUCT_NOT_BOOKABLE',
        'SOLD_OUT',
        'DEPARTURE_CLOSED',
        'CUTOFF_PASSED',
      ],
      handle: async ({ params, context }) =>
        replyTo(await proposals.accept(params.proposalId, 'click', metaOf(context)), (body) => ({ body })),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/price-proposals/:proposalId/reject',
      operationId: 'rejectPriceProposal',
      summary: 'Reject a proposed price',
      params: proposalParams,
      body: rejectProposalBody,
      responses: decided,
      errors: ['NOT_FOUND', 'PROPOSAL_NOT_OPEN'],
      handle: async ({ params, body: { reason }, context }) =>
        replyTo(await proposals.reject(params.proposalId, reason, metaOf(context)), (body) => ({ body })),
    }),
  ];
};
