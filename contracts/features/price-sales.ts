import { currencyPrecision } from '../money.ts';
import type { BookingView } from '../views/booking.ts';
import type { StayView } from '../views/stay.ts';
import { type SoldPrice, toAnybody } from './price-features.ts';

type StayFacts = Omit<
  StayView,
  'id' | 'tenant' | 'status' | 'bookedAt' | 'updatedAt' | 'assignedRoomType' | 'deposit' | 'changes' | 'endedAt'
>;
type BookingFacts = Pick<
  BookingView,
  'productId' | 'optionId' | 'departure' | 'unitItems' | 'pricing' | 'seats' | 'channel'
>;

/**
 * What a stay was sold at.
 * @param bookedAt ISO 8601 UTC instant
 */
export const soldStay = (stay: StayFacts, bookedAt: string): SoldPrice => {
  const { terms } = stay;
  return {
    kind: 'hotel',
    subject: terms.hotelId,
    variant: terms.roomType,
    bookedOn: bookedAt.slice(0, 10),
    date: terms.arrivalDate,
    price: terms.adr / 10 ** currencyPrecision(terms.currency),
    nights: terms.nights,
    adults: terms.adults,
    children: terms.children,
    babies: terms.babies,
    meal: terms.meal,
    segment: stay.marketSegment,
    channel: stay.channel,
    customerType: stay.customerType,
    country: stay.country,
    agent: stay.agent,
    company: stay.company,
    repeatedGuest: stay.repeatedGuest,
    specialRequests: stay.specialRequests,
    parkingSpaces: stay.parkingSpaces,
    daysInWaitingList: stay.daysInWaitingList,
  };
};

/**
 * What a booking of a departure was sold at: its dearest unit, which is the adult's, or the whole where it is priced so.
 * Undefined: it is for no day.
 * @param bookedAt ISO 8601 UTC instant
 */
export const soldBooking = (booking: BookingFacts, bookedAt: string): SoldPrice | undefined => {
  const { departure, unitItems, pricing } = booking;
  if (departure === null) return undefined;
  const priced = unitItems.flatMap((item) => (item.pricing === null ? [] : [item.pricing.retail]));
  const retail = priced.length > 0 ? Math.max(...priced) : pricing.retail;
  return {
    ...toAnybody,
    kind: 'product',
    subject: booking.productId,
    variant: booking.optionId,
    bookedOn: bookedAt.slice(0, 10),
    date: departure.localDate,
    price: retail / 10 ** currencyPrecision(pricing.currency),
    nights: 0,
    adults: booking.seats,
    channel: booking.channel,
  };
};
