import type { CatalogueEvent, Option } from '../events/catalogue.ts';
import type { Occurred } from '../events/define.ts';
import type { ProductView } from '../views/product.ts';

/**
 * A product after one more of its events: the decider's state and the product view are both made by this fold.
 * An event before the product was created leaves nothing. Returns a new object; the one given stays as it was.
 */
export const applyProductEvent = (
  product: ProductView | undefined,
  event: Occurred<CatalogueEvent>,
): ProductView | undefined => {
  if (event.type === 'product.created.v1') {
    return {
      id: event.data.productId,
      tenant: event.tenant,
      details: event.data.details,
      options: [],
      prices: {},
      texts: {},
      media: [],
      published: false,
      createdAt: event.time,
      updatedAt: event.time,
    };
  }
  if (product === undefined) return undefined;
  const updated = { ...product, updatedAt: event.time };
  switch (event.type) {
    case 'product.details-changed.v1':
      return { ...updated, details: event.data.details };
    case 'product.option-set.v1':
      return withOption(updated, event.data.option);
    case 'product.option-removed.v1':
      return withoutOption(updated, event.data.optionId);
    case 'product.priced.v1':
      return { ...updated, prices: { ...product.prices, [event.data.optionId]: event.data.prices } };
    case 'product.described.v1':
      return { ...updated, texts: { ...product.texts, [event.data.locale]: event.data.texts } };
    case 'product.media-set.v1':
      return { ...updated, media: event.data.media };
    case 'product.published.v1':
      return { ...updated, published: true };
    case 'product.unpublished.v1':
      return { ...updated, published: false };
  }
};

/** The option in its place, or as the last one. Prices of units that it no longer has go; a new default takes over. */
const withOption = (product: ProductView, option: Option): ProductView => {
  const others = product.options.map((other) => ({ ...other, default: other.default && !option.default }));
  const index = others.findIndex((other) => other.id === option.id);
  const options = index < 0 ? [...others, option] : others.with(index, option);
  const prices = product.prices[option.id]?.filter(
    ({ unitId }) => unitId === null || option.units.some((unit) => unit.id === unitId),
  );
  return {
    ...product,
    options,
    prices: prices === undefined ? product.prices : { ...product.prices, [option.id]: prices },
  };
};

/** When the default option goes, the first of those that are left becomes it. */
const withoutOption = (product: ProductView, optionId: string): ProductView => {
  const left = product.options.filter((option) => option.id !== optionId);
  const { [optionId]: _, ...prices } = product.prices;
  const hasDefault = left.some((option) => option.default);
  const options = left.map((option, index) => ({ ...option, default: hasDefault ? option.default : index === 0 }));
  return { ...product, options, prices };
};
