import { z } from 'zod';
import { currency, minorUnits } from '../money.ts';
import type { EventOf } from './define.ts';

const stayId = z.string();
const localDate = z.iso.date();

/** The commercial facts of a hotel stay. Vocabulary of hotel revenue management; codes as in Antonio et al. 2019 where imported. */
export const stayTerms = z.object({
  hotelId: z.string(),
  hotelName: z.string(),
  arrivalDate: localDate,
  nights: z.int().min(0),
  adults: z.int().min(0),
  children: z.int().min(0),
  babies: z.int().min(0),
  meal: z.string(),
  roomType: z.string(),
  /** Average daily rate: price of a night, in minor units. Can be zero (complimentary) or negative (a correction). */
  adr: minorUnits,
  currency,
});
export type StayTerms = z.infer<typeof stayTerms>;

export const stayEvents = {
  'stay.booked.v1': z.object({
    stayId,
    terms: stayTerms,
    /** ISO 3166 code of the guest's country; null where not known. */
    country: z.string().nullable(),
    marketSegment: z.string(),
    channel: z.string(),
    customerType: z.string(),
    agent: z.string().nullable(),
    company: z.string().nullable(),
    repeatedGuest: z.boolean(),
    previousCancellations: z.int().min(0),
    previousBookingsNotCancelled: z.int().min(0),
    daysInWaitingList: z.int().min(0),
    parkingSpaces: z.int().min(0),
    specialRequests: z.int().min(0),
  }),
  /** The guest or the hotel changed the booking; `terms` are the new ones. */
  'stay.changed.v1': z.object({ stayId, terms: stayTerms }),
  'stay.deposit-taken.v1': z.object({ stayId, depositType: z.enum(['REFUNDABLE', 'NON_REFUNDABLE']) }),
  'stay.room-assigned.v1': z.object({ stayId, roomType: z.string() }),
  'stay.checked-in.v1': z.object({ stayId }),
  'stay.checked-out.v1': z.object({ stayId }),
  'stay.cancelled.v1': z.object({ stayId, reason: z.string().nullable() }),
  'stay.no-show.v1': z.object({ stayId }),
};
export type StayEvent = EventOf<typeof stayEvents>;
