import type { BookingEvent } from '../events/bookings.ts';
import type { Occurred } from '../events/define.ts';
import { idOf } from '../events/envelope.ts';
import type { StayEvent, StayTerms } from '../events/stays.ts';

/** What is known of a hotel stay or a booking of a tour that may yet be cancelled, and nothing of who it is. */
export interface CancellationFacts {
  readonly tenant: string;
  readonly kind: 'stay' | 'booking';
  readonly id: string;
  /** `held`: not confirmed so far, or never. `kept`: the guest came. `lost`: cancelled, or did not come. */
  readonly status: 'held' | 'open' | 'kept' | 'lost';
  /** UTC instant at which a stay was booked or a booking confirmed (while held: placed). */
  readonly bookedAt: string;
  /** UTC instant of the last event that changed something. */
  readonly changedAt: string;
  /** Local date of arrival or travel; null: open-dated. */
  readonly date: string | null;
  /** Hotel or product. */
  readonly subjectId: string;
  /** Room type or option. */
  readonly optionId: string;
  readonly nights: number | null;
  readonly adults: number;
  readonly children: number | null;
  readonly babies: number | null;
  /** Minor units: of a night, or of the whole booking. */
  readonly price: number;
  readonly meal: string | null;
  readonly country: string | null;
  readonly marketSegment: string | null;
  readonly channel: string;
  readonly customerType: string | null;
  /** Travel agent, or the API key or user that sold it. */
  readonly agent: string | null;
  readonly company: string | null;
  readonly repeatedGuest: boolean | null;
  readonly previousCancellations: number | null;
  readonly previousKept: number | null;
  readonly waitingListDays: number | null;
  readonly parkingSpaces: number | null;
  readonly specialRequests: number | null;
  readonly deposit: 'NONE' | 'REFUNDABLE' | 'NON_REFUNDABLE' | null;
  readonly changes: number;
}

/** Events that the fold takes. */
export const CANCELLATION_EVENTS = [
  'stay.booked.v1',
  'stay.changed.v1',
  'stay.deposit-taken.v1',
  'stay.checked-in.v1',
  'stay.cancelled.v1',
  'stay.no-show.v1',
  'booking.placed.v1',
  'booking.updated.v1',
  'booking.confirmed.v1',
  'booking.redeemed.v1',
  'booking.cancelled.v1',
  'booking.expired.v1',
  'booking.contact-forgotten.v1',
] as const satisfies readonly (StayEvent | BookingEvent)['type'][];

/**
 * Folds the events of one stay's or one booking's stream, in their order: the facts after any event are what was known then,
 * so no later event can leak into them. Test bookings and holds that were never confirmed leave nothing.
 */
export const applyCancellationEvent = (
  facts: CancellationFacts | undefined,
  event: Occurred<StayEvent | BookingEvent>,
): CancellationFacts | undefined => {
  if (event.type === 'stay.booked.v1') return ofStay(event);
  if (event.type === 'booking.placed.v1') return event.data.testMode ? undefined : ofBooking(event);
  if (facts === undefined) return undefined;
  const changed = { ...facts, changedAt: event.time };
  switch (event.type) {
    case 'stay.changed.v1':
      return { ...changed, ...ofTerms(event.data.terms), changes: facts.changes + 1 };
    case 'stay.deposit-taken.v1':
      return { ...changed, deposit: event.data.depositType };
    case 'stay.checked-in.v1':
    case 'booking.redeemed.v1':
      return { ...changed, status: 'kept' };
    case 'stay.no-show.v1':
    case 'stay.cancelled.v1':
      return { ...changed, status: 'lost' };
    case 'booking.updated.v1':
      return { ...changed, ...ofSelection(event.data), changes: facts.changes + (facts.status === 'open' ? 1 : 0) };
    case 'booking.confirmed.v1':
      return { ...changed, status: 'open', bookedAt: event.time, country: event.data.contact.country };
    case 'booking.cancelled.v1':
      return facts.status === 'held' ? undefined : { ...changed, status: 'lost' };
    case 'booking.expired.v1':
      return undefined;
    case 'booking.contact-forgotten.v1':
      return { ...changed, country: null };
    default:
      return facts;
  }
};

/** Id of the facts that an event is about: that of its stay or booking. */
export const cancellationIdOf = (event: { readonly stream: string }): string => idOf(event.stream);

const ofTerms = (terms: StayTerms) => ({
  date: terms.arrivalDate,
  subjectId: terms.hotelId,
  optionId: terms.roomType,
  nights: terms.nights,
  adults: terms.adults,
  children: terms.children,
  babies: terms.babies,
  price: terms.adr,
  meal: terms.meal,
});

type Booked = Extract<Occurred<StayEvent>, { type: 'stay.booked.v1' }>;

const ofStay = ({ data, time, tenant }: Booked): CancellationFacts => ({
  tenant,
  kind: 'stay',
  id: data.stayId,
  status: 'open',
  bookedAt: time,
  changedAt: time,
  ...ofTerms(data.terms),
  country: data.country,
  marketSegment: data.marketSegment,
  channel: data.channel,
  customerType: data.customerType,
  agent: data.agent,
  company: data.company,
  repeatedGuest: data.repeatedGuest,
  previousCancellations: data.previousCancellations,
  previousKept: data.previousBookingsNotCancelled,
  waitingListDays: data.daysInWaitingList,
  parkingSpaces: data.parkingSpaces,
  specialRequests: data.specialRequests,
  deposit: 'NONE',
  changes: 0,
});

type Placed = Extract<Occurred<BookingEvent>, { type: 'booking.placed.v1' }>;

const ofSelection = (
  data: Pick<Placed['data'], 'productId' | 'optionId' | 'departure' | 'unitItems' | 'pricing' | 'contact'>,
) => ({
  date: data.departure?.localDate ?? null,
  subjectId: data.productId,
  optionId: data.optionId,
  // Units have names of the operator's own: whether one is a child is not told.
  adults: data.unitItems.reduce((sum, { paxCount }) => sum + paxCount, 0),
  price: data.pricing.retail,
  country: data.contact.country,
});

const ofBooking = ({ data, time, tenant }: Placed): CancellationFacts => ({
  tenant,
  kind: 'booking',
  id: data.bookingId,
  status: 'held',
  bookedAt: time,
  changedAt: time,
  ...ofSelection(data),
  nights: null,
  children: null,
  babies: null,
  meal: null,
  marketSegment: null,
  channel: data.channel,
  customerType: null,
  agent: data.seller,
  company: null,
  repeatedGuest: null,
  previousCancellations: null,
  previousKept: null,
  waitingListDays: null,
  parkingSpaces: null,
  specialRequests: null,
  deposit: null,
  changes: 0,
});
