import { z } from 'zod';
import { contact } from '../events/bookings.ts';

const { shape } = contact;

/** A contact as a request tells it: what is left out stays as it was, null empties it. */
export const contactBody = z
  .strictObject({
    fullName: shape.fullName.unwrap(),
    firstName: shape.firstName.unwrap(),
    lastName: shape.lastName.unwrap(),
    emailAddress: shape.emailAddress.unwrap(),
    phoneNumber: shape.phoneNumber.unwrap(),
    locales: shape.locales.unwrap(),
    country: shape.country.unwrap(),
    postalCode: shape.postalCode.unwrap(),
    notes: shape.notes.unwrap(),
    allowMarketing: shape.allowMarketing.unwrap(),
  })
  .partial();

const reference = z.string().min(1).max(200).nullable();
const notes = z.string().max(2000).nullable();
/** Minutes that a hold lasts from now on; more than a day is cut to a day. */
const expirationMinutes = z.int().min(1).max(525_600);

export const unitItemBody = z.strictObject({
  id: z.uuid().optional(),
  unitId: z.string().min(1).max(64),
  resellerReference: reference.optional(),
  contact: contactBody.optional(),
});
const unitItems = z.array(unitItemBody).min(1).max(500);

export const placeBookingBody = z.strictObject({
  productId: z.string().min(1).max(64),
  optionId: z.string().min(1).max(64),
  /** Null or left out: without a departure, where the product is sold so. */
  departureId: z.string().min(1).max(64).nullable().optional(),
  unitItems,
  contact: contactBody.optional(),
  notes: notes.optional(),
  resellerReference: reference.optional(),
  expirationMinutes: expirationMinutes.optional(),
});

export const updateBookingBody = z.strictObject({
  productId: z.string().min(1).max(64).optional(),
  optionId: z.string().min(1).max(64).optional(),
  departureId: z.string().min(1).max(64).nullable().optional(),
  /** The whole new party: a unit item that is named by its id keeps its ticket and contact, one left out goes. */
  unitItems: unitItems.optional(),
  contact: contactBody.optional(),
  notes: notes.optional(),
  resellerReference: reference.optional(),
});

export const confirmBookingBody = z
  .strictObject({
    contact: contactBody.optional(),
    /** Contacts and references of unit items that the booking has. */
    unitItems: z
      .array(z.strictObject({ id: z.uuid(), resellerReference: reference.optional(), contact: contactBody.optional() }))
      .max(500)
      .optional(),
    resellerReference: reference.optional(),
    /** Whether the traveller gets a receipt by e-mail. */
    emailReceipt: z.boolean().optional(),
  })
  .default({});

export const extendBookingBody = z.strictObject({ expirationMinutes: expirationMinutes.optional() }).default({});
export const cancelBookingBody = z.strictObject({ reason: z.string().max(1000).nullable().optional() }).default({});
/** The code of a ticket, or of the voucher that stands for the whole party. */
export const redeemTicketBody = z.strictObject({ code: z.string().min(1).max(100) });
