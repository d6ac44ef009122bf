import { z } from 'zod';
import { isCancellable } from '../bookings/cancellation.ts';
import type { Contact, UnitItem } from '../events/bookings.ts';
import { deliveryFormat, deliveryMethod, redemptionMethod } from '../events/catalogue.ts';
import type { BookingView } from '../views/booking.ts';
import { bookingStatus } from '../views/booking.ts';
import type { ProductView } from '../views/product.ts';
import { type OctoAvailability, octoAvailability } from './octo-availability.ts';
import { octoInstant, octoInstantOrNull } from './octo-instant.ts';
import { octoPricing, toOctoPricing } from './octo-pricing.ts';
import {
  deliverable,
  octoOption,
  octoProduct,
  octoUnit,
  type Presentation,
  toOctoOption,
  toOctoProduct,
  toOctoUnit,
} from './octo-product.ts';

const nullable = z.string().nullable();

export const octoContact = z.object({
  fullName: nullable,
  firstName: nullable,
  lastName: nullable,
  emailAddress: nullable,
  phoneNumber: nullable,
  locales: z.array(z.string()),
  postalCode: nullable,
  country: nullable,
  notes: nullable,
});

export const octoTicket = z.object({
  redemptionMethod,
  utcRedeemedAt: nullable,
  deliveryOptions: z.array(z.object({ deliveryFormat, deliveryValue: z.string() })),
});
type OctoTicket = z.infer<typeof octoTicket>;

export const octoUnitItem = z.object({
  uuid: z.string(),
  resellerReference: nullable,
  supplierReference: nullable,
  unitId: z.string(),
  unit: octoUnit.optional(),
  status: bookingStatus,
  utcRedeemedAt: nullable,
  contact: octoContact,
  ticket: octoTicket.nullable(),
  pricing: octoPricing.optional(),
});

export const octoBooking = z.object({
  id: z.string(),
  uuid: z.string(),
  testMode: z.boolean(),
  resellerReference: nullable,
  supplierReference: nullable,
  status: bookingStatus,
  utcCreatedAt: z.string(),
  utcUpdatedAt: z.string(),
  utcExpiresAt: nullable,
  utcRedeemedAt: nullable,
  utcConfirmedAt: nullable,
  productId: z.string(),
  product: octoProduct.optional(),
  optionId: z.string(),
  option: octoOption.optional(),
  cancellable: z.boolean(),
  cancellation: z
    .object({ refund: z.enum(['FULL', 'PARTIAL', 'NONE']), reason: nullable, utcCancelledAt: z.string() })
    .nullable(),
  freesale: z.boolean(),
  availabilityId: nullable,
  availability: octoAvailability.nullable(),
  contact: octoContact,
  notes: nullable,
  deliveryMethods: z.array(deliveryMethod),
  voucher: octoTicket.nullable(),
  unitItems: z.array(octoUnitItem),
  pricing: octoPricing.optional(),
});
export type OctoBooking = z.infer<typeof octoBooking>;

export type BookingPresentation = Pick<Presentation, 'capabilities' | 'locale'> & {
  /** ISO 8601 UTC instant of now: whether it can be cancelled depends on it. */
  readonly now: string;
};

/**
 * The status that OCTO knows a booking by: a hold that was cancelled is EXPIRED there, CANCELLED only what had been
 * confirmed (so the standard's own validator expects it: octotravel/validator, BookingCancellationScenarioHelper).
 */
const octoStatus = ({ status, confirmedAt }: BookingView): BookingView['status'] =>
  status === 'CANCELLED' && confirmedAt === null ? 'EXPIRED' : status;

/** A booking as OCTO shows it. @param product as the catalogue has it now; undefined where it has none any more. */
export const toOctoBooking = (
  booking: BookingView,
  product: ProductView | undefined,
  shown: BookingPresentation,
): OctoBooking => {
  const { id, cancellation, departure } = booking;
  const presentation: Presentation = { ...shown, priceField: 'pricing', startTimes: () => startTimes(booking) };
  const option = product?.options.find((one) => one.id === booking.optionId);
  const methods = product?.details.deliveryMethods ?? ['TICKET', 'VOUCHER'];
  const status = octoStatus(booking);
  return {
    id,
    uuid: id,
    testMode: booking.testMode,
    resellerReference: booking.resellerReference,
    supplierReference: booking.supplierReference,
    status,
    utcCreatedAt: octoInstant(booking.createdAt),
    utcUpdatedAt: octoInstant(booking.updatedAt),
    utcExpiresAt: octoInstantOrNull(booking.expiresAt),
    utcRedeemedAt: octoInstantOrNull(booking.redeemedAt),
    utcConfirmedAt: octoInstantOrNull(booking.confirmedAt),
    productId: booking.productId,
    ...(product === undefined ? {} : { product: toOctoProduct(product, presentation) }),
    optionId: booking.optionId,
    ...(product === undefined || option === undefined ? {} : { option: toOctoOption(product, option, presentation) }),
    cancellable: isCancellable(booking, shown.now),
    cancellation:
      cancellation === null
        ? null
        : {
            refund: cancellation.refund,
            reason: cancellation.reason,
            utcCancelledAt: octoInstant(cancellation.cancelledAt),
          },
    freesale: booking.freesale,
    availabilityId: departure?.availabilityId ?? null,
    availability:
      departure === null ? null : bookedAvailability(departure, option?.restrictions.maxUnits ?? null, shown.now),
    contact: toOctoContact(booking.contact),
    notes: booking.notes,
    deliveryMethods: methods,
    voucher: methods.includes('VOUCHER') ? ticketOf(product, booking.voucherCode, booking.redeemedAt) : null,
    unitItems: booking.unitItems.map((item, index) => {
      const unit = option?.units.find((one) => one.id === item.unitId);
      return {
        uuid: item.id,
        resellerReference: item.resellerReference,
        supplierReference: `${booking.supplierReference}-${index + 1}`,
        unitId: item.unitId,
        ...(product === undefined || option === undefined || unit === undefined
          ? {}
          : { unit: toOctoUnit(product, option, unit, presentation) }),
        status: itemStatus(status, item),
        utcRedeemedAt: octoInstantOrNull(item.redeemedAt),
        contact: toOctoContact(item.contact),
        ticket: methods.includes('TICKET') ? ticketOf(product, item.ticketCode, item.redeemedAt) : null,
        ...(shown.capabilities.has('octo/pricing') && item.pricing !== null
          ? { pricing: toOctoPricing(item.pricing) }
          : {}),
      };
    }),
    ...(shown.capabilities.has('octo/pricing') ? { pricing: toOctoPricing(booking.pricing) } : {}),
  };
};

const itemStatus = (status: BookingView['status'], item: UnitItem): BookingView['status'] =>
  status === 'CONFIRMED' && item.redeemedAt !== null ? 'REDEEMED' : status;

const startTimes = ({ departure }: BookingView): string[] =>
  departure?.availabilityType === 'START_TIME' ? [departure.localStart.slice(11, 16)] : [];

/** The departure as the booking copied it. How many seats are left is no part of that: ask for the availability. */
const bookedAvailability = (
  departure: NonNullable<BookingView['departure']>,
  maxUnits: number | null,
  now: string,
): OctoAvailability => {
  const open = now < departure.cutoffAt;
  return {
    id: departure.availabilityId,
    localDateTimeStart: departure.localStart,
    localDateTimeEnd: departure.localEnd,
    utcCutoffAt: octoInstant(departure.cutoffAt),
    allDay: departure.availabilityType === 'OPENING_HOURS',
    available: open,
    status: open ? 'AVAILABLE' : 'CLOSED',
    vacancies: null,
    capacity: null,
    maxUnits,
    openingHours: departure.openingHours,
  };
};

const toOctoContact = (contact: Contact): z.infer<typeof octoContact> => {
  const { firstName, lastName } = contact;
  const joined = [firstName, lastName].filter((name) => name !== null).join(' ');
  return {
    fullName: contact.fullName ?? (joined === '' ? null : joined),
    firstName,
    lastName,
    emailAddress: contact.emailAddress,
    phoneNumber: contact.phoneNumber,
    locales: contact.locales,
    postalCode: contact.postalCode,
    country: contact.country,
    notes: contact.notes,
  };
};

const ticketOf = (
  product: ProductView | undefined,
  code: string | null,
  redeemedAt: string | null,
): OctoTicket | null => {
  if (code === null) return null;
  const formats = product === undefined ? (['QRCODE'] as const) : deliverable(product);
  return {
    redemptionMethod: product?.details.redemptionMethod ?? 'DIGITAL',
    utcRedeemedAt: octoInstantOrNull(redeemedAt),
    deliveryOptions: formats.map((format) => ({ deliveryFormat: format, deliveryValue: code })),
  };
};
