import { lowestPrice } from '../../contracts/catalogue/lowest-price.ts';
import type { ProductTexts } from '../../contracts/events/catalogue.ts';
import { LOCALES, type Locale } from '../../contracts/texts.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import {
  PRODUCT_FACETS,
  PRODUCT_NUMBERS,
  type ProductFacet,
  type ProductHit,
} from '../../contracts/views/product-search.ts';
import type { SearchDocument } from '../../infra/search/search.ts';
import type { Projection } from '../runner/projection.ts';
import { products } from './products.ts';

type Texts = Partial<Record<Locale, string>>;

/** The published products, to be searched by what people type, filtered and counted. Its documents are the products. */
export const productSearch: Projection<ProductView> = {
  ...products,
  name: 'product-search',
  version: 2,
  indexes: [],
  search: {
    schema: {
      name: 'product-search',
      texts: {
        title: { boost: 5 },
        place: { boost: 3 },
        shortDescription: { boost: 2 },
        description: { boost: 1 },
        features: { boost: 1 },
      },
      keywords: [...PRODUCT_FACETS],
      numbers: [...PRODUCT_NUMBERS],
      dates: ['createdAt'],
      points: ['location'],
      completion: 'title',
    },
    toSearch: (product) => (product.published ? toSearch(product) : undefined),
  },
};

const toSearch = (product: ProductView): Omit<SearchDocument, 'id' | 'version'> => {
  const { details, tenant } = product;
  const { location } = details;
  const price = lowestPrice(product);
  const keywords: Record<ProductFacet, readonly string[]> = {
    category: details.categories,
    city: location === null ? [] : [location.city],
    country: location === null ? [] : [location.country],
    currency: [details.currency],
    availabilityType: [details.availabilityType],
  };
  return {
    tenant,
    texts: {
      title: texts(product, ({ title }) => title),
      place: texts(product, () => (location === null ? null : `${location.title} ${location.city}`)),
      shortDescription: texts(product, ({ shortDescription }) => shortDescription),
      description: texts(product, ({ description }) => description),
      features: texts(product, ({ features }) => features.map((feature) => feature.shortDescription).join('\n')),
    },
    keywords,
    numbers: { createdAt: Date.parse(product.createdAt), ...(price === null ? {} : { priceFrom: price.amount }) },
    ...(location === null ? {} : { points: { location: { lat: location.latitude, lon: location.longitude } } }),
    source: toHit(product),
  };
};

const toHit = (product: ProductView): ProductHit => ({
  id: product.id,
  titles: texts(product, ({ title }) => title),
  shortDescriptions: texts(product, ({ shortDescription }) => shortDescription),
  categories: product.details.categories,
  city: product.details.location?.city ?? null,
  country: product.details.location?.country ?? null,
  cover: product.media.find(({ rel }) => rel === 'COVER')?.src ?? null,
  priceFrom: lowestPrice(product),
});

/** One of the product's texts in each language in which it is given. */
const texts = (product: ProductView, pick: (texts: ProductTexts) => string | null): Texts => {
  const found: Texts = {};
  for (const locale of LOCALES) {
    const given = product.texts[locale];
    const text = given === undefined ? null : pick(given);
    if (text !== null && text !== '') found[locale] = text;
  }
  return found;
};
