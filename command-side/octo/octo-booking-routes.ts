import { z } from 'zod';
import { isRejection, type Rejection } from '../../contracts/decider.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { octoBooking } from '../../contracts/octo/octo-booking.ts';
import type { SentIds } from '../../contracts/octo/octo-error.ts';
import {
  octoCancellationBody,
  octoConfirmationBody,
  octoExtendBody,
  octoReservationBody,
  octoUpdateBody,
} from '../../contracts/octo/octo-requests.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import { defineRoute, type Refusal, type Reply, type RequestContext, type Route } from '../../infra/http/route.ts';
import type { BookingResult, RequestMeta } from '../bookings/booking-requests.ts';
import { creationId, principalOf } from '../handling/meta-of.ts';
import {
  departureIdOf,
  invalidUuid,
  type OctoCommandDeps,
  octoMeta,
  octoReply,
  otherCurrency,
  uuidOf,
} from './octo-commands.ts';
import { isSameParty, namedUnitItems, wantedUnitItems } from './unit-items.ts';

const params = z.object({ uuid: z.string() });
const common = {
  tag: 'OCTO',
  action: 'bookings:write',
  responses: { 200: { description: 'The booking as it stands now', schema: octoBooking } },
} as const;
type Done = BookingResult | Rejection;

/** The writing half of the OCTO supplier API (https://docs.octo.travel). Its app answers errors with `octoError`. */
export const octoCommandRoutes = (deps: OctoCommandDeps): readonly Route[] => {
  const { bookings } = deps;

  /** Runs a command on the booking that the path names. */
  const onBooking = async <B>(
    request: { readonly params: { readonly uuid: string }; readonly body: B; readonly context: RequestContext },
    run: (bookingId: string, body: B, principal: Principal, context: RequestContext) => Promise<Done>,
    sentBy: (body: B) => SentIds = () => ({}),
  ): Promise<Reply | Refusal> => {
    const { params: path, body, context } = request;
    const bookingId = uuidOf(path.uuid);
    if (bookingId === undefined) return invalidUuid(path.uuid);
    const sent = { ...sentBy(body), uuid: path.uuid };
    const { unitItems } = body as { unitItems?: z.infer<typeof octoUpdateBody>['unitItems'] };
    return octoReply(deps, await run(bookingId, body, principalOf(context), context), context, sent, unitItems);
  };

  const cancel = (request: Parameters<typeof onBooking<z.infer<typeof octoCancellationBody>>>[0]) =>
    onBooking(request, (bookingId, { reason }, principal, context) =>
      bookings.cancel(principal, { bookingId, reason }, withoutHash(octoMeta(context, ['cancel', bookingId]))),
    );

  return [
    defineRoute({
      ...common,
      method: 'post',
      path: '/octo/bookings',
      operationId: 'octoReserveBooking',
      summary: 'Reserve: hold availability for a booking',
      body: octoReservationBody,
      handle: async ({ body, context }) => {
        const { productId, optionId, availabilityId, unitItems } = body;
        const bookingId = body.uuid === undefined ? creationId('booking', context) : uuidOf(body.uuid);
        if (bookingId === undefined) return invalidUuid(body.uuid ?? '');
        const sent = { productId, optionId, availabilityId: availabilityId ?? undefined, uuid: body.uuid };
        const wrongCurrency = await otherCurrency(deps, principalOf(context).tenant, productId, body.currency);
        if (wrongCurrency !== undefined) return wrongCurrency;
        const command = {
          ...body,
          bookingId,
          departureId: availabilityId == null ? null : departureIdOf(productId, optionId, availabilityId),
          unitItems: wantedUnitItems(unitItems),
        };
        const meta = octoMeta(context, body.uuid === undefined ? undefined : ['place', bookingId]);
        return octoReply(deps, await bookings.place(principalOf(context), command, meta), context, sent, unitItems);
      },
    }),
    defineRoute({
      ...common,
      method: 'patch',
      path: '/octo/bookings/:uuid',
      operationId: 'octoUpdateBooking',
      summary: 'Update a booking, before or after its confirmation',
      params,
      body: octoUpdateBody,
      handle: (request) =>
        onBooking(
          request,
          async (bookingId, body, principal, context) => {
            const booking = await bookings.find(principal, bookingId);
            if (isRejection(booking)) return booking;
            const meta = octoMeta(context);
            const updated = await bookings.update(principal, updateOf(booking, body), meta);
            const { expirationMinutes } = body;
            if (isRejection(updated) || expirationMinutes === undefined || updated.booking.status !== 'ON_HOLD') {
              return updated;
            }
            return bookings.extend(principal, { bookingId, expirationMinutes }, stepOf(meta, 'extend'));
          },
          ({ productId, optionId, availabilityId }) => ({ productId, optionId, availabilityId }),
        ),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/octo/bookings/:uuid/confirm',
      operationId: 'octoConfirmBooking',
      summary: 'Confirm a booking that is on hold',
      params,
      body: octoConfirmationBody,
      handle: (request) =>
        onBooking(request, async (bookingId, { unitItems, ...body }, principal, context) => {
          const meta = octoMeta(context, ['confirm', bookingId, context.bodyHash]);
          if (unitItems === undefined || unitItems.length === 0) {
            return bookings.confirm(principal, { ...body, bookingId }, meta);
          }
          const booking = await bookings.find(principal, bookingId);
          if (isRejection(booking)) return booking;
          let details = namedUnitItems(unitItems, booking.unitItems);
          if (booking.status === 'ON_HOLD' && !isSameParty(details, booking.unitItems)) {
            // More or fewer unit items than were reserved change what is bought.
            const updated = await bookings.update(principal, { bookingId, unitItems: details }, stepOf(meta, 'party'));
            if (isRejection(updated)) return updated;
            details = namedUnitItems(unitItems, updated.booking.unitItems);
          }
          const named = details.flatMap(({ id, ...item }) => (id === undefined ? [] : [{ ...item, id }]));
          return bookings.confirm(principal, { ...body, bookingId, unitItems: named }, meta);
        }),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/octo/bookings/:uuid/extend',
      operationId: 'octoExtendBooking',
      summary: 'Hold availability longer',
      params,
      body: octoExtendBody,
      handle: (request) =>
        onBooking(request, (bookingId, { expirationMinutes }, principal, context) =>
          bookings.extend(principal, { bookingId, expirationMinutes }, octoMeta(context)),
        ),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/octo/bookings/:uuid/cancel',
      operationId: 'octoCancelBooking',
      summary: 'Cancel a booking',
      params,
      body: octoCancellationBody,
      handle: cancel,
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path: '/octo/bookings/:uuid',
      operationId: 'octoDeleteBooking',
      summary: 'Cancel a booking (as earlier versions of the standard had it)',
      params,
      body: octoCancellationBody,
      handle: cancel,
    }),
  ];
};

const stepOf = (meta: RequestMeta, step: string): RequestMeta => ({
  ...meta,
  commandId: deterministicId(meta.commandId, step),
});

/** A booking is cancelled once, whatever reason a second request gives. */
const withoutHash = ({ commandHash: _, ...meta }: RequestMeta): RequestMeta => meta;

const updateOf = (booking: BookingView, body: z.infer<typeof octoUpdateBody>) => {
  const { availabilityId, unitItems } = body;
  const productId = body.productId ?? booking.productId;
  const optionId = body.optionId ?? booking.optionId;
  return {
    bookingId: booking.id,
    productId: body.productId,
    optionId: body.optionId,
    departureId: availabilityId === undefined ? undefined : departureIdOf(productId, optionId, availabilityId),
    unitItems: unitItems === undefined ? undefined : wantedUnitItems(unitItems),
    contact: body.contact,
    notes: body.notes,
    resellerReference: body.resellerReference,
  };
};
