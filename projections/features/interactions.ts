import { type BookingEvent, bookingEvents } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import { applyToInteraction, type Interaction } from '../../contracts/features/interactions.ts';
import type { Projection } from '../runner/projection.ts';

/**
 * What customers booked, one document a booking: most events of a booking do not tell whose it is, so a document of a customer
 * could not be found by them. A customer's history is a query by `customerId`.
 */
export const customerInteractions: Projection<Interaction> = {
  name: 'customer-interactions',
  version: 1,
  handles: Object.keys(bookingEvents),
  indexes: [{ fields: ['tenant', 'customerId', 'at'] }, { fields: ['tenant', 'at'] }],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (interaction, event) => applyToInteraction(interaction, event as unknown as Occurred<BookingEvent>),
};
