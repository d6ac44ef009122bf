import { applyProductEvent } from '../../contracts/catalogue/product-fold.ts';
import { type CatalogueEvent, catalogueEvents } from '../../contracts/events/catalogue.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { Projection } from '../runner/projection.ts';

/** Every tour product, published or not: the product page and the catalogue lists. */
export const products: Projection<ProductView> = {
  name: 'products',
  version: 1,
  handles: Object.keys(catalogueEvents),
  indexes: [
    { fields: ['tenant', 'details.internalName'] },
    { fields: ['tenant', 'published'] },
    { fields: ['tenant', 'details.reference'] },
  ],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (product, event) => applyProductEvent(product, event as unknown as Occurred<CatalogueEvent>),
};
