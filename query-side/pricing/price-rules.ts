import { z } from 'zod';
import { priceScope } from '../../contracts/events/pricing.ts';
import { nightOf } from '../../contracts/pricing/price-ids.ts';
import { acceptedRate, type PricingView, pricingView } from '../../contracts/views/pricing.ts';
import { defineRoute, type Route } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { date, inOrder, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const VIEW = 'pricing';
const rulesPath = '/v1/price-rules';

const rule = pricingView.pick({ scope: true, scopeId: true, updatedAt: true }).extend({
  rule: pricingView.shape.rule.unwrap(),
});

const rate = acceptedRate.pick({ date: true, price: true }).extend({
  roomType: z.string(),
  currency: z.string().nullable().describe('Of the rule; null where the hotel has none any more.'),
});

/** Routes of the price rules, and of the rates that were accepted for hotel nights. */
export const priceRuleRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: rulesPath,
    operationId: 'listPriceRules',
    summary: 'List price rules',
    tag: 'Prices',
    action: 'predictions:read',
    query: z.strictObject({ scope: priceScope.optional(), scopeId: word.optional(), ...pageParameters }),
    responses: { 200: { description: 'A page of rules', schema: pageOf(rule) } },
    handle: ({ query, context }) =>
      readViews(deps, [VIEW], context, () =>
        pageReply(
          { path: rulesPath, query, context },
          () =>
            deps.documents.find<PricingView>(deps.liveViews.collection(VIEW), {
              filter: {
                hasRule: true,
                ...where({ tenant: callerOf(context).tenant, scope: query.scope, scopeId: query.scopeId }),
              },
              ...pageAsked(query),
            }),
          (view) => ({ scope: view.scope, scopeId: view.scopeId, rule: view.rule, updatedAt: view.updatedAt }),
        ),
      ),
  }),
  defineRoute({
    method: 'get',
    path: '/v1/hotels/:hotelId/accepted-rates',
    operationId: 'listAcceptedRates',
    summary: 'List the rates that were accepted for the nights of a hotel',
    description: 'For those who sell the nights elsewhere: stays booked here bring their own rate.',
    tag: 'Prices',
    action: 'predictions:read',
    params: z.object({ hotelId: word }),
    query: inOrder(z.strictObject({ from: date.optional(), to: date.optional() }), 'from', 'to'),
    responses: {
      200: { description: 'The rates, by date and type of room', schema: z.object({ items: z.array(rate) }) },
    },
    handle: ({ params, query, context }) =>
      readViews(deps, [VIEW], context, async () => {
        const { items } = await deps.documents.find<PricingView>(deps.liveViews.collection(VIEW), {
          filter: { tenant: callerOf(context).tenant, scope: 'hotel', scopeId: params.hotelId },
        });
        return { body: { items: items.flatMap(ratesOf).filter((one) => isBetween(one.date, query.from, query.to)) } };
      }),
  }),
];

const ratesOf = ({ rates, rule: inForce }: PricingView): z.infer<typeof rate>[] =>
  Object.entries(rates)
    .map(([nightId, { date: night, price }]) => ({
      date: night,
      roomType: nightOf(nightId)?.roomType ?? '',
      price,
      currency: inForce?.currency ?? null,
    }))
    .sort((a, b) => a.date.localeCompare(b.date) || a.roomType.localeCompare(b.roomType));

const isBetween = (day: string, from: string | undefined, to: string | undefined): boolean =>
  (from === undefined || from <= day) && (to === undefined || day <= to);
