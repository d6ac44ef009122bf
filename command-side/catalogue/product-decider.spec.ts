import { describe, expect, it } from 'vitest';
import {
  type CatalogueEvent,
  type Option,
  option as optionSchema,
  type Price,
  type ProductDetails,
  type ProductTexts,
  price as priceSchema,
  productDetails,
  productTexts,
} from '../../contracts/events/catalogue.ts';
import type { Locale } from '../../contracts/texts.ts';
import { spec } from '../../tests/spec-language/decider-spec.ts';
import { type ProductCommand, productDecider } from './product-decider.ts';

const productId = 'p1';
const details = (changes: Record<string, unknown> = {}): ProductDetails =>
  productDetails.parse({
    internalName: 'Harbour cruise',
    timeZone: 'Europe/Lisbon',
    availabilityType: 'START_TIME',
    currency: 'EUR',
    ...changes,
  });
const unit = (id: string, restrictions: Record<string, unknown> = {}) => ({
  id,
  internalName: id,
  type: 'ADULT',
  restrictions,
});
const option = (changes: Record<string, unknown> = {}): Option =>
  optionSchema.parse({
    id: 'o1',
    default: true,
    internalName: 'Standard',
    cancellationCutoff: { amount: 24, unit: 'hour' },
    durationMinutes: 120,
    restrictions: {},
    units: [unit('adult'), unit('child', { accompaniedBy: ['adult'] })],
    ...changes,
  });
const second = (isDefault = false): Option => option({ id: 'o2', default: isDefault });
const prices = (...unitIds: (string | null)[]): Price[] =>
  unitIds.map((unitId) => priceSchema.parse({ unitId, original: 5000, retail: 4500 }));
const texts: ProductTexts = productTexts.parse({ title: 'Harbour cruise' });

const created = (of = details()): CatalogueEvent => ({ type: 'product.created.v1', data: { productId, details: of } });
const detailsChanged = (of: ProductDetails): CatalogueEvent => ({
  type: 'product.details-changed.v1',
  data: { productId, details: of },
});
const optionSet = (of = option()): CatalogueEvent => ({
  type: 'product.option-set.v1',
  data: { productId, option: of },
});
const optionRemoved = (optionId: string): CatalogueEvent => ({
  type: 'product.option-removed.v1',
  data: { productId, optionId },
});
const priced = (optionId = 'o1', of = prices('adult', 'child')): CatalogueEvent => ({
  type: 'product.priced.v1',
  data: { productId, optionId, prices: of },
});
const described = (locale: Locale = 'en'): CatalogueEvent => ({
  type: 'product.described.v1',
  data: { productId, locale, texts },
});
const published: CatalogueEvent = { type: 'product.published.v1', data: { productId } };
const unpublished: CatalogueEvent = { type: 'product.unpublished.v1', data: { productId } };
const ready = [created(), optionSet(), priced(), described()];
const live = [...ready, published];

const create = (of = details()): ProductCommand => ({ type: 'create-product', productId, details: of });
const changeDetails = (of: ProductDetails): ProductCommand => ({ type: 'change-details', details: of });
const setOption = (of: Option): ProductCommand => ({ type: 'set-option', option: of });
const removeOption = (optionId: string): ProductCommand => ({ type: 'remove-option', optionId });
const setPrices = (of: Price[], optionId = 'o1'): ProductCommand => ({ type: 'set-prices', optionId, prices: of });
const { given } = spec(productDecider);

describe('creating a product', () => {
  it('begins it as a draft', () => {
    given([]).when(create()).then([created()]);
    given([created()]).thenState((product) =>
      expect(product).toMatchObject({ id: productId, tenant: 'tenant-1', published: false, options: [] }),
    );
  });
  it('is nothing new the second time', () => given([created()]).when(create()).thenNothing());
  it('does not replace another', () =>
    given([created()])
      .when(create(details({ internalName: 'Other' })))
      .thenRejected('ALREADY_EXISTS'));
  it('needs a time zone that exists', () =>
    given([])
      .when(create(details({ timeZone: 'Europe/Atlantis' })))
      .thenRejected('INVALID_TIME_ZONE', 'timeZone'));
});

describe('a product that does not exist', () => {
  const commands: ProductCommand[] = [
    changeDetails(details()),
    setOption(option()),
    removeOption('o1'),
    setPrices([]),
    { type: 'describe', locale: 'en', texts },
    { type: 'set-media', media: [] },
    { type: 'publish' },
    { type: 'unpublish' },
  ];
  it.each(commands)('refuses $type', (command) => given([]).when(command).thenRejected('NOT_FOUND'));
});

describe('changing the details', () => {
  const renamed = details({ internalName: 'Sunset cruise' });
  it('records them', () =>
    given(live)
      .when(changeDetails(renamed))
      .then([detailsChanged(renamed)]));
  it('is nothing new when they are the same', () => given(live).when(changeDetails(details())).thenNothing());
  it('needs a time zone that exists', () =>
    given([created()])
      .when(changeDetails(details({ timeZone: '+01:00' })))
      .thenRejected('INVALID_TIME_ZONE', 'timeZone'));
  it.each([
    ['currency', details({ currency: 'USD' })],
    ['availabilityType', details({ availabilityType: 'OPENING_HOURS' })],
  ])('fixes the %s with the first publication', (field, other) => {
    given(ready)
      .when(changeDetails(other))
      .then([detailsChanged(other)]);
    given(live).when(changeDetails(other)).thenRejected('CONFLICT', field);
    given([...live, unpublished])
      .when(changeDetails(other))
      .thenRejected('CONFLICT', field);
  });
  it('does not leave a published product without a price', () =>
    given(live)
      .when(changeDetails(details({ pricingPer: 'BOOKING' })))
      .thenRejected('PRODUCT_NOT_PUBLISHABLE', 'prices'));
});

describe('setting an option', () => {
  it('makes the first one the default', () =>
    given([created()])
      .when(setOption(option({ default: false })))
      .then([optionSet(option())]));
  it('keeps the default until another one is', () => {
    given([created(), optionSet(), optionSet(second())]).thenState((product) =>
      expect(product?.options.map((each) => each.default)).toEqual([true, false]),
    );
    given([created(), optionSet(), optionSet(second(true))]).thenState((product) =>
      expect(product?.options.map((each) => each.default)).toEqual([false, true]),
    );
  });
  it('does not leave the product without a default', () =>
    given([created(), optionSet(), optionSet(second())])
      .when(setOption(option({ default: false })))
      .thenNothing());
  it('replaces the option in its place and forgets prices of units that went', () =>
    given([...ready, optionSet(second())])
      .when(setOption(option({ units: [unit('adult')] })))
      .thenState((product) => {
        expect(product?.options.map(({ id }) => id)).toEqual(['o1', 'o2']);
        expect(product?.prices).toEqual({ o1: prices('adult') });
      }));
  it('is nothing new when it is the same', () => given(live).when(setOption(option())).thenNothing());
  it('may add one without prices to a published product, which then can be changed as before', () => {
    given(live)
      .when(setOption(second()))
      .then([optionSet(second())]);
    given([...live, optionSet(second())])
      .when({ type: 'describe', locale: 'pt', texts })
      .then([described('pt')]);
  });

  const refused: [string, Option, string][] = [
    ['two units of one id', option({ units: [unit('adult'), unit('adult')] }), 'units.1.id'],
    [
      'a companion that is not there',
      option({ units: [unit('child', { accompaniedBy: ['adult'] })] }),
      'units.0.restrictions.accompaniedBy',
    ],
    [
      'a unit that accompanies itself',
      option({ units: [unit('child', { accompaniedBy: ['child'] })] }),
      'units.0.restrictions.accompaniedBy',
    ],
    ['ages upside down', option({ units: [unit('a', { minAge: 13, maxAge: 12 })] }), 'units.0.restrictions.minAge'],
    [
      'quantities upside down',
      option({ units: [unit('a', { minQuantity: 3, maxQuantity: 2 })] }),
      'units.0.restrictions.minQuantity',
    ],
    ['numbers of units upside down', option({ restrictions: { minUnits: 3, maxUnits: 2 } }), 'restrictions.minUnits'],
  ];
  it.each(refused)('refuses %s', (_, flawed, field) =>
    given([created()]).when(setOption(flawed)).thenRejected('INVALID_BODY', field),
  );
});

describe('removing an option', () => {
  it('takes its prices along and passes the default on', () =>
    given([...ready, optionSet(second())])
      .when(removeOption('o1'))
      .thenState((product) => expect(product).toMatchObject({ prices: {}, options: [{ id: 'o2', default: true }] })));
  it('leaves the default alone when another one goes', () =>
    given([...ready, optionSet(second())])
      .when(removeOption('o2'))
      .thenState((product) => expect(product?.options).toEqual([option()])));
  it('is recorded once', () => {
    given(ready)
      .when(removeOption('o1'))
      .then([optionRemoved('o1')]);
    given([...ready, optionRemoved('o1')])
      .when(removeOption('o1'))
      .thenNothing();
  });
  it('does not take the last one from a published product', () =>
    given(live).when(removeOption('o1')).thenRejected('PRODUCT_NOT_PUBLISHABLE', 'options'));
});

describe('setting prices', () => {
  it('replaces those of the option', () =>
    given([created(), optionSet()])
      .when(setPrices(prices('adult')))
      .then([priced('o1', prices('adult'))]));
  it('is nothing new when they are the same', () =>
    given(live)
      .when(setPrices(prices('adult', 'child')))
      .thenNothing());
  it('takes one for the whole booking where the product is priced so', () =>
    given([created(details({ pricingPer: 'BOOKING' })), optionSet()])
      .when(setPrices(prices(null)))
      .then([priced('o1', prices(null))]));
  it('needs the option', () =>
    given([created()])
      .when(setPrices(prices('adult')))
      .thenRejected('NOT_FOUND', 'optionId'));
  it.each([
    ['an unknown unit', prices('adult', 'senior'), 'prices.1.unitId'],
    ['a unit twice', prices('adult', 'adult'), 'prices.1.unitId'],
    ['a booking, where units are priced', prices(null), 'prices.0.unitId'],
  ])('refuses a price for %s', (_, flawed, field) =>
    given([created(), optionSet()]).when(setPrices(flawed)).thenRejected('INVALID_BODY', field),
  );
  it('refuses a price for a unit, where bookings are priced', () =>
    given([created(details({ pricingPer: 'BOOKING' })), optionSet()])
      .when(setPrices(prices('adult')))
      .thenRejected('INVALID_BODY', 'prices.0.unitId'));
  it('does not take a price from a published product', () =>
    given(live)
      .when(setPrices(prices('adult')))
      .thenRejected('PRODUCT_NOT_PUBLISHABLE', 'prices'));
});

describe('describing and showing', () => {
  it('keeps a text in each language', () =>
    given([created(), described('en')])
      .when({ type: 'describe', locale: 'fr', texts })
      .thenState((product) => expect(product?.texts).toEqual({ en: texts, fr: texts })));
  it('is nothing new when the text is the same', () =>
    given([created(), described('en')])
      .when({ type: 'describe', locale: 'en', texts })
      .thenNothing());
  it('replaces the media', () => {
    const media = [
      {
        src: 'https://example.org/cover.jpg',
        type: 'image/jpeg' as const,
        rel: 'COVER' as const,
        title: null,
        caption: null,
        copyright: null,
      },
    ];
    const set: CatalogueEvent = { type: 'product.media-set.v1', data: { productId, media } };
    given([created()]).when({ type: 'set-media', media }).then([set]);
    given([created(), set]).when({ type: 'set-media', media }).thenNothing();
    given([created(), set])
      .when({ type: 'set-media', media: [] })
      .thenState((product) => expect(product?.media).toEqual([]));
  });
});

describe('publishing', () => {
  it('is for a product with an option, prices and a text', () =>
    given(ready).when({ type: 'publish' }).then([published]));
  it('is recorded once', () => given(live).when({ type: 'publish' }).thenNothing());
  it('takes one price a booking where the product is priced so', () =>
    given([created(details({ pricingPer: 'BOOKING' })), optionSet(), priced('o1', prices(null)), described()])
      .when({ type: 'publish' })
      .then([published]));
  it.each([
    ['an option', [created(), described()], 'options'],
    ['a price', [created(), optionSet(), described()], 'prices'],
    ['the price of one unit', [created(), optionSet(), priced('o1', prices('adult')), described()], 'prices'],
    ['the prices of the second option', [...ready, optionSet(second())], 'prices'],
    ['the price of a booking', [created(details({ pricingPer: 'BOOKING' })), optionSet(), described()], 'prices'],
    ['a text', [created(), optionSet(), priced()], 'texts'],
  ])('is refused without %s', (_, events, field) =>
    given(events).when({ type: 'publish' }).thenRejected('PRODUCT_NOT_PUBLISHABLE', field),
  );
  it('names all that is lacking', () => {
    const state = productDecider.evolve(productDecider.initial(), { ...created(), time: 't', tenant: 't1' });
    expect(productDecider.decide({ type: 'publish' }, state, { now: 't', newId: (name) => name })).toMatchObject({
      detail: 'lacks an option; a text in at least one language',
    });
  });
  it('can be taken back, and done again', () => {
    given(live).when({ type: 'unpublish' }).then([unpublished]);
    given([...live, unpublished])
      .when({ type: 'publish' })
      .then([published]);
    given(ready).when({ type: 'unpublish' }).thenNothing();
  });
});
