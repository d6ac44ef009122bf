import { z } from 'zod';
import { type StayView, stayStatus, stayView } from '../../contracts/views/stay.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import {
  between,
  betweenInstants,
  date,
  inOrder,
  instantOrDate,
  severalOf,
  sortBy,
  sortOf,
  word,
} from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const VIEW = 'stays';
const listPath = '/v1/stays';

const stayQuery = inOrder(
  inOrder(
    z.strictObject({
      hotelId: severalOf(word).optional(),
      status: severalOf(stayStatus).optional(),
      channel: severalOf(word).optional(),
      country: severalOf(word, 'ISO 3166 codes.').optional(),
      arrivalFrom: date.optional(),
      arrivalTo: date.optional(),
      bookedFrom: instantOrDate.optional(),
      bookedTo: instantOrDate.optional().describe('A date includes its whole UTC day.'),
      sort: sortBy(['arrivalDate', 'bookedAt']).default('-arrivalDate'),
      ...pageParameters,
    }),
    'arrivalFrom',
    'arrivalTo',
  ),
  'bookedFrom',
  'bookedTo',
);

export const stayRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: listPath,
    operationId: 'listStays',
    summary: 'List hotel stays',
    tag: 'Stays',
    action: 'stays:read',
    query: stayQuery,
    responses: { 200: { description: 'A page of stays', schema: pageOf(stayView) } },
    handle: ({ query, context }) =>
      readViews(deps, [VIEW], context, () =>
        pageReply({ path: listPath, query, context }, () =>
          deps.documents.find<StayView>(deps.liveViews.collection(VIEW), {
            filter: where({
              tenant: callerOf(context).tenant,
              'terms.hotelId': query.hotelId,
              status: query.status,
              channel: query.channel,
              country: query.country,
              'terms.arrivalDate': between(query.arrivalFrom, query.arrivalTo),
              bookedAt: betweenInstants(query.bookedFrom, query.bookedTo),
            }),
            sort: [sortOf(query.sort, { arrivalDate: 'terms.arrivalDate' })],
            ...pageAsked(query),
          }),
        ),
      ),
  }),
  defineRoute({
    method: 'get',
    path: `${listPath}/:id`,
    operationId: 'getStay',
    summary: 'Get a hotel stay',
    tag: 'Stays',
    action: 'stays:read',
    params: z.object({ id: word }),
    query: z.strictObject({}),
    responses: { 200: { description: 'The stay', schema: stayView } },
    errors: ['NOT_FOUND'],
    handle: ({ params, context }) =>
      readViews(deps, [VIEW], context, async () => {
        const stay = await deps.documents.get<StayView>(deps.liveViews.collection(VIEW), params.id);
        return stay?.tenant === callerOf(context).tenant
          ? { body: stay }
          : refuse('NOT_FOUND', `there is no stay ${params.id}`);
      }),
  }),
];
