import { isDeepStrictEqual } from 'node:util';
import { applyProductEvent } from '../../contracts/catalogue/product-fold.ts';
import { type Decider, isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import type { CatalogueEvent, Option, Price, ProductDetails, ProductTexts } from '../../contracts/events/catalogue.ts';
import type { Locale } from '../../contracts/texts.ts';
import { isTimeZone } from '../../contracts/time-zone.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { flawOfOption, flawOfPrices } from './option-rules.ts';
import { notPublishable, takesAway } from './publishable.ts';

export type ProductCommand =
  | { readonly type: 'create-product'; readonly productId: string; readonly details: ProductDetails }
  | { readonly type: 'change-details'; readonly details: ProductDetails }
  | { readonly type: 'set-option'; readonly option: Option }
  | { readonly type: 'remove-option'; readonly optionId: string }
  | { readonly type: 'set-prices'; readonly optionId: string; readonly prices: Price[] }
  | { readonly type: 'describe'; readonly locale: Locale; readonly texts: ProductTexts }
  | { readonly type: 'set-media'; readonly media: ProductView['media'] }
  | { readonly type: 'publish' }
  | { readonly type: 'unpublish' };
type Change = Exclude<ProductCommand, { type: 'create-product' }>;

/** Undefined: never created. Replaced, never changed in place. */
export type ProductState = (ProductView & { readonly wasPublished: boolean }) | undefined;

type Decision = readonly CatalogueEvent[] | Rejection;

/** What a tour company sells. Nothing that it needs to be sold is taken from a published product; what is so already gives no events. */
export const productDecider: Decider<ProductState, ProductCommand, CatalogueEvent> = {
  context: 'product',
  version: 1,
  initial: () => undefined,
  decide: (command, state) => {
    if (command.type === 'create-product') return create(command.productId, command.details, state);
    if (state === undefined) return reject('NOT_FOUND', 'there is no such product');
    const decided = change(command, state);
    // A new option or unit gets its price after it; until then that one cannot be booked.
    if (isRejection(decided) || !state.published || command.type === 'set-option') return decided;
    const after = applyAll(state, decided);
    return after.published ? (takesAway(state, after) ?? decided) : decided;
  },
  evolve: (state, event) => {
    const product = applyProductEvent(state, event);
    if (product === undefined) return undefined;
    return { ...product, wasPublished: product.published || (state?.wasPublished ?? false) };
  },
};

const create = (productId: string, details: ProductDetails, state: ProductState): Decision => {
  if (state === undefined)
    return flawOfDetails(details) ?? [{ type: 'product.created.v1', data: { productId, details } }];
  return isDeepStrictEqual(state.details, details)
    ? []
    : reject('ALREADY_EXISTS', 'there is a product of this id with other details');
};

const change = (command: Change, product: NonNullable<ProductState>): Decision => {
  const productId = product.id;
  switch (command.type) {
    case 'change-details':
      return changeDetails(command.details, product);
    case 'set-option':
      return setOption(command.option, product);
    case 'remove-option': {
      const { optionId } = command;
      return product.options.some(({ id }) => id === optionId)
        ? [{ type: 'product.option-removed.v1', data: { productId, optionId } }]
        : [];
    }
    case 'set-prices':
      return setPrices(command.optionId, command.prices, product);
    case 'describe': {
      const { locale, texts } = command;
      return isDeepStrictEqual(product.texts[locale], texts)
        ? []
        : [{ type: 'product.described.v1', data: { productId, locale, texts } }];
    }
    case 'set-media': {
      const { media } = command;
      return isDeepStrictEqual(product.media, media)
        ? []
        : [{ type: 'product.media-set.v1', data: { productId, media } }];
    }
    case 'publish':
      if (product.published) return [];
      return notPublishable(product) ?? [{ type: 'product.published.v1', data: { productId } }];
    case 'unpublish':
      return product.published ? [{ type: 'product.unpublished.v1', data: { productId } }] : [];
  }
};

const changeDetails = (details: ProductDetails, product: NonNullable<ProductState>): Decision => {
  const before = product.details;
  if (isDeepStrictEqual(before, details)) return [];
  // Bookings and departures that were made of it speak this currency and this kind of availability.
  for (const fixed of ['currency', 'availabilityType'] as const) {
    if (product.wasPublished && details[fixed] !== before[fixed]) {
      return reject('CONFLICT', `${fixed} is fixed since the product was published`, fixed);
    }
  }
  return flawOfDetails(details) ?? [{ type: 'product.details-changed.v1', data: { productId: product.id, details } }];
};

const flawOfDetails = ({ timeZone }: ProductDetails): Rejection | undefined =>
  isTimeZone(timeZone) ? undefined : reject('INVALID_TIME_ZONE', `${timeZone} is not an IANA time zone`, 'timeZone');

/** There is always just one default: the first option, until another is set as it. */
const setOption = (wanted: Option, product: ProductView): Decision => {
  const before = product.options.find(({ id }) => id === wanted.id);
  const option = { ...wanted, default: wanted.default || product.options.length === 0 || before?.default === true };
  if (isDeepStrictEqual(before, option)) return [];
  return flawOfOption(option) ?? [{ type: 'product.option-set.v1', data: { productId: product.id, option } }];
};

const setPrices = (optionId: string, prices: Price[], product: ProductView): Decision => {
  const option = product.options.find(({ id }) => id === optionId);
  if (option === undefined) return reject('NOT_FOUND', 'the product has no such option', 'optionId');
  if (isDeepStrictEqual(product.prices[optionId], prices)) return [];
  return (
    flawOfPrices(prices, option, product.details) ?? [
      { type: 'product.priced.v1', data: { productId: product.id, optionId, prices } },
    ]
  );
};

const applyAll = (product: ProductView, events: readonly CatalogueEvent[]): ProductView =>
  events.reduce<ProductView>(
    (before, event) => applyProductEvent(before, { ...event, time: before.updatedAt, tenant: before.tenant }) ?? before,
    product,
  );
