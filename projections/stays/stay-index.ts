import { daysBetween } from '../../contracts/local-date.ts';
import type { Projection } from '../runner/projection.ts';
import type { StayFacts } from './stay-analytics.ts';

/** The stays for analysts, one document each, with nothing of who stayed. */
export const stayIndex: NonNullable<Projection<StayFacts>['search']> = {
  schema: {
    name: 'stay-analytics',
    readers: 'analysts',
    texts: {},
    keywords: [
      'hotel',
      'channel',
      'country',
      'currency',
      'outcome',
      'meal',
      'roomType',
      'marketSegment',
      'customerType',
    ],
    numbers: ['guests', 'nights', 'revenue', 'nightPrice', 'leadDays', 'bookedAt', 'arrivalDay'],
    dates: ['bookedAt', 'arrivalDay'],
  },
  toSearch: (facts) => {
    const { hotelName, channel, country, currency, outcome, meal, roomType, marketSegment, customerType } = facts;
    const { guests, nights, adr, bookedOn, arrivalDate } = facts;
    return {
      tenant: facts.tenant,
      texts: {},
      keywords: {
        hotel: [hotelName],
        channel: [channel],
        country: [country],
        currency: [currency],
        outcome: [outcome],
        meal: [meal],
        roomType: [roomType],
        marketSegment: [marketSegment],
        customerType: [customerType],
      },
      numbers: {
        guests,
        nights,
        // + 0: no night at a negative rate would be -0.
        revenue: nights * adr + 0,
        nightPrice: adr,
        leadDays: Math.max(0, daysBetween(bookedOn, arrivalDate)),
        bookedAt: Date.parse(facts.bookedAt),
        arrivalDay: Date.parse(arrivalDate),
      },
      source: {},
    };
  },
};
