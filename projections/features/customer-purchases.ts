import type { BookingEvent } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import type { StayEvent } from '../../contracts/events/stays.ts';
import {
  applyPurchaseEvent,
  type CustomerPurchase,
  PURCHASE_EVENTS,
} from '../../contracts/features/customer-purchase.ts';
import type { Projection } from '../runner/projection.ts';

/**
 * What customers bought, one document a booking or stay: a cancellation does not tell whose it is, so a document of a customer
 * could not be found by it. A customer's purchases are those with its id.
 */
export const customerPurchases: Projection<CustomerPurchase> = {
  name: 'customer-purchases',
  version: 1,
  handles: PURCHASE_EVENTS,
  indexes: [{ fields: ['tenant', 'customerId', 'boughtAt'] }],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (purchase, event) => applyPurchaseEvent(purchase, event as unknown as Occurred<StayEvent | BookingEvent>),
};
