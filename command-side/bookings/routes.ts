import { z } from 'zod';
import {
  cancelBookingBody,
  confirmBookingBody,
  extendBookingBody,
  placeBookingBody,
  redeemTicketBody,
  updateBookingBody,
} from '../../contracts/bookings/booking-requests.ts';
import { isRejection, type Rejection } from '../../contracts/decider.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { hideNet } from '../../contracts/policy.ts';
import { bookingView } from '../../contracts/views/booking.ts';
import {
  defineRoute,
  type Refusal,
  type Reply,
  type RequestContext,
  type Route,
  refuse,
} from '../../infra/http/route.ts';
import { creationId, metaOf, principalOf } from '../handling/meta-of.ts';
import { CONSISTENCY_TOKEN } from '../handling/reply-to.ts';
import type { BookingResult } from './booking-requests.ts';
import type { BookingService } from './booking-service.ts';

const params = z.object({ bookingId: z.uuid() });
const common = { tag: 'bookings', action: 'bookings:write' } as const;
const asItStands = { 200: { description: 'The booking as it stands now', schema: bookingView } };
const seatErrors = ['SOLD_OUT', 'DEPARTURE_CLOSED', 'CUTOFF_PASSED', 'CONFLICT'] as const satisfies ErrorCode[];
const catalogueErrors = ['NOT_FOUND', 'PRODUCT_NOT_BOOKABLE', 'INVALID_UNITS'] as const satisfies ErrorCode[];

const answer = (result: BookingResult | Rejection, context: RequestContext, status = 200): Reply | Refusal => {
  if (isRejection(result)) return refuse(result.rejected, result.detail, result.field);
  return {
    status,
    body: hideNet(principalOf(context), result.booking),
    headers: { [CONSISTENCY_TOKEN]: String(result.position) },
  };
};

/** Routes of bookings under /v1: place, update, confirm, extend, cancel, and redeem a ticket. */
export const bookingRoutes = ({ bookings }: { readonly bookings: BookingService }): readonly Route[] => [
  defineRoute({
    ...common,
    method: 'post',
    path: '/v1/bookings',
    operationId: 'placeBooking',
    summary: 'Hold seats for a booking',
    description: 'The booking is on hold until it is confirmed or its time has passed.',
    body: placeBookingBody,
    responses: { 201: { description: 'The booking, on hold', schema: bookingView } },
    errors: [...catalogueErrors, ...seatErrors, 'HOLD_EXPIRED'],
    handle: async ({ body, context }) => {
      const command = { ...body, bookingId: creationId('booking', context), departureId: body.departureId ?? null };
      return answer(await bookings.place(principalOf(context), command, metaOf(context)), context, 201);
    },
  }),
  defineRoute({
    ...common,
    method: 'patch',
    path: '/v1/bookings/:bookingId',
    operationId: 'updateBooking',
    summary: 'Change a booking: its departure, party, contact or references',
    description: 'Possible while it is on hold, and after its confirmation as long as it could be cancelled.',
    params,
    body: updateBookingBody,
    responses: asItStands,
    errors: [...catalogueErrors, ...seatErrors, 'HOLD_EXPIRED', 'NOT_CANCELLABLE'],
    handle: async ({ params: { bookingId }, body, context }) =>
      answer(await bookings.update(principalOf(context), { ...body, bookingId }, metaOf(context)), context),
  }),
  defineRoute({
    ...common,
    method: 'post',
    path: '/v1/bookings/:bookingId/confirm',
    operationId: 'confirmBooking',
    summary: 'Confirm a booking that is on hold',
    params,
    body: confirmBookingBody,
    responses: asItStands,
    errors: ['NOT_FOUND', 'BOOKING_NOT_ON_HOLD', 'HOLD_EXPIRED', 'MISSING_CONTACT', 'INVALID_UNITS', 'CONFLICT'],
    handle: async ({ params: { bookingId }, body, context }) =>
      answer(await bookings.confirm(principalOf(context), { ...body, bookingId }, metaOf(context)), context),
  }),
  defineRoute({
    ...common,
    method: 'post',
    path: '/v1/bookings/:bookingId/extend',
    operationId: 'extendBooking',
    summary: 'Hold a booking longer',
    params,
    body: extendBookingBody,
    responses: asItStands,
    errors: ['NOT_FOUND', 'BOOKING_NOT_ON_HOLD', 'HOLD_EXPIRED', 'DEPARTURE_CLOSED', 'CUTOFF_PASSED', 'CONFLICT'],
    handle: async ({ params: { bookingId }, body, context }) =>
      answer(await bookings.extend(principalOf(context), { ...body, bookingId }, metaOf(context)), context),
  }),
  defineRoute({
    ...common,
    method: 'post',
    path: '/v1/bookings/:bookingId/cancel',
    operationId: 'cancelBooking',
    summary: 'Cancel a booking and give its seats back',
    description: 'A confirmed booking that is cancelled before its cut-off is refunded in full.',
    params,
    body: cancelBookingBody,
    responses: asItStands,
    errors: ['NOT_FOUND', 'NOT_CANCELLABLE', 'CONFLICT'],
    handle: async ({ params: { bookingId }, body, context }) =>
      answer(await bookings.cancel(principalOf(context), { ...body, bookingId }, metaOf(context)), context),
  }),
  defineRoute({
    ...common,
    action: 'bookings:forget',
    method: 'post',
    path: '/v1/bookings/:bookingId/forget',
    operationId: 'forgetBookingContact',
    summary: 'Forget the person behind a booking',
    description:
      'Contacts and notes are blanked in every view, and the keys of what the log holds of them are destroyed, for good. What was booked and paid stays.',
    params,
    responses: asItStands,
    errors: ['NOT_FOUND'],
    handle: async ({ params: { bookingId }, context }) =>
      answer(await bookings.forget(principalOf(context), bookingId, metaOf(context)), context),
  }),
  defineRoute({
    ...common,
    action: 'bookings:redeem',
    method: 'post',
    path: '/v1/tickets/redeem',
    operationId: 'redeemTicket',
    summary: 'Let in who shows a ticket, or the whole party with its voucher',
    body: redeemTicketBody,
    responses: asItStands,
    errors: ['NOT_FOUND', 'NOT_REDEEMABLE', 'CONFLICT'],
    handle: async ({ body, context }) =>
      answer(await bookings.redeem(principalOf(context), body, metaOf(context)), context),
  }),
];
