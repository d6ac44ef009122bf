import { z } from 'zod';
import { octoBooking, toOctoBooking } from '../../contracts/octo/octo-booking.ts';
import { octoHeaders, wantedBy } from '../../contracts/octo/octo-locale.ts';
import { octoBookingsQuery } from '../../contracts/octo/octo-requests.ts';
import { hideNet } from '../../contracts/policy.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { defineRoute, type Refusal, type Route, refuse } from '../../infra/http/route.ts';
import { BOOKINGS, seesEveryBooking, visibleBooking } from '../bookings/visible-bookings.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { between } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';

const WAIT_MS = 2_000;
/** The standard knows no pages. */
const MOST_BOOKINGS = 2_000;

/** Routes that read bookings under /octo. They show what was acknowledged before: the standard has no consistency tokens. */
export const octoBookingQueryRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: '/octo/bookings',
    operationId: 'octoListBookings',
    summary: 'Find bookings',
    description:
      'By `resellerReference`, `supplierReference`, `localDate`, or `localDateStart` and `localDateEnd`; `productId` and `optionId` narrow it further.',
    tag: 'OCTO',
    action: 'bookings:read',
    query: octoBookingsQuery,
    responses: { 200: { description: 'The bookings, the newest first', schema: z.array(octoBooking) } },
    handle: async ({ query, context }) => {
      const asked = enoughAsked(query);
      if (asked !== undefined) return asked;
      const behind = await caughtUp(deps);
      if (behind !== undefined) return behind;
      const caller = callerOf(context);
      const { items, next } = await deps.documents.find<BookingView>(deps.liveViews.collection(BOOKINGS), {
        filter: where({
          tenant: caller.tenant,
          seller: seesEveryBooking(caller) ? undefined : caller.actor,
          resellerReference: query.resellerReference,
          supplierReference: query.supplierReference,
          'departure.localDate': query.localDate ?? between(query.localDateStart, query.localDateEnd),
          productId: query.productId,
          optionId: query.optionId,
        }),
        sort: [['createdAt', -1]],
        limit: MOST_BOOKINGS,
      });
      if (next !== undefined) {
        return refuse('BAD_REQUEST', `more than ${MOST_BOOKINGS} bookings match; narrow the dates`, 'localDateStart');
      }
      const wanted = wantedBy(context.headers);
      const products = await productsOf(deps, items);
      const shown = { ...wanted, now: deps.clock() };
      const body = items.map((booking) => toOctoBooking(booking, products.get(booking.productId), shown));
      return { body: hideNet(caller, body), headers: octoHeaders(wanted) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/octo/bookings/:uuid',
    operationId: 'octoGetBooking',
    summary: 'Get a booking',
    tag: 'OCTO',
    action: 'bookings:read',
    params: z.object({ uuid: z.string() }),
    responses: { 200: { description: 'The booking', schema: octoBooking } },
    handle: async ({ params: { uuid }, context }) => {
      const behind = await caughtUp(deps);
      if (behind !== undefined) return behind;
      const caller = callerOf(context);
      const booking = await visibleBooking(deps, caller, uuid.toLowerCase());
      if (booking === undefined) return refuse('NOT_FOUND', 'there is no such booking', 'uuid', { sent: { uuid } });
      const wanted = wantedBy(context.headers);
      const product = (await productsOf(deps, [booking])).get(booking.productId);
      return {
        body: hideNet(caller, toOctoBooking(booking, product, { ...wanted, now: deps.clock() })),
        headers: octoHeaders(wanted, product),
      };
    },
  }),
];

const enoughAsked = (query: z.infer<typeof octoBookingsQuery>): Refusal | undefined => {
  const { localDateStart, localDateEnd } = query;
  if ((localDateStart === undefined) !== (localDateEnd === undefined)) {
    const missing = localDateStart === undefined ? 'localDateStart' : 'localDateEnd';
    return refuse('BAD_REQUEST', 'localDateStart and localDateEnd are needed together', missing);
  }
  const enough = query.resellerReference ?? query.supplierReference ?? query.localDate ?? localDateStart;
  if (enough !== undefined) return undefined;
  return refuse(
    'BAD_REQUEST',
    'one of resellerReference, supplierReference, localDate, localDateStart/localDateEnd is required',
    'resellerReference',
  );
};

/** Waits until the view shows all that stood in the log when the request came; a refusal where it takes too long. */
const caughtUp = async ({ eventStore, liveViews }: QueryDeps): Promise<Refusal | undefined> => {
  const position = await eventStore.headPosition();
  if (liveViews.reached(BOOKINGS) >= position || (await liveViews.waitFor(BOOKINGS, position, WAIT_MS))) {
    return undefined;
  }
  return refuse('VIEW_BEHIND', 'the bookings are not up to date yet, try again shortly');
};

const productsOf = (
  { documents, liveViews }: QueryDeps,
  bookings: readonly BookingView[],
): Promise<ReadonlyMap<string, ProductView>> =>
  documents.getMany<ProductView>(liveViews.collection('products'), [
    ...new Set(bookings.map(({ productId }) => productId)),
  ]);
