import { z } from 'zod';
import { stayEvents, stayTerms } from '../events/stays.ts';

const code = z.string().trim().min(1).max(100);
const count = z.int().min(0).max(10_000);

const terms = stayTerms
  .extend({
    hotelId: code,
    hotelName: z.string().trim().min(1).max(200),
    nights: z.int().min(0).max(3_650),
    adults: count,
    children: count,
    babies: count,
    meal: code,
    roomType: code,
    adr: z.int().min(-1_000_000_000).max(1_000_000_000),
  })
  .strict();

/** Body of POST /v1/stays. What a hotel may not know of a guest has a default. */
export const bookStayBody = stayEvents['stay.booked.v1']
  .omit({ stayId: true })
  .extend({
    terms,
    country: z.string().trim().min(2).max(3).nullable().default(null),
    marketSegment: code,
    channel: code,
    customerType: code.default('Transient'),
    agent: code.nullable().default(null),
    company: code.nullable().default(null),
    repeatedGuest: z.boolean().default(false),
    previousCancellations: count.default(0),
    previousBookingsNotCancelled: count.default(0),
    daysInWaitingList: count.default(0),
    parkingSpaces: count.default(0),
    specialRequests: count.default(0),
  })
  .strict();

/** Body of PATCH /v1/stays/:stayId: the terms that are new; the others stay. */
export const changeStayBody = terms
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'at least one of the terms must be given');

export const takeDepositBody = stayEvents['stay.deposit-taken.v1'].omit({ stayId: true }).strict();
export const assignRoomBody = z.strictObject({ roomType: code });
/** The body may be left out. */
export const cancelStayBody = z

  .strictObject({ reason: z.string().trim().max(2_000).nullable().default(null) })
  .default({ reason: null });
