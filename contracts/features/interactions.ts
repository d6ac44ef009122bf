import type { BookingEvent, Contact } from '../events/bookings.ts';
import type { Occurred } from '../events/define.ts';
import { customerIdOf } from './customer-id.ts';

/**
 * What a customer did with a product, as implicit feedback (Hu, Koren, Volinsky 2008). Nobody records who looks at a page, so it
 * begins with a hold.
 */
type InteractionKind = 'held' | 'confirmed' | 'expired' | 'cancelled';

/** How much an interaction says of what a customer likes: a booking that stands counts 1. */
export const INTERACTION_WEIGHTS: Readonly<Record<InteractionKind, number>> = {
  held: 0.5,
  confirmed: 1,
  expired: 0.3,
  cancelled: 0.3,
};

/** A booking as the recommender sees it: who, what, how far it came and when. */
export interface Interaction {
  /** Id of the booking. */
  readonly id: string;
  readonly tenant: string;
  /** As `customerIdOf` makes it; null: no e-mail address is known so far, as of most holds. */
  readonly customerId: string | null;
  readonly productId: string;
  readonly kind: InteractionKind;
  /** ISO 8601 UTC instant at which it was placed, or confirmed. */
  readonly at: string;
}

/**
 * The interaction after an event of its booking. Undefined: none, because it was a test or its customer was forgotten. Used by the
 * view and by the training set alike, so that the two cannot part.
 */
export const applyToInteraction = (
  before: Interaction | undefined,
  event: Occurred<BookingEvent>,
): Interaction | undefined => {
  if (event.type === 'booking.placed.v1') {
    const { bookingId: id, contact, productId, testMode } = event.data;
    const { tenant, time: at } = event;
    if (testMode) return undefined;
    return { id, tenant, customerId: customerIdOf(tenant, contact.emailAddress), productId, kind: 'held', at };
  }
  // What comes after a test or a forgotten customer must not bring it back.
  if (before === undefined) return undefined;
  switch (event.type) {
    case 'booking.updated.v1':
      return { ...before, customerId: customerOf(event), productId: event.data.productId };
    case 'booking.confirmed.v1':
      return { ...before, customerId: customerOf(event), kind: 'confirmed', at: event.time };
    case 'booking.expired.v1':
      return { ...before, kind: 'expired' };
    case 'booking.cancelled.v1':
      return { ...before, kind: 'cancelled' };
    case 'booking.contact-forgotten.v1':
      return undefined;
    default:
      return before;
  }
};

const customerOf = ({ tenant, data }: Occurred<Extract<BookingEvent, { data: { contact: Contact } }>>) =>
  customerIdOf(tenant, data.contact.emailAddress);
