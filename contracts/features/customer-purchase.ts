import type { BookingEvent } from '../events/bookings.ts';
import type { Occurred } from '../events/define.ts';
import type { StayEvent } from '../events/stays.ts';
import { customerIdOf } from './customer-id.ts';

/** One booking or stay as a purchase of a customer: what it was worth when it was bought, and whether it was given back. */
export interface CustomerPurchase {
  readonly tenant: string;
  /** `customerIdOf` a traveller's address; `agent:<code>` or `company:<code>` of a stay. Null: nobody is known. */
  readonly customerId: string | null;
  /** UTC instant; null: a hold that is not confirmed. */
  readonly boughtAt: string | null;
  /** UTC instant. */
  readonly cancelledAt: string | null;
  /** Minor units, at the time of buying: later changes are not followed, so that no snapshot can see them early. */
  readonly amount: number;
  /** Seats, or room nights. */
  readonly quantity: number;
  /** Tickets, or one room. */
  readonly lines: number;
  readonly channel: string;
}

/** Events that the fold takes. */
export const PURCHASE_EVENTS = [
  'booking.placed.v1',
  'booking.updated.v1',
  'booking.confirmed.v1',
  'booking.cancelled.v1',
  'booking.expired.v1',
  'booking.contact-forgotten.v1',
  'stay.booked.v1',
  'stay.cancelled.v1',
  'stay.no-show.v1',
] as const satisfies readonly (StayEvent | BookingEvent)['type'][];

/**
 * Folds the events of one booking's or one stay's stream, in their order. Nothing is left of test bookings, of holds that
 * ended unconfirmed, and of bookings of a person who was forgotten.
 */
export const applyPurchaseEvent = (
  purchase: CustomerPurchase | undefined,
  event: Occurred<StayEvent | BookingEvent>,
): CustomerPurchase | undefined => {
  if (event.type === 'stay.booked.v1') return ofStay(event);
  if (event.type === 'booking.placed.v1') return event.data.testMode ? undefined : ofBooking(event);
  if (purchase === undefined) return undefined;
  switch (event.type) {
    case 'booking.updated.v1':
      return purchase.boughtAt === null ? { ...purchase, ...ofSelection(event) } : purchase;
    case 'booking.confirmed.v1': {
      const customerId = customerIdOf(event.tenant, event.data.contact.emailAddress) ?? purchase.customerId;
      return { ...purchase, customerId, boughtAt: event.time };
    }
    case 'booking.cancelled.v1':
    case 'stay.cancelled.v1':
    case 'stay.no-show.v1':
      return purchase.boughtAt === null ? undefined : { ...purchase, cancelledAt: event.time };
    case 'booking.expired.v1':
    case 'booking.contact-forgotten.v1':
      return undefined;
    default:
      return purchase;
  }
};

type Placed = Extract<Occurred<BookingEvent>, { type: 'booking.placed.v1' }>;
type Updated = Extract<Occurred<BookingEvent>, { type: 'booking.updated.v1' }>;

const ofSelection = ({ tenant, data }: Placed | Updated) => ({
  customerId: customerIdOf(tenant, data.contact.emailAddress),
  amount: data.pricing.retail,
  quantity: data.unitItems.reduce((sum, { paxCount }) => sum + paxCount, 0),
  lines: data.unitItems.length,
});

const ofBooking = (event: Placed): CustomerPurchase => ({
  tenant: event.tenant,
  ...ofSelection(event),
  boughtAt: null,
  cancelledAt: null,
  channel: event.data.channel,
});

const ofStay = ({
  tenant,
  time,
  data: { agent, company, terms, channel },
}: Extract<Occurred<StayEvent>, { type: 'stay.booked.v1' }>): CustomerPurchase => ({
  tenant,
  customerId: agent !== null ? `agent:${agent}` : company !== null ? `company:${company}` : null,
  boughtAt: time,
  cancelledAt: null,
  amount: terms.adr * terms.nights,
  quantity: terms.nights,
  lines: 1,
  channel,
});
