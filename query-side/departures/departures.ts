import { z } from 'zod';
import { availabilityType } from '../../contracts/events/catalogue.ts';
import { isStaff } from '../../contracts/policy.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { visibleProduct } from '../catalogue/products.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { between, date, inOrder, sortBy, sortOf, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { departureAnswer, toDepartureAnswer } from './departure-answer.ts';

const VIEW = 'departures';
const listPath = '/v1/departures';

const departureQuery = inOrder(
  z.strictObject({
    productId: word.optional(),
    optionId: word.optional(),
    from: date.optional().describe('First local date.'),
    to: date.optional().describe('Last local date.'),
    availabilityType: availabilityType.optional(),
    sort: sortBy(['startsAt']).default('startsAt'),
    ...pageParameters,
  }),
  'from',
  'to',
);

export const departureRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: listPath,
    operationId: 'listDepartures',
    summary: 'List departures',
    description: 'Those who do not work for the company name a product; capacity and sales are null to them.',
    tag: 'Departures',
    action: 'departures:read',
    query: departureQuery,
    responses: { 200: { description: 'A page of departures', schema: pageOf(departureAnswer) } },
    errors: ['NOT_FOUND'],
    handle: ({ query, context }) =>
      readViews(deps, [VIEW, 'products'], context, async () => {
        const caller = callerOf(context);
        if (!isStaff(caller)) {
          if (query.productId === undefined)
            return refuse('INVALID_PARAMETER', 'name the product whose departures you want', 'productId');
          if ((await visibleProduct(deps, caller, query.productId)) === undefined)
            return refuse('NOT_FOUND', `there is no product ${query.productId}`);
        }
        const now = deps.clock();
        return pageReply(
          { path: listPath, query, context },
          () =>
            deps.documents.find<DepartureView>(deps.liveViews.collection(VIEW), {
              filter: where({
                tenant: caller.tenant,
                productId: query.productId,
                optionId: query.optionId,
                localDate: between(query.from, query.to),
                availabilityType: query.availabilityType,
              }),
              sort: [sortOf(query.sort)],
              ...pageAsked(query),
            }),
          (departure) => toDepartureAnswer(caller, departure, now),
        );
      }),
  }),
  defineRoute({
    method: 'get',
    path: `${listPath}/:id`,
    operationId: 'getDeparture',
    summary: 'Get a departure with what is left of it',
    tag: 'Departures',
    action: 'departures:read',
    params: z.object({ id: word }),
    query: z.strictObject({}),
    responses: { 200: { description: 'The departure', schema: departureAnswer } },
    errors: ['NOT_FOUND'],
    handle: ({ params, context }) =>
      readViews(deps, [VIEW, 'products'], context, async () => {
        const caller = callerOf(context);
        const departure = await deps.documents.get<DepartureView>(deps.liveViews.collection(VIEW), params.id);
        const seen =
          departure?.tenant === caller.tenant &&
          (isStaff(caller) || (await visibleProduct(deps, caller, departure.productId)) !== undefined);
        return seen
          ? { body: toDepartureAnswer(caller, departure, deps.clock()) }
          : refuse('NOT_FOUND', `there is no departure ${params.id}`);
      }),
  }),
];
