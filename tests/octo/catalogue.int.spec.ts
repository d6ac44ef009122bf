import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OctoPlatform, openOctoPlatform } from './octo-platform.ts';
import { expectOcto } from './octo-schemas.ts';

let octo: OctoPlatform;
beforeAll(async () => {
  octo = await openOctoPlatform();
  await octo.settled();
});
afterAll(() => octo.close());

const everything = { 'octo-capabilities': 'octo/pricing, octo/content, octo/offers' };
const boat = { productId: 'sunset-sailing', optionId: 'shared-boat' };

describe('the supplier and its capabilities', () => {
  it('are told as the standard has them', async () => {
    const supplier = await octo.call('GET', '/supplier');
    expectOcto('Supplier', supplier.body);
    expect(supplier.body).toMatchObject({ name: 'Spirit Tours', endpoint: expect.stringMatching(/\/octo$/) });
    const capabilities = await octo.call('GET', '/capabilities');
    for (const capability of capabilities.body) expectOcto('Capability', capability);
  });
});

describe('products', () => {
  it('that are published are listed, in the shape of the standard', async () => {
    const { status, body, headers } = await octo.call('GET', '/products');
    expect(status).toBe(200);
    expect(headers.get('octo-capabilities')).toBe('');
    expect(headers.get('content-language')).toBeNull();
    for (const product of body) expectOcto('Product', product);
    const ids = body.map(({ id }: { id: string }) => id);
    expect(ids).toContain('sunset-sailing');
    expect(ids).not.toContain('cave-kayak');
    expect(JSON.stringify(body)).not.toContain('pricingFrom');
    expect(body[0]).not.toHaveProperty('title');
  });

  it('come with prices and texts in the language asked for when the capabilities are', async () => {
    const { body, headers } = await octo.call('GET', '/products/sunset-sailing', undefined, {
      ...everything,
      'accept-language': 'de, pt-BR;q=0.9, es;q=0.5',
    });
    expectOcto('Product', body);
    expect(headers.get('octo-capabilities')).toBe('octo/pricing, octo/content');
    expect(headers.get('content-language')).toBe('pt');
    expect(headers.get('available-languages')).toBe('es, en, pt, fr');
    expect(body).toMatchObject({
      title: 'Passeio de veleiro ao pôr do sol no Tejo',
      locale: 'pt',
      availabilityRequired: true,
      defaultCurrency: 'EUR',
      pricingPer: 'UNIT',
      categoryLabels: ['boat-tours', 'romantic'],
      locations: [{ place: { postalAddress: { addressLocality: 'Lisboa', addressCountry: 'PT' } } }],
      options: [
        {
          availabilityLocalStartTimes: ['16:30', '18:45'],
          cancellationCutoff: '24 hours',
          cancellationCutoffAmount: 24,
          cancellationCutoffUnit: 'hour',
          units: [
            { id: 'adult', pricingFrom: [{ retail: 4900, net: 3920, currency: 'EUR', currencyPrecision: 2 }] },
            { id: 'child' },
            { id: 'infant' },
          ],
        },
      ],
    });
  });

  it('priced by the booking have their price at the option', async () => {
    const { body } = await octo.call('GET', '/products/private-tuk-tuk', undefined, everything);
    expectOcto('Product', body);
    expect(body.options[0]).toMatchObject({ pricingFrom: [{ retail: 9000 }] });
    expect(body.options[0].units[0]).not.toHaveProperty('pricingFrom');
  });

  it.each(['none', 'cave-kayak'])('that are not for sale are invalid ids, like %s', async (id) => {
    const { status, body } = await octo.call('GET', `/products/${id}`);
    expect([status, body]).toEqual([
      400,
      { error: 'INVALID_PRODUCT_ID', errorMessage: expect.any(String), productId: id },
    ]);
    expectOcto('ErrorInvalidProductID', body);
  });

  it('show their net prices only to those who may see them', async () => {
    const { body } = await octo.call('GET', '/products', undefined, { ...everything, authorization: 'Bearer sales' });
    expect(JSON.stringify(body)).not.toMatch(/"net":\d/);
  });

  it('are found with the slash at the end that the standard writes, too', async () => {
    const { status, body } = await octo.call('GET', '/products/');
    expect([status, body]).toEqual([200, (await octo.call('GET', '/products')).body]);
  });

  it('of another company are not seen', async () => {
    const asStranger = { authorization: 'Bearer stranger' };
    expect((await octo.call('GET', '/products', undefined, asStranger)).body).toEqual([]);
    expect((await octo.call('GET', '/products/sunset-sailing', undefined, asStranger)).body).toMatchObject({
      error: 'INVALID_PRODUCT_ID',
    });
  });
});

describe('availability', () => {
  it('of start times is one object a departure', async () => {
    const { status, body } = await octo.call('POST', '/availability', { ...boat, localDate: '2026-07-01' });
    expect(status).toBe(200);
    for (const availability of body) expectOcto('Availability', availability);
    expect(body).toEqual([
      {
        id: '2026-07-01T16:30:00+01:00',
        localDateTimeStart: '2026-07-01T16:30:00+01:00',
        localDateTimeEnd: '2026-07-01T18:30:00+01:00',
        utcCutoffAt: '2026-07-01T14:30:00Z',
        allDay: false,
        available: true,
        status: 'AVAILABLE',
        vacancies: 12,
        capacity: 12,
        maxUnits: 12,
        openingHours: [],
      },
      expect.objectContaining({ id: '2026-07-01T18:45:00+01:00' }),
    ]);
  });

  it('of opening hours is the whole day, with its periods', async () => {
    const pass = { productId: 'river-ferry-pass', optionId: 'day-pass' };
    const { body } = await octo.call('POST', '/availability', { ...pass, localDate: '2026-07-02' });
    expectOcto('Availability', body[0]);
    expect(body).toMatchObject([
      {
        id: '2026-07-02T00:00:00+01:00',
        localDateTimeEnd: '2026-07-03T00:00:00+01:00',
        allDay: true,
        status: 'FREESALE',
        vacancies: null,
        capacity: null,
        openingHours: [
          { from: '07:00', to: '12:30' },
          { from: '14:00', to: '22:00' },
        ],
      },
    ]);
  });

  it('comes with prices of units and of the party, and with texts', async () => {
    const units = [
      { id: 'adult', quantity: 2 },
      { id: 'child', quantity: 1 },
    ];
    const asked = { ...boat, localDate: '2026-07-01', units };
    const { body, headers } = await octo.call('POST', '/availability', asked, everything);
    for (const availability of body) expectOcto('Availability', availability);
    expect(headers.get('content-language')).toBe('en');
    expect(body[0]).toMatchObject({
      title: 'Sunset sailing on the Tagus',
      unitPricing: [
        { unitId: 'adult', retail: 4900 },
        { unitId: 'child', retail: 2900 },
        { unitId: 'infant', retail: 0 },
      ],
      pricing: { retail: 12700 },
    });
  });

  it('is none for a party that does not fit or is not allowed', async () => {
    const ask = async (units: readonly { id: string; quantity: number }[]) => {
      const { body } = await octo.call('POST', '/availability', {
        productId: 'private-tuk-tuk',
        optionId: 'one-vehicle',
        localDate: '2026-07-01',
        units,
      });
      return body.map(({ available }: { available: boolean }) => available);
    };
    expect(await ask([{ id: 'person', quantity: 6 }])).toEqual([true, true, true, true]);
    expect(await ask([{ id: 'person', quantity: 7 }])).toEqual([false, false, false, false]);
    expect(await ask([{ id: 'person', quantity: 0 }])).toEqual([true, true, true, true]);
  });

  it('is found by id, whatever else is asked for by mistake', async () => {
    const availabilityIds = ['2026-07-03T16:30:00+01:00', '2026-12-24T16:30:00+00:00', 'nonsense'];
    const { body } = await octo.call('POST', '/availability', { ...boat, availabilityIds });
    expect(body.map(({ id }: { id: string }) => id)).toEqual(['2026-07-03T16:30:00+01:00']);
  });

  it('past its cut-off is closed', async () => {
    octo.now = '2026-07-01T15:30:00.000Z';
    const { body } = await octo.call('POST', '/availability', { ...boat, localDate: '2026-07-01' });
    octo.now = '2026-06-15T12:00:00.000Z';
    expect(body).toMatchObject([
      { status: 'CLOSED', available: false },
      { status: 'AVAILABLE', available: true },
    ]);
  });

  it('day by day is the best of each day', async () => {
    const asked = { ...boat, localDateStart: '2026-06-30', localDateEnd: '2026-07-04' };
    const { body } = await octo.call('POST', '/availability/calendar', asked, everything);
    for (const day of body) expectOcto('AvailabilityCalendar', day);
    expect(body.map(({ localDate, status }: Record<string, string>) => [localDate, status])).toEqual([
      ['2026-06-30', 'CLOSED'],
      ['2026-07-01', 'AVAILABLE'],
      ['2026-07-02', 'AVAILABLE'],
      ['2026-07-03', 'AVAILABLE'],
      ['2026-07-04', 'CLOSED'],
    ]);
    expect(body[1]).toMatchObject({ vacancies: 12, capacity: 24, unitPricingFrom: [{ unitId: 'adult' }, {}, {}] });
  });

  it.each([
    ['no date', {}, 'BAD_REQUEST', {}],
    ['half a range', { localDateStart: '2026-07-01' }, 'BAD_REQUEST', {}],
    ['a range upside down', { localDateStart: '2026-07-02', localDateEnd: '2026-07-01' }, 'BAD_REQUEST', {}],
    ['too long a range', { localDateStart: '2026-01-01', localDateEnd: '2028-07-01' }, 'BAD_REQUEST', {}],
    ['no such day', { localDate: '2026-02-30' }, 'BAD_REQUEST', {}],
    ['no such product', { productId: 'x', localDate: '2026-07-01' }, 'INVALID_PRODUCT_ID', { productId: 'x' }],
    ['no product', { productId: undefined, localDate: '2026-07-01' }, 'INVALID_PRODUCT_ID', { productId: '' }],
    ['no such option', { optionId: 'x', localDate: '2026-07-01' }, 'INVALID_OPTION_ID', { optionId: 'x' }],
    [
      'no such unit',
      { localDate: '2026-07-01', units: [{ id: 'x', quantity: 1 }] },
      'INVALID_UNIT_ID',
      { unitId: 'x' },
    ],
    ['another currency', { localDate: '2026-07-01', currency: 'USD' }, 'BAD_REQUEST', {}],
  ])('for %s is refused', async (_, changes, error, ids) => {
    const { status, body } = await octo.call('POST', '/availability', { ...boat, ...changes });
    expect([status, body]).toEqual([400, { error, errorMessage: expect.stringMatching(/./), ...ids }]);
  });
});

describe('who asks', () => {
  it('must send a key, and one that is valid', async () => {
    const without = await octo.call('GET', '/products', undefined, { authorization: '' });
    expect([without.status, without.body.error]).toEqual([400, 'UNAUTHORIZED']);
    expectOcto('ErrorUnauthorized', without.body);
    const wrong = await octo.call('GET', '/products', undefined, { authorization: 'Bearer st_wrong' });
    expect([wrong.status, wrong.body.error]).toEqual([400, 'FORBIDDEN']);
    expectOcto('ErrorForbidden', wrong.body);
  });

  it('gets the shape of the standard for what is no request at all', async () => {
    const broken = await octo.call('POST', '/availability', '{"productId":');
    expect([broken.status, broken.body.error]).toEqual([400, 'BAD_REQUEST']);
    const nowhere = await octo.call('GET', '/nowhere');
    expect([nowhere.status, nowhere.body.error]).toEqual([404, 'BAD_REQUEST']);
    const method = await octo.call('PUT', '/products');
    expect([method.status, method.body.error]).toEqual([405, 'BAD_REQUEST']);
    for (const { body } of [broken, nowhere, method]) expectOcto('ErrorBadRequest', body);
  });
});
