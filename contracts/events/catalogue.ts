import { z } from 'zod';
import { currency, minorUnits } from '../money.ts';
import { locale } from '../texts.ts';
import type { EventOf } from './define.ts';

// Vocabulary and shapes follow the OCTO standard (https://docs.octo.travel): product, option, unit, restrictions.
export const unitType = z.enum([
  'ADULT',
  'YOUTH',
  'CHILD',
  'INFANT',
  'FAMILY',
  'SENIOR',
  'STUDENT',
  'MILITARY',
  'OTHER',
]);
export const contactField = z.enum([
  'firstName',
  'lastName',
  'emailAddress',
  'phoneNumber',
  'country',
  'notes',
  'locales',
  'allowMarketing',
  'postalCode',
]);
export const availabilityType = z.enum(['START_TIME', 'OPENING_HOURS']);
export const deliveryFormat = z.enum(['PDF_URL', 'QRCODE', 'CODE128', 'PKPASS_URL', 'AZTECCODE']);
export const deliveryMethod = z.enum(['VOUCHER', 'TICKET']);
export const redemptionMethod = z.enum(['DIGITAL', 'PRINT', 'MANIFEST']);
export const pricingPer = z.enum(['UNIT', 'BOOKING']);
export const durationUnit = z.enum(['minute', 'hour', 'day']);

export const unit = z.object({
  id: z.string().min(1).max(64),
  internalName: z.string().min(1).max(200),
  reference: z.string().max(200).nullable().default(null),
  type: unitType,
  requiredContactFields: z.array(contactField).default([]),
  restrictions: z.object({
    minAge: z.int().min(0).max(150).default(0),
    maxAge: z.int().min(0).max(150).default(100),
    idRequired: z.boolean().default(false),
    minQuantity: z.int().min(0).nullable().default(null),
    maxQuantity: z.int().min(1).nullable().default(null),
    /** Seats one of this unit takes: a family ticket for four takes 4. */
    paxCount: z.int().min(0).max(100).default(1),
    /** Unit ids of which at least one must be in the booking too. */
    accompaniedBy: z.array(z.string()).default([]),
  }),
});
export type Unit = z.infer<typeof unit>;

export const option = z.object({
  id: z.string().min(1).max(64),
  default: z.boolean().default(false),
  internalName: z.string().min(1).max(200),
  reference: z.string().max(200).nullable().default(null),
  cancellationCutoff: z.object({ amount: z.int().min(0), unit: durationUnit }),
  durationMinutes: z
    .int()
    .min(0)
    .max(60 * 24 * 60),
  requiredContactFields: z.array(contactField).default([]),
  restrictions: z.object({
    minUnits: z.int().min(0).nullable().default(null),
    maxUnits: z.int().min(1).nullable().default(null),
  }),
  units: z.array(unit).min(1).max(50),
});
export type Option = z.infer<typeof option>;

/** A price of one unit (or of the whole booking where the product is priced per booking), in the product's currency. */
export const price = z.object({
  unitId: z.string().nullable(),
  original: minorUnits.min(0),
  retail: minorUnits.min(0),
  /** What a reseller pays. Hidden from those who may not see it. */
  net: minorUnits.min(0).nullable().default(null),
  includedTaxes: z
    .array(z.object({ name: z.string(), original: minorUnits, retail: minorUnits, net: minorUnits.nullable() }))
    .default([]),
});
export type Price = z.infer<typeof price>;

export const feature = z.object({
  type: z.enum([
    'INCLUSION',
    'EXCLUSION',
    'HIGHLIGHT',
    'PREBOOKING_INFORMATION',
    'PREARRIVAL_INFORMATION',
    'REDEMPTION_INSTRUCTION',
    'ACCESSIBILITY_INFORMATION',
    'ADDITIONAL_INFORMATION',
    'BOOKING_TERM',
    'CANCELLATION_TERM',
  ]),
  shortDescription: z.string().max(2000),
});

export const productTexts = z.object({
  title: z.string().min(1).max(200),
  shortDescription: z.string().max(1000).nullable().default(null),
  description: z.string().max(20000).nullable().default(null),
  features: z.array(feature).max(100).default([]),
});
export type ProductTexts = z.infer<typeof productTexts>;

export const media = z.object({
  src: z.url(),
  type: z.enum(['image/jpeg', 'image/png', 'video/mp4', 'video/avi', 'external/youtube', 'external/vimeo']),
  rel: z.enum(['LOGO', 'COVER', 'GALLERY']),
  title: z.string().nullable().default(null),
  caption: z.string().nullable().default(null),
  copyright: z.string().nullable().default(null),
});

export const productLocation = z.object({
  title: z.string().max(200),
  city: z.string().max(100),
  /** ISO 3166-1 alpha-2. */
  country: z.string().regex(/^[A-Z]{2}$/),
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});

export const productDetails = z.object({
  internalName: z.string().min(1).max(200),
  reference: z.string().max(200).nullable().default(null),
  /** IANA zone in which start times and opening hours are local. */
  timeZone: z.string(),
  availabilityType,
  allowFreesale: z.boolean().default(false),
  deliveryFormats: z.array(deliveryFormat).min(1).default(['QRCODE']),
  deliveryMethods: z.array(deliveryMethod).min(1).default(['TICKET', 'VOUCHER']),
  redemptionMethod: redemptionMethod.default('DIGITAL'),
  currency,
  pricingPer: pricingPer.default('UNIT'),
  /** Free labels to filter by, like `boat-tours`; OCTO's category labels where one fits. */
  categories: z.array(z.string().max(60)).max(20).default([]),
  location: productLocation.nullable().default(null),
});
export type ProductDetails = z.infer<typeof productDetails>;

const productId = z.string();

export const catalogueEvents = {
  'product.created.v1': z.object({ productId, details: productDetails }),
  'product.details-changed.v1': z.object({ productId, details: productDetails }),
  'product.option-set.v1': z.object({ productId, option }),
  'product.option-removed.v1': z.object({ productId, optionId: z.string() }),
  /** All prices of an option; replaces the earlier ones. */
  'product.priced.v1': z.object({ productId, optionId: z.string(), prices: z.array(price) }),
  'product.described.v1': z.object({ productId, locale, texts: productTexts }),
  'product.media-set.v1': z.object({ productId, media: z.array(media) }),
  'product.published.v1': z.object({ productId }),
  'product.unpublished.v1': z.object({ productId }),
};
export type CatalogueEvent = EventOf<typeof catalogueEvents>;
