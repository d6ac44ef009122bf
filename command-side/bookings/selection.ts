import { LRUCache } from 'lru-cache';
import { cancellableUntil } from '../../contracts/bookings/cancellation.ts';
import { type ContactInput, mergeContact } from '../../contracts/bookings/contact.ts';
import { brokenPartyRule } from '../../contracts/bookings/party.ts';
import { priceOf, pricingOf, sumPricing } from '../../contracts/bookings/pricing.ts';
import { isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import { type BookedDeparture, emptyContact, type Pricing, type UnitItem } from '../../contracts/events/bookings.ts';
import type { Option } from '../../contracts/events/catalogue.ts';
import type { PriceAdjustment } from '../../contracts/events/departures.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { productDecider } from '../catalogue/product-decider.ts';
import { type DepartureState, departureDecider } from '../departures/departure-decider.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { readEnough } from '../handling/read-enough.ts';

/** One unit item as a request names it. */
export interface WantedUnitItem {
  /** UUID; undefined: it gets one. */
  readonly id?: string | undefined;
  readonly unitId: string;
  readonly resellerReference?: string | null | undefined;
  readonly contact?: ContactInput | undefined;
}

export interface WantedSelection {
  readonly productId: string;
  readonly optionId: string;
  /** Null: none, where the product is sold without one. */
  readonly departureId: string | null;
  readonly unitItems: readonly WantedUnitItem[];
}

/** A selection that fits the catalogue's rules, with its price. */
export interface Selection {
  readonly option: Option;
  readonly booked: {
    readonly productId: string;
    readonly optionId: string;
    readonly departure: BookedDeparture | null;
    readonly unitItems: UnitItem[];
    readonly pricing: Pricing;
    readonly seats: number;
    readonly cancellableUntil: string | null;
  };
}

/** What never changes of a departure. */
interface DepartureOffer {
  readonly tenant: string;
  readonly productId: string;
  readonly optionId: string;
  readonly booked: BookedDeparture;
}

/** What a booking that is changed was for, and at which prices. */
export type BookedBefore = Pick<BookingView, 'productId' | 'optionId' | 'departure' | 'unitItems' | 'pricing'>;

const KNOWN_DEPARTURES = 20_000;

/** Checks what a booking asks for against the catalogue, and prices it. Takes no seats. */
export interface Selections {
  /**
   * @param booked what the booking has: a unit item named again keeps its ticket, reference and contact, and its price while
   *   product, option and departure stay. Undefined: it is a new booking.
   * @param newItemId the id of the unit item at an index of the request that brings none.
   */
  select(
    tenant: string,
    wanted: WantedSelection,
    booked: BookedBefore | undefined,
    newItemId: (index: number) => string,
  ): Promise<Selection | Rejection>;
  /** The option of a booking as the catalogue has it now; undefined when it was removed. */
  option(productId: string, optionId: string): Promise<Option | undefined>;
}

/** Selections against the catalogue's streams. What never changes of a departure is kept in memory. */
export const createSelections = (handling: CommandHandling): Selections => {
  const offers = new LRUCache<string, DepartureOffer>({ max: KNOWN_DEPARTURES });

  const offerOf = async (departureId: string): Promise<DepartureOffer | undefined> => {
    const known = offers.get(departureId);
    if (known !== undefined) return known;
    const offer = await readEnough(handling, departureDecider, departureId, toOffer, (found) => found !== undefined);
    if (offer !== undefined) offers.set(departureId, offer);
    return offer;
  };

  /** A price of its own that the departure was given; as the product's, it may be a second old. */
  const adjustmentOf = (departureId: string): Promise<PriceAdjustment | null> =>
    handling.read(departureDecider, departureId, (state) => state?.departure.adjustment ?? null);

  const productOf = (productId: string, isFresh = false): Promise<ProductView | undefined> =>
    handling.read(productDecider, productId, (product) => product, isFresh);

  const selectFrom = async (
    product: ProductView | undefined,
    ...[tenant, wanted, before, newItemId]: Parameters<Selections['select']>
  ): Promise<Selection | Rejection> => {
    if (product === undefined || product.tenant !== tenant) {
      return reject('NOT_FOUND', 'there is no such product', 'productId');
    }
    const option = product.options.find(({ id }) => id === wanted.optionId);
    if (option === undefined) return reject('NOT_FOUND', 'the product has no such option', 'optionId');
    if (!product.published) return reject('PRODUCT_NOT_BOOKABLE', 'the product is not published', 'productId');

    const offer = wanted.departureId === null ? undefined : await offerOf(wanted.departureId);
    const refused = refusedDeparture(tenant, product, wanted, offer);
    if (refused !== undefined) return refused;
    const prices: Prices = {
      product,
      option,
      adjustment: wanted.departureId === null ? null : await adjustmentOf(wanted.departureId),
      before,
      isSame: before !== undefined && isSameSelection(before, wanted),
    };
    const party = pricedParty(prices, wanted.unitItems, newItemId);
    if (isRejection(party)) return party;
    const departure = offer?.booked ?? null;
    const { productId, optionId } = wanted;
    return {
      option,
      booked: { productId, optionId, departure, ...party, cancellableUntil: cancellableUntil(option, departure) },
    };
  };

  return {
    select: async (...asked) => {
      const [, { productId }] = asked;
      const selected = await selectFrom(await productOf(productId), ...asked);
      // A refusal must not rest on a product that another process has changed.
      return isRejection(selected) ? selectFrom(await productOf(productId, true), ...asked) : selected;
    },
    option: async (productId, optionId) => (await productOf(productId))?.options.find(({ id }) => id === optionId),
  };
};

const toOffer = (state: DepartureState): DepartureOffer | undefined => {
  if (state === undefined) return undefined;
  const { id, availabilityId, localDate, localStart, localEnd, startsAt, cutoffAt, availabilityType, openingHours } =
    state.departure;
  return {
    tenant: state.tenant,
    productId: state.departure.productId,
    optionId: state.departure.optionId,
    booked: {
      departureId: id,
      availabilityId,
      localDate,
      localStart,
      localEnd,
      startsAt,
      cutoffAt,
      availabilityType,
      openingHours,
    },
  };
};

const refusedDeparture = (
  tenant: string,
  product: ProductView,
  wanted: WantedSelection,
  offer: DepartureOffer | undefined,
): Rejection | undefined => {
  if (wanted.departureId === null) {
    if (product.details.allowFreesale) return undefined;
    return reject('INVALID_BODY', 'the product is sold for a departure only', 'departureId');
  }
  if (offer === undefined || offer.tenant !== tenant) {
    return reject('NOT_FOUND', 'there is no such departure', 'departureId');
  }
  return offer.productId === wanted.productId && offer.optionId === wanted.optionId
    ? undefined
    : reject('NOT_FOUND', 'the departure is not one of this option', 'departureId');
};

/** What a party is priced by. */
interface Prices {
  readonly product: ProductView;
  readonly option: Option;
  readonly adjustment: PriceAdjustment | null;
  readonly before: BookedBefore | undefined;
  /** Product, option and departure are those that were booked: what was booked keeps its price. */
  readonly isSame: boolean;
}

const isSameSelection = (before: BookedBefore, wanted: WantedSelection): boolean =>
  before.productId === wanted.productId &&
  before.optionId === wanted.optionId &&
  (before.departure?.departureId ?? null) === wanted.departureId;

const pricedParty = (
  { product, option, adjustment, before: booked, isSame }: Prices,
  wanted: readonly WantedUnitItem[],
  newItemId: (index: number) => string,
): Pick<Selection['booked'], 'unitItems' | 'pricing' | 'seats'> | Rejection => {
  const broken = brokenPartyRule(
    option,
    wanted.map(({ unitId }) => unitId),
  );
  if (broken !== undefined) return broken;
  const { currency, pricingPer } = product.details;
  const unitItems: UnitItem[] = [];
  const parts: Pricing[] = [];
  let seats = 0;
  for (const [index, item] of wanted.entries()) {
    const id = item.id ?? newItemId(index);
    if (unitItems.some((other) => other.id === id)) {
      return reject('INVALID_UNITS', 'two unit items have the same id', `unitItems.${index}.id`);
    }
    const price = pricingPer === 'UNIT' ? priceOf(product, option.id, item.unitId, adjustment) : undefined;
    if (pricingPer === 'UNIT' && price === undefined) {
      return reject('PRODUCT_NOT_BOOKABLE', `unit ${item.unitId} has no price`, `unitItems.${index}.unitId`);
    }
    const before = booked?.unitItems.find((other) => other.id === id && other.unitId === item.unitId);
    const kept = isSame ? before?.pricing : undefined;
    const pricing = price === undefined ? null : (kept ?? pricingOf(price, currency));
    if (pricing !== null) parts.push(pricing);
    const paxCount = option.units.find((unit) => unit.id === item.unitId)?.restrictions.paxCount ?? 0;
    seats += paxCount;
    unitItems.push({
      id,
      unitId: item.unitId,
      paxCount,
      resellerReference:
        item.resellerReference === undefined ? (before?.resellerReference ?? null) : item.resellerReference,
      contact: mergeContact(before?.contact ?? emptyContact, item.contact),
      pricing,
      ticketCode: before?.ticketCode ?? null,
      redeemedAt: before?.redeemedAt ?? null,
    });
  }
  if (pricingPer === 'UNIT') return { unitItems, seats, pricing: sumPricing(parts, currency) };
  if (isSame && booked !== undefined) return { unitItems, seats, pricing: booked.pricing };
  const price = priceOf(product, option.id, null, adjustment);
  return price === undefined
    ? reject('PRODUCT_NOT_BOOKABLE', 'the option has no price', 'optionId')
    : { unitItems, seats, pricing: pricingOf(price, currency) };
};
