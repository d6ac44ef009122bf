import type { StayEvent, StayTerms } from '../../contracts/events/stays.ts';

/** What a made-up stay costs and when it is: three nights of a family at a city hotel. */
export const madeTerms = (changes: Partial<StayTerms> = {}): StayTerms => ({
  hotelId: 'city-hotel',
  hotelName: 'City Hotel',
  arrivalDate: '2026-03-10',
  nights: 3,
  adults: 2,
  children: 1,
  babies: 0,
  meal: 'BB',
  roomType: 'A',
  adr: 9_950,
  currency: 'EUR',
  ...changes,
});

type Booked = Extract<StayEvent, { readonly type: 'stay.booked.v1' }>['data'];

/** All that is told of a guest whom nobody knows, as `stay.booked.v1` tells it. */
const stranger = {
  country: 'PRT',
  marketSegment: 'Direct',
  channel: 'Direct',
  customerType: 'Transient',
  agent: null,
  company: null,
  repeatedGuest: false,
  previousCancellations: 0,
  previousBookingsNotCancelled: 0,
  daysInWaitingList: 0,
  parkingSpaces: 0,
  specialRequests: 0,
};

/** The data of `stay.booked.v1` of a made-up stay. */
export const madeStay = (stayId: string, changes: Partial<Omit<Booked, 'stayId'>> = {}): Booked => ({
  stayId,
  terms: madeTerms(),
  ...stranger,
  ...changes,
});
