import { z } from 'zod';
import { bookingEvents } from '../events/bookings.ts';

/** Statuses of the open OCTO standard. REDEEMED: every unit item was let in. */
export const bookingStatus = z.enum(['ON_HOLD', 'CONFIRMED', 'EXPIRED', 'CANCELLED', 'REDEEMED']);
export type BookingStatus = z.infer<typeof bookingStatus>;

/** A booking as its events tell it. The decider's state and the booking view are both this document. */
export const bookingView = bookingEvents['booking.placed.v1'].omit({ bookingId: true, expiresAt: true }).extend({
  id: z.string(),
  tenant: z.string(),
  status: bookingStatus,
  createdAt: z.string(),
  updatedAt: z.string(),
  expiresAt: z.string().nullable(),
  confirmedAt: z.string().nullable(),
  redeemedAt: z.string().nullable(),
  voucherCode: z.string().nullable(),
  cancellation: z
    .object({ reason: z.string().nullable(), refund: z.enum(['FULL', 'PARTIAL', 'NONE']), cancelledAt: z.string() })
    .nullable(),
});
export type BookingView = z.infer<typeof bookingView>;
