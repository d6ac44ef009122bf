import { z } from 'zod';
import { currency, minorUnits } from '../money.ts';
import type { EventOf } from './define.ts';

/** Contact data of a booking or of one traveller. Personal data. Field names are OCTO's. */
export const contact = z.object({
  fullName: z.string().max(200).nullable().default(null),
  firstName: z.string().max(100).nullable().default(null),
  lastName: z.string().max(100).nullable().default(null),
  emailAddress: z.email().max(320).nullable().default(null),
  phoneNumber: z.string().max(50).nullable().default(null),
  locales: z.array(z.string().max(35)).max(10).default([]),
  /** ISO 3166-1 alpha-2. */
  country: z.string().max(2).nullable().default(null),
  postalCode: z.string().max(20).nullable().default(null),
  notes: z.string().max(2000).nullable().default(null),
  allowMarketing: z.boolean().default(false),
});
export type Contact = z.infer<typeof contact>;
export const emptyContact: Contact = Object.freeze(contact.parse({}));

/** A total with what is in it, in minor units. `net` is for those who may see it. */
export const pricing = z.object({
  original: minorUnits,
  retail: minorUnits,
  net: minorUnits.nullable(),
  currency,
  includedTaxes: z.array(
    z.object({ name: z.string(), original: minorUnits, retail: minorUnits, net: minorUnits.nullable() }),
  ),
});
export type Pricing = z.infer<typeof pricing>;

/** One unit that was bought: one adult, one family ticket. It has its own ticket. */
export const unitItem = z.object({
  id: z.string(),
  unitId: z.string(),
  /** Seats that it takes. */
  paxCount: z.int().min(0),
  resellerReference: z.string().nullable(),
  contact,
  pricing: pricing.nullable(),
  /** The code on its ticket: opaque, unguessable. Null until confirmed. */
  ticketCode: z.string().nullable(),
  redeemedAt: z.string().nullable(),
});
export type UnitItem = z.infer<typeof unitItem>;

/** Where and when: what a booking copies of its departure, so that it can be shown by itself. */
export const bookedDeparture = z.object({
  departureId: z.string(),
  availabilityId: z.string(),
  localDate: z.string(),
  localStart: z.string(),
  localEnd: z.string(),
  startsAt: z.string(),
  cutoffAt: z.string(),
  availabilityType: z.enum(['START_TIME', 'OPENING_HOURS']),
  openingHours: z.array(z.object({ from: z.string(), to: z.string() })),
});
export type BookedDeparture = z.infer<typeof bookedDeparture>;

/** What a booking is for and what it costs. */
const selection = {
  productId: z.string(),
  optionId: z.string(),
  /** Null: freesale or open-dated, no departure's seats are taken. */
  departure: bookedDeparture.nullable(),
  unitItems: z.array(unitItem),
  pricing,
  seats: z.int().min(0),
};

const bookingId = z.string();
export const bookingEvents = {
  'booking.placed.v1': z.object({
    bookingId,
    /** The short code that people read out, unique within the tenant by construction. */
    supplierReference: z.string(),
    resellerReference: z.string().nullable(),
    /** API key or user that sold it; analytics group by `channel`. */
    seller: z.string(),
    channel: z.string(),
    testMode: z.boolean(),
    ...selection,
    contact,
    notes: z.string().max(2000).nullable(),
    expiresAt: z.string(),
    /** Last instant at which it can be cancelled. */
    cancellableUntil: z.string().nullable(),
    freesale: z.boolean(),
  }),
  'booking.updated.v1': z.object({
    bookingId,
    ...selection,
    contact,
    notes: z.string().nullable(),
    resellerReference: z.string().nullable(),
    cancellableUntil: z.string().nullable(),
    /** The departure that seats are to be given back to: the one it was moved from, or its own when the party shrank; null when none are. */
    previousDepartureId: z.string().nullable(),
  }),
  'booking.extended.v1': z.object({ bookingId, expiresAt: z.string() }),
  'booking.confirmed.v1': z.object({
    bookingId,
    resellerReference: z.string().nullable(),
    contact,
    emailReceipt: z.boolean(),
    unitItems: z.array(unitItem),
    /** The code on the voucher that stands for the whole party. */
    voucherCode: z.string(),
  }),
  'booking.cancelled.v1': z.object({
    bookingId,
    /** Whose seats are to be given back; null when it had none. */
    departureId: z.string().nullable(),
    reason: z.string().nullable(),
    refund: z.enum(['FULL', 'PARTIAL', 'NONE']),
  }),
  /** The person behind it was forgotten: contacts and notes of all its events can't be read any more. */
  'booking.contact-forgotten.v1': z.object({ bookingId }),
  'booking.expired.v1': z.object({ bookingId }),
  /** Unit items that were let in. By voucher: all that were not yet. */
  'booking.redeemed.v1': z.object({ bookingId, unitItemIds: z.array(z.string()).min(1), code: z.string() }),
};
export type BookingEvent = EventOf<typeof bookingEvents>;
