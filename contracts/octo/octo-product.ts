import { z } from 'zod';
import { priceOf, pricingOf } from '../bookings/pricing.ts';
import {
  availabilityType,
  contactField,
  deliveryFormat,
  deliveryMethod,
  durationUnit,
  feature,
  type Option,
  pricingPer,
  redemptionMethod,
  type Unit,
  unitType,
} from '../events/catalogue.ts';
import type { Locale } from '../texts.ts';
import type { ProductView } from '../views/product.ts';
import type { Capabilities } from './capabilities.ts';
import { localeOf, octoContent, toOctoContent } from './octo-content.ts';
import { type OctoPricing, octoPricing, toOctoPricing } from './octo-pricing.ts';

/** Prices in the catalogue are `pricingFrom`, those of a booking `pricing`. */
const priced = { pricingFrom: z.array(octoPricing).optional(), pricing: z.array(octoPricing).optional() };

export const octoUnit = z.object({
  id: z.string(),
  internalName: z.string(),
  reference: z.string().nullable(),
  type: unitType,
  restrictions: z.object({
    minAge: z.int(),
    maxAge: z.int(),
    idRequired: z.boolean(),
    minQuantity: z.int().nullable(),
    maxQuantity: z.int().nullable(),
    paxCount: z.int(),
    accompaniedBy: z.array(z.string()),
  }),
  requiredContactFields: z.array(contactField),
  ...priced,
  title: z.string().nullable().optional(),
  shortDescription: z.string().optional(),
  features: z.array(feature).optional(),
});
export type OctoUnit = z.infer<typeof octoUnit>;

export const octoOption = z.object({
  id: z.string(),
  default: z.boolean(),
  internalName: z.string(),
  reference: z.string().nullable(),
  availabilityLocalStartTimes: z.array(z.string()).min(1),
  cancellationCutoff: z.string(),
  cancellationCutoffAmount: z.int(),
  cancellationCutoffUnit: durationUnit,
  requiredContactFields: z.array(contactField),
  restrictions: z.object({ minUnits: z.int().nullable(), maxUnits: z.int().nullable() }),
  units: z.array(octoUnit),
  ...priced,
  ...octoContent.partial().shape,
});
export type OctoOption = z.infer<typeof octoOption>;

export const octoProduct = z.object({
  id: z.string(),
  internalName: z.string(),
  reference: z.string().nullable(),
  locale: z.string(),
  timeZone: z.string(),
  allowFreesale: z.boolean(),
  instantConfirmation: z.boolean(),
  instantDelivery: z.boolean(),
  availabilityRequired: z.boolean(),
  availabilityType,
  deliveryFormats: z.array(deliveryFormat),
  deliveryMethods: z.array(deliveryMethod),
  redemptionMethod,
  options: z.array(octoOption),
  defaultCurrency: z.string().optional(),
  availableCurrencies: z.array(z.string()).optional(),
  pricingPer: pricingPer.optional(),
  ...octoContent.partial().shape,
});
export type OctoProduct = z.infer<typeof octoProduct>;

/** How a product is to be shown. */
export interface Presentation {
  readonly capabilities: Capabilities;
  readonly locale: Locale;
  /** `pricingFrom` in the catalogue, `pricing` in a booking. */
  readonly priceField: 'pricingFrom' | 'pricing';
  /** Local start times of an option, `09:00`; empty where none is known. */
  readonly startTimes: (optionId: string) => readonly string[];
}

/** Delivery formats that codes can be shown in: we make no files behind URLs. */
export const deliverable = (product: ProductView) =>
  product.details.deliveryFormats.filter((format) => format !== 'PDF_URL' && format !== 'PKPASS_URL');

/** A product as OCTO shows it. */
export const toOctoProduct = (product: ProductView, shown: Presentation): OctoProduct => {
  const { details } = product;
  const durations = product.options.map(({ durationMinutes }) => durationMinutes);
  return {
    id: product.id,
    internalName: details.internalName,
    reference: details.reference,
    locale: localeOf(product, shown.locale),
    timeZone: details.timeZone,
    allowFreesale: details.allowFreesale,
    instantConfirmation: true,
    instantDelivery: true,
    availabilityRequired: !details.allowFreesale,
    availabilityType: details.availabilityType,
    deliveryFormats: deliverable(product),
    deliveryMethods: details.deliveryMethods,
    redemptionMethod: details.redemptionMethod,
    options: product.options.map((option) => toOctoOption(product, option, shown)),
    ...(shown.capabilities.has('octo/pricing')
      ? { defaultCurrency: details.currency, availableCurrencies: [details.currency], pricingPer: details.pricingPer }
      : {}),
    ...(shown.capabilities.has('octo/content')
      ? toOctoContent(product, shown.locale, [Math.min(...durations), Math.max(...durations)])
      : {}),
  };
};

/** An option of a product as OCTO shows it. */
export const toOctoOption = (product: ProductView, option: Option, shown: Presentation): OctoOption => {
  const { amount, unit } = option.cancellationCutoff;
  const startTimes = shown.startTimes(option.id);
  return {
    id: option.id,
    default: option.default || product.options[0]?.id === option.id,
    internalName: option.internalName,
    reference: option.reference,
    availabilityLocalStartTimes: startTimes.length === 0 ? ['00:00'] : [...startTimes],
    cancellationCutoff: `${amount} ${unit}${amount === 1 ? '' : 's'}`,
    cancellationCutoffAmount: amount,
    cancellationCutoffUnit: unit,
    requiredContactFields: option.requiredContactFields,
    restrictions: option.restrictions,
    units: option.units.map((one) => toOctoUnit(product, option, one, shown)),
    ...(product.details.pricingPer === 'BOOKING' ? prices(product, option, null, shown) : {}),
    ...(shown.capabilities.has('octo/content')
      ? toOctoContent(product, shown.locale, [option.durationMinutes, option.durationMinutes])
      : {}),
  };
};

/** A unit of an option as OCTO shows it. */
export const toOctoUnit = (product: ProductView, option: Option, unit: Unit, shown: Presentation): OctoUnit => ({
  id: unit.id,
  internalName: unit.internalName,
  reference: unit.reference,
  type: unit.type,
  restrictions: unit.restrictions,
  requiredContactFields: unit.requiredContactFields,
  ...(product.details.pricingPer === 'UNIT' ? prices(product, option, unit.id, shown) : {}),
  ...(shown.capabilities.has('octo/content')
    ? { title: unit.internalName, shortDescription: unit.internalName, features: [] }
    : {}),
});

const prices = (
  product: ProductView,
  option: Option,
  unitId: string | null,
  { capabilities, priceField }: Presentation,
): Partial<Record<Presentation['priceField'], OctoPricing[]>> => {
  if (!capabilities.has('octo/pricing')) return {};
  const price = priceOf(product, option.id, unitId, null);
  return { [priceField]: price === undefined ? [] : [toOctoPricing(pricingOf(price, product.details.currency))] };
};
