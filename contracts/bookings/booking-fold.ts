import { type BookingEvent, emptyContact } from '../events/bookings.ts';
import type { Occurred } from '../events/define.ts';
import type { BookingView } from '../views/booking.ts';

type EventData<T extends BookingEvent['type']> = Extract<BookingEvent, { type: T }>['data'];

/**
 * The next view of a booking. The decider and the booking view both fold with it, so what is decided and what is shown
 * cannot part. Fields of `booking` are replaced in place; what they point to is an event's data and is never changed.
 * @throws Error when a booking's first event is not that it was placed (a broken log).
 */
export const applyBookingEvent = (booking: BookingView | undefined, event: Occurred<BookingEvent>): BookingView => {
  if (event.type === 'booking.placed.v1') return placed(event.data, event.time, event.tenant);
  if (booking === undefined) throw new Error(`${event.type} of a booking that was never placed`);
  booking.updatedAt = event.time;
  switch (event.type) {
    case 'booking.updated.v1':
      update(booking, event.data);
      break;
    case 'booking.extended.v1':
      booking.expiresAt = event.data.expiresAt;
      break;
    case 'booking.confirmed.v1':
      confirm(booking, event.data, event.time);
      break;
    case 'booking.cancelled.v1':
      booking.status = 'CANCELLED';
      booking.expiresAt = null;
      booking.cancellation = { reason: event.data.reason, refund: event.data.refund, cancelledAt: event.time };
      break;
    case 'booking.expired.v1':
      booking.status = 'EXPIRED';
      break;
    case 'booking.contact-forgotten.v1':
      booking.contact = emptyContact;
      booking.notes = null;
      booking.unitItems = booking.unitItems.map((item) => ({ ...item, contact: emptyContact }));
      break;
    case 'booking.redeemed.v1':
      redeem(booking, event.data, event.time);
      break;
  }
  return booking;
};

const placed = (data: EventData<'booking.placed.v1'>, time: string, tenant: string): BookingView => ({
  id: data.bookingId,
  tenant,
  status: 'ON_HOLD',
  supplierReference: data.supplierReference,
  resellerReference: data.resellerReference,
  seller: data.seller,
  channel: data.channel,
  testMode: data.testMode,
  productId: data.productId,
  optionId: data.optionId,
  departure: data.departure,
  unitItems: data.unitItems,
  pricing: data.pricing,
  seats: data.seats,
  contact: data.contact,
  notes: data.notes,
  cancellableUntil: data.cancellableUntil,
  freesale: data.freesale,
  createdAt: time,
  updatedAt: time,
  expiresAt: data.expiresAt,
  confirmedAt: null,
  redeemedAt: null,
  voucherCode: null,
  cancellation: null,
});

const update = (booking: BookingView, data: EventData<'booking.updated.v1'>): void => {
  booking.productId = data.productId;
  booking.optionId = data.optionId;
  booking.departure = data.departure;
  booking.freesale = data.departure === null;
  booking.unitItems = data.unitItems;
  booking.pricing = data.pricing;
  booking.seats = data.seats;
  booking.contact = data.contact;
  booking.notes = data.notes;
  booking.resellerReference = data.resellerReference;
  booking.cancellableUntil = data.cancellableUntil;
};

const confirm = (booking: BookingView, data: EventData<'booking.confirmed.v1'>, time: string): void => {
  booking.status = 'CONFIRMED';
  booking.confirmedAt = time;
  booking.expiresAt = null;
  booking.resellerReference = data.resellerReference;
  booking.contact = data.contact;
  booking.unitItems = data.unitItems;
  booking.voucherCode = data.voucherCode;
};

const redeem = (booking: BookingView, data: EventData<'booking.redeemed.v1'>, time: string): void => {
  booking.unitItems = booking.unitItems.map((item) =>
    data.unitItemIds.includes(item.id) ? { ...item, redeemedAt: time } : item,
  );
  if (booking.unitItems.some((item) => item.redeemedAt === null)) return;
  booking.status = 'REDEEMED';
  booking.redeemedAt = time;
};
