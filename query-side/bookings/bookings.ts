import { z } from 'zod';
import { hideNet, seesBookingOf } from '../../contracts/policy.ts';
import { type BookingView, bookingStatus, bookingView } from '../../contracts/views/booking.ts';
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
import { BOOKINGS, seesEveryBooking, visibleBooking } from './visible-bookings.ts';

const listPath = '/v1/bookings';

const bookingQuery = inOrder(
  inOrder(
    z.strictObject({
      status: severalOf(bookingStatus).optional(),
      productId: severalOf(word).optional(),
      seller: word.optional().describe('`user:<id>` or `api-key:<id>`.'),
      channel: severalOf(word).optional(),
      reference: word.optional().describe('The short code that people read out.'),
      resellerReference: word.optional(),
      localDateFrom: date.optional().describe('First local date of travel.'),
      localDateTo: date.optional().describe('Last local date of travel.'),
      createdFrom: instantOrDate.optional(),
      createdTo: instantOrDate.optional().describe('A date includes its whole UTC day.'),
      sort: sortBy(['createdAt', 'localDate', 'updatedAt']).default('-createdAt'),
      ...pageParameters,
    }),
    'localDateFrom',
    'localDateTo',
  ),
  'createdFrom',
  'createdTo',
);

export const bookingRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: listPath,
    operationId: 'listBookings',
    summary: 'List bookings',
    description: 'A reseller sees the bookings that it sold. Net prices are null to those who may not see them.',
    tag: 'Bookings',
    action: 'bookings:read',
    query: bookingQuery,
    responses: { 200: { description: 'A page of bookings', schema: pageOf(bookingView) } },
    handle: ({ query, context }) =>
      readViews(deps, [BOOKINGS], context, () => {
        const caller = callerOf(context);
        if (query.seller !== undefined && !seesBookingOf(caller, query.seller))
          return { body: { items: [], next: null } };
        return pageReply(
          { path: listPath, query, context },
          () =>
            deps.documents.find<BookingView>(deps.liveViews.collection(BOOKINGS), {
              filter: where({
                tenant: caller.tenant,
                seller: seesEveryBooking(caller) ? query.seller : caller.actor,
                status: query.status,
                productId: query.productId,
                channel: query.channel,
                supplierReference: query.reference,
                resellerReference: query.resellerReference,
                'departure.localDate': between(query.localDateFrom, query.localDateTo),
                createdAt: betweenInstants(query.createdFrom, query.createdTo),
              }),
              sort: [sortOf(query.sort, { localDate: 'departure.localDate' })],
              ...pageAsked(query),
            }),
          (booking) => hideNet(caller, booking),
        );
      }),
  }),
  defineRoute({
    method: 'get',
    path: `${listPath}/:id`,
    operationId: 'getBooking',
    summary: 'Get a booking',
    tag: 'Bookings',
    action: 'bookings:read',
    params: z.object({ id: word }),
    query: z.strictObject({}),
    responses: { 200: { description: 'The booking', schema: bookingView } },
    errors: ['NOT_FOUND'],
    handle: ({ params, context }) =>
      readViews(deps, [BOOKINGS], context, async () => {
        const caller = callerOf(context);
        const booking = await visibleBooking(deps, caller, params.id);
        return booking === undefined
          ? refuse('NOT_FOUND', `there is no booking ${params.id}`)
          : { body: hideNet(caller, booking) };
      }),
  }),
];
