import { applyBookingEvent } from '../../contracts/bookings/booking-fold.ts';
import { type BookingEvent, bookingEvents } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { Projection } from '../runner/projection.ts';

/** Every booking as it stands now: booking detail and lists. */
export const bookings: Projection<BookingView> = {
  name: 'bookings',
  version: 1,
  handles: Object.keys(bookingEvents),
  indexes: [
    { fields: ['tenant', 'createdAt'] },
    { fields: ['tenant', 'status', 'createdAt'] },
    { fields: ['tenant', 'seller', 'createdAt'] },
    { fields: ['tenant', 'supplierReference'] },
    { fields: ['tenant', 'resellerReference'] },
    { fields: ['tenant', 'departure.localDate'] },
    { fields: ['tenant', 'productId', 'createdAt'] },
  ],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (booking, event) => applyBookingEvent(booking, event as unknown as Occurred<BookingEvent>),
};
