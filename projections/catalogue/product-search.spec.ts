import { describe, expect, it } from 'vitest';
import { type ProductView, productView } from '../../contracts/views/product.ts';
import { productHit } from '../../contracts/views/product-search.ts';
import { productSearch } from './product-search.ts';

const unit = (id: string, type: string) => ({ id, internalName: id, type, restrictions: {} });
const product: ProductView = productView.parse({
  id: 'walk',
  tenant: 'andes',
  details: {
    internalName: 'Walk',
    timeZone: 'America/Lima',
    availabilityType: 'START_TIME',
    currency: 'PEN',
    categories: ['walking-tours'],
    location: { title: 'Plaza de Armas', city: 'Cusco', country: 'PE', latitude: -13.5, longitude: -71.9 },
  },
  options: [
    {
      id: 'day',
      internalName: 'Day',
      cancellationCutoff: { amount: 1, unit: 'day' },
      durationMinutes: 120,
      restrictions: {},
      units: [unit('adult', 'ADULT'), unit('child', 'CHILD')],
    },
  ],
  prices: {
    day: [
      { unitId: 'adult', original: 5_000, retail: 4_500 },
      { unitId: 'child', original: 100, retail: 100 },
    ],
  },
  texts: {
    en: {
      title: 'City walk',
      shortDescription: 'Two hours on foot',
      features: [{ type: 'INCLUSION', shortDescription: 'Guide' }],
    },
    es: { title: 'Paseo por la ciudad' },
  },
  media: [{ src: 'https://example.org/a.jpg', type: 'image/jpeg', rel: 'COVER' }],
  published: true,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});

describe('a product in the search', () => {
  it('is found by its texts in each language, by its place, and by what it is', () => {
    expect(productSearch.search?.toSearch(product)).toMatchObject({
      tenant: 'andes',
      texts: {
        title: { en: 'City walk', es: 'Paseo por la ciudad' },
        place: { en: 'Plaza de Armas Cusco', es: 'Plaza de Armas Cusco' },
        shortDescription: { en: 'Two hours on foot' },
        description: {},
        features: { en: 'Guide' },
      },
      points: { location: { lat: -13.5, lon: -71.9 } },
      keywords: {
        category: ['walking-tours'],
        city: ['Cusco'],
        country: ['PE'],
        currency: ['PEN'],
        availabilityType: ['START_TIME'],
      },
      numbers: { priceFrom: 4_500, createdAt: Date.UTC(2026, 0, 1) },
    });
  });

  it('brings with it what a hit shows', () => {
    expect(productHit.parse(productSearch.search?.toSearch(product)?.source)).toEqual({
      id: 'walk',
      titles: { en: 'City walk', es: 'Paseo por la ciudad' },
      shortDescriptions: { en: 'Two hours on foot' },
      categories: ['walking-tours'],
      city: 'Cusco',
      country: 'PE',
      cover: 'https://example.org/a.jpg',
      priceFrom: { amount: 4_500, currency: 'PEN' },
    });
  });

  it('is not there while it is not published', () => {
    expect(productSearch.search?.toSearch({ ...product, published: false })).toBeUndefined();
  });

  it('has no price where nothing is priced', () => {
    const found = productSearch.search?.toSearch({ ...product, prices: {} });
    expect(found?.numbers).toEqual({ createdAt: Date.UTC(2026, 0, 1) });
    expect(found?.source.priceFrom).toBeNull();
  });
});
