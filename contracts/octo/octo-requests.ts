import { z } from 'zod';
import { contactBody } from '../bookings/booking-requests.ts';
import { localDate } from '../events/departures.ts';

const id = z.string().min(1).max(64);
const reference = z.string().max(200).nullable().optional();
const notes = z.string().max(2000).nullable().optional();
const currency = z.string().max(3).nullable().optional();
/** Minutes that a hold lasts from now on; more than a day is cut to a day. */
const expirationMinutes = z.int().min(1).max(525_600).optional();

// Fields of capabilities that are not served may come along and are not looked at, as the standard has it.
const contact = z
  .object({
    ...contactBody.shape,
    allowMarketing: z
      .boolean()
      .nullish()
      .transform((value) => value ?? undefined),
  })
  .optional();

export const octoUnitItemBody = z.object({
  uuid: z.uuid().optional(),
  unitId: z.string().min(1).max(64),
  resellerReference: reference,
  contact,
});
export type OctoUnitItemBody = z.infer<typeof octoUnitItemBody>;
const unitItems = z.array(octoUnitItemBody).max(500);

export const octoReservationBody = z.object({
  /** Id of the booking to be and idempotency key; one is made where none is sent. */
  uuid: z.string().max(64).optional(),
  productId: id,
  optionId: id,
  availabilityId: z.string().max(64).nullable().optional(),
  expirationMinutes,
  notes,
  resellerReference: reference,
  contact,
  unitItems: unitItems.min(1),
  currency,
});

export const octoUpdateBody = z.object({
  productId: id.optional(),
  optionId: id.optional(),
  availabilityId: z.string().max(64).optional(),
  expirationMinutes,
  notes,
  emailReceipt: z.boolean().optional(),
  resellerReference: reference,
  contact,
  unitItems: unitItems.min(1).optional(),
  currency,
});

export const octoConfirmationBody = z.object({
  emailReceipt: z.boolean().optional(),
  resellerReference: reference,
  contact: contact.unwrap(),
  unitItems: unitItems.optional(),
});

export const octoExtendBody = z.object({ expirationMinutes }).default({});
export const octoCancellationBody = z
  .object({
    reason: z.string().max(1000).nullable().optional(),
    /** Taken, but a booking past its cut-off is not cancelled by it. */
    force: z.boolean().optional(),
  })
  .default({});

const units = z
  .array(z.object({ id, quantity: z.int().min(0).max(500) }))
  .max(50)
  .optional();

export const octoAvailabilityBody = z.object({
  productId: id,
  optionId: id,
  localDate: localDate.optional(),
  localDateStart: localDate.optional(),
  localDateEnd: localDate.optional(),
  availabilityIds: z.array(z.string().max(64)).min(1).max(200).optional(),
  units,
  currency,
});
export type OctoAvailabilityBody = z.infer<typeof octoAvailabilityBody>;

export const octoCalendarBody = z.object({
  productId: id,
  optionId: id,
  localDateStart: localDate,
  localDateEnd: localDate,
  units,
  currency,
});

export const octoBookingsQuery = z.object({
  resellerReference: z.string().max(200).optional(),
  supplierReference: z.string().max(200).optional(),
  localDate: localDate.optional(),
  localDateStart: localDate.optional(),
  localDateEnd: localDate.optional(),
  productId: id.optional(),
  optionId: id.optional(),
});
