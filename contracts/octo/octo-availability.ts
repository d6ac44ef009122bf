import { z } from 'zod';
import { brokenPartyRule, seatsOf } from '../bookings/party.ts';
import { adjustedAmount, priceOf, pricingOf, sumPricing } from '../bookings/pricing.ts';
import type { Pricing } from '../events/bookings.ts';
import type { Option } from '../events/catalogue.ts';
import { openingHours, type PriceAdjustment } from '../events/departures.ts';
import type { Locale } from '../texts.ts';
import type { DepartureView } from '../views/departure.ts';
import type { ProductView } from '../views/product.ts';
import type { Capabilities } from './capabilities.ts';
import { textsOf } from './octo-content.ts';
import { octoInstant } from './octo-instant.ts';
import { octoPricing, toOctoPricing } from './octo-pricing.ts';

export const octoAvailabilityStatus = z.enum(['AVAILABLE', 'FREESALE', 'SOLD_OUT', 'LIMITED', 'CLOSED']);
type Status = z.infer<typeof octoAvailabilityStatus>;

const unitPricing = octoPricing.extend({ unitId: z.string() });
const common = {
  available: z.boolean(),
  status: octoAvailabilityStatus,
  vacancies: z.int().nullable(),
  capacity: z.int().nullable(),
  openingHours: z.array(openingHours),
};

export const octoAvailability = z.object({
  id: z.string(),
  localDateTimeStart: z.string(),
  localDateTimeEnd: z.string(),
  utcCutoffAt: z.string(),
  allDay: z.boolean(),
  ...common,
  maxUnits: z.int().nullable(),
  unitPricing: z.array(unitPricing).optional(),
  pricing: octoPricing.optional(),
  title: z.string().nullable().optional(),
  shortDescription: z.string().optional(),
});
export type OctoAvailability = z.infer<typeof octoAvailability>;

export const octoCalendarDay = z.object({
  localDate: z.string(),
  ...common,
  unitPricingFrom: z.array(unitPricing).optional(),
  pricingFrom: octoPricing.optional(),
});
export type OctoCalendarDay = z.infer<typeof octoCalendarDay>;

/** What availability is asked for. */
export interface AvailabilityAsked {
  readonly product: ProductView;
  readonly option: Option;
  /** How many of each unit; undefined: not said. */
  readonly units: ReadonlyMap<string, number> | undefined;
  readonly capabilities: Capabilities;
  readonly locale: Locale;
  /** ISO 8601 UTC instant of now. */
  readonly now: string;
}

/** LIMITED: under half of the capacity is left. A party that does not fit finds it sold out. */
const statusFor = (departure: DepartureView, { now }: AvailabilityAsked, seats: number): Status => {
  if (departure.closedReason !== null || departure.cutoffAt <= now) return 'CLOSED';
  const { vacancies, capacity } = departure;
  if (vacancies === null) return 'FREESALE';
  if (vacancies <= 0 || vacancies < seats) return 'SOLD_OUT';
  return vacancies * 2 < (capacity ?? 0) ? 'LIMITED' : 'AVAILABLE';
};

const canBeBooked = (status: Status): boolean => status !== 'CLOSED' && status !== 'SOLD_OUT';

/** Whether the option takes such a party at all. */
const isAllowed = ({ option, units }: AvailabilityAsked): boolean =>
  units === undefined || brokenPartyRule(option, unitIdsOf(units)) === undefined;

const unitIdsOf = (units: ReadonlyMap<string, number>): string[] =>
  [...units].flatMap(([id, quantity]) => Array.from({ length: quantity }, () => id));

const seatsAsked = ({ option, units }: AvailabilityAsked): number => (units === undefined ? 0 : seatsOf(option, units));

/** Departures as OCTO shows them: one availability each. */
export const toOctoAvailabilities = (
  departures: readonly DepartureView[],
  asked: AvailabilityAsked,
): OctoAvailability[] => {
  const seats = seatsAsked(asked);
  const allowed = isAllowed(asked);
  const listed = pricesFor(asked, null, 'unitPricing', 'pricing');
  const texts = asked.capabilities.has('octo/content') ? textsOf(asked.product, asked.locale) : undefined;
  const content = texts === undefined ? {} : { title: texts.title, shortDescription: texts.shortDescription ?? '' };
  return departures.map((departure) => {
    const status = statusFor(departure, asked, seats);
    return {
      id: departure.availabilityId,
      localDateTimeStart: departure.localStart,
      localDateTimeEnd: departure.localEnd,
      utcCutoffAt: octoInstant(departure.cutoffAt),
      allDay: departure.availabilityType === 'OPENING_HOURS',
      available: allowed && canBeBooked(status),
      status,
      vacancies: departure.vacancies,
      capacity: departure.capacity,
      maxUnits: asked.option.restrictions.maxUnits,
      openingHours: departure.openingHours,
      ...(departure.adjustment === null ? listed : pricesFor(asked, departure.adjustment, 'unitPricing', 'pricing')),
      ...content,
    };
  });
};

const BEST_FIRST: readonly Status[] = ['FREESALE', 'AVAILABLE', 'LIMITED', 'SOLD_OUT', 'CLOSED'];

/** One day of the calendar: the best status and the most vacancies of its departures; closed where it has none. */
export const toOctoCalendarDay = (
  localDate: string,
  departures: readonly DepartureView[],
  asked: AvailabilityAsked,
): OctoCalendarDay => {
  const seats = seatsAsked(asked);
  const statuses = departures.map((departure) => statusFor(departure, asked, seats));
  const status = BEST_FIRST.find((one) => statuses.includes(one)) ?? 'CLOSED';
  const open = departures.filter((_, index) => statuses[index] !== 'CLOSED');
  const vacancies = open.map((departure) => departure.vacancies);
  const capacities = departures.map((departure) => departure.capacity);
  return {
    localDate,
    available: isAllowed(asked) && canBeBooked(status),
    status,
    vacancies: vacancies.includes(null) ? null : Math.max(0, ...vacancies.map(Number)),
    capacity: capacities.includes(null) ? null : capacities.reduce<number>((sum, each) => sum + Number(each), 0),
    openingHours: distinctHours(departures),
    ...pricesFor(
      asked,
      cheapest(departures.filter((_, index) => canBeBooked(statuses[index] ?? 'CLOSED'))),
      'unitPricingFrom',
      'pricingFrom',
    ),
  };
};

/** Large enough that no two adjustments which differ come out the same. */
const YARDSTICK = 1e12;

/** The adjustment that makes prices lowest. */
const cheapest = (departures: readonly DepartureView[]): PriceAdjustment | null =>
  departures
    .map(({ adjustment }) => adjustment)
    .reduce<PriceAdjustment | null | undefined>(
      (best, one) =>
        best === undefined || adjustedAmount(YARDSTICK, one) < adjustedAmount(YARDSTICK, best) ? one : best,
      undefined,
    ) ?? null;

const distinctHours = (departures: readonly DepartureView[]): OctoCalendarDay['openingHours'] => {
  const hours = new Map(departures.flatMap((one) => one.openingHours.map((each) => [`${each.from}-${each.to}`, each])));
  return [...hours.values()].sort((a, b) => (a.from < b.from ? -1 : 1));
};

/** Prices of the capability `octo/pricing`: of each unit, or of the booking where it is priced so; and of the party asked for. */
const pricesFor = <U extends string, P extends string>(
  asked: AvailabilityAsked,
  adjustment: PriceAdjustment | null,
  unitField: U,
  partyField: P,
) => {
  const prices: { [K in U]?: z.infer<typeof unitPricing>[] } & { [K in P]?: z.infer<typeof octoPricing> } = {};
  if (!asked.capabilities.has('octo/pricing')) return prices;
  const { product, option, units } = asked;
  const { currency } = product.details;
  const priced = (unitId: string | null): Pricing | undefined => {
    const price = priceOf(product, option.id, unitId, adjustment);
    return price && pricingOf(price, currency);
  };
  const set = (field: U | P, value: unknown) => Object.assign(prices, { [field]: value });
  if (product.details.pricingPer === 'BOOKING') {
    const whole = priced(null);
    if (whole !== undefined) set(partyField, toOctoPricing(whole));
    return prices;
  }
  set(
    unitField,
    option.units.flatMap(({ id }) => {
      const one = priced(id);
      return one === undefined ? [] : [{ unitId: id, ...toOctoPricing(one) }];
    }),
  );
  if (units !== undefined) {
    const parts = unitIdsOf(units).flatMap((id) => priced(id) ?? []);
    set(partyField, toOctoPricing(sumPricing(parts, currency)));
  }
  return prices;
};
