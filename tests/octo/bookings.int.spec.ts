import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomId } from '../../contracts/ids.ts';
import { guide, sent } from '../bookings/tour-company.ts';
import { type OctoAnswer, type OctoPlatform, openOctoPlatform } from './octo-platform.ts';
import { expectOcto } from './octo-schemas.ts';

let octo: OctoPlatform;
beforeAll(async () => {
  octo = await openOctoPlatform();
  await octo.settled();
});
beforeEach(() => {
  octo.now = '2026-06-15T12:00:00.000Z';
});
afterAll(() => octo.close());

const walk = { productId: 'alfama-walk', optionId: 'guided-group', availabilityId: '2026-07-01T09:30:00+01:00' };
const boat = { productId: 'sunset-sailing', optionId: 'shared-boat', availabilityId: '2026-07-01T16:30:00+01:00' };
const units = (...unitIds: string[]) => unitIds.map((unitId) => ({ unitId }));
const priced = { 'octo-capabilities': 'octo/pricing' };
const lead = { firstName: 'Ana', lastName: 'Sousa', emailAddress: 'ana@example.com' };

const reserve = async (changes: object = {}, headers = {}): Promise<OctoAnswer> => {
  const body = { uuid: randomId(), ...walk, unitItems: units('adult', 'child'), ...changes };
  const answer = await octo.call('POST', '/bookings', body, headers);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expectOcto('Booking', answer.body);
  return answer;
};
const confirm = async (uuid: string, body: object = { contact: lead }): Promise<OctoAnswer> => {
  const answer = await octo.call('POST', `/bookings/${uuid}/confirm`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expectOcto('Booking', answer.body);
  return answer;
};
const vacancies = async (asked: typeof walk): Promise<number> => {
  await octo.settled();
  const { availabilityId, ...option } = asked;
  const { body } = await octo.call('POST', '/availability', { ...option, availabilityIds: [availabilityId] });
  return body[0].vacancies;
};

describe('a reservation', () => {
  it('holds seats and shows the booking as the standard has it', async () => {
    const before = await vacancies(walk);
    const uuid = randomId();
    const { body, headers } = await reserve({ uuid, notes: 'slowly', expirationMinutes: 10 }, priced);
    expect(headers.get('octo-capabilities')).toBe('octo/pricing');
    expect(body).toMatchObject({
      id: uuid,
      uuid,
      testMode: false,
      status: 'ON_HOLD',
      utcCreatedAt: '2026-06-15T12:00:00Z',
      utcExpiresAt: '2026-06-15T12:10:00Z',
      utcConfirmedAt: null,
      cancellable: true,
      cancellation: null,
      freesale: false,
      availabilityId: walk.availabilityId,
      availability: { localDateTimeStart: walk.availabilityId, utcCutoffAt: '2026-07-01T08:15:00Z' },
      notes: 'slowly',
      deliveryMethods: ['TICKET', 'VOUCHER'],
      voucher: null,
      product: { id: 'alfama-walk', options: [{ units: [{ pricing: [{ retail: 1800 }] }, {}, {}] }] },
      option: { id: 'guided-group', availabilityLocalStartTimes: ['09:30'] },
      pricing: { retail: 2700, net: 2160, currency: 'EUR', currencyPrecision: 2 },
      unitItems: [
        { unitId: 'adult', unit: { type: 'ADULT' }, status: 'ON_HOLD', ticket: null, pricing: { retail: 1800 } },
        { unitId: 'child', status: 'ON_HOLD', ticket: null, pricing: { retail: 900 } },
      ],
    });
    expect(await vacancies(walk)).toBe(before - 2);
  });

  it('sent again with its uuid is the same booking, with another body it is refused', async () => {
    const body = { uuid: randomId(), ...walk, unitItems: units('adult') };
    const [first, again] = await Promise.all([
      octo.call('POST', '/bookings', body),
      octo.call('POST', '/bookings', body),
    ]);
    expect(again?.body).toEqual(first?.body);
    const other = await octo.call('POST', '/bookings', { ...body, unitItems: units('adult', 'adult') });
    expect([other.status, other.body]).toEqual([
      400,
      { error: 'INVALID_BOOKING_UUID', errorMessage: expect.any(String), uuid: body.uuid },
    ]);
    expectOcto('ErrorInvalidBookingUUID', other.body);
  });

  it('without a uuid gets one', async () => {
    const { body } = await reserve({ uuid: undefined });
    expect(body.uuid).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('of a product without availability is a freesale', async () => {
    const { body } = await reserve({
      productId: 'river-ferry-pass',
      optionId: 'day-pass',
      availabilityId: undefined,
      unitItems: units('adult'),
    });
    expect(body).toMatchObject({ freesale: true, availabilityId: null, availability: null });
  });

  it.each([
    ['no such product', { productId: 'x' }, 'INVALID_PRODUCT_ID', { productId: 'x' }],
    [
      'a draft',
      { productId: 'cave-kayak', optionId: 'double-kayak' },
      'INVALID_PRODUCT_ID',
      { productId: 'cave-kayak' },
    ],
    ['no product', { productId: undefined }, 'INVALID_PRODUCT_ID', { productId: '' }],
    ['no such option', { optionId: 'x' }, 'INVALID_OPTION_ID', { optionId: 'x' }],
    ['no such unit', { unitItems: units('adult', 'x') }, 'INVALID_UNIT_ID', { unitId: 'x' }],
    ['no such availability', { availabilityId: 'x' }, 'INVALID_AVAILABILITY_ID', { availabilityId: 'x' }],
    ['no availability', { availabilityId: undefined }, 'INVALID_AVAILABILITY_ID', { availabilityId: '' }],
    ['a uuid that is none', { uuid: 'x' }, 'INVALID_BOOKING_UUID', { uuid: 'x' }],
    ['no unit items', { unitItems: [] }, 'BAD_REQUEST', {}],
    ['no time', { expirationMinutes: 0 }, 'BAD_REQUEST', {}],
    ['another currency', { currency: 'USD' }, 'BAD_REQUEST', {}],
    ['a child alone', { unitItems: units('child') }, 'UNPROCESSABLE_ENTITY', {}],
    ['too many', { unitItems: units(...Array(31).fill('adult')) }, 'UNPROCESSABLE_ENTITY', {}],
    ['more than are left', { ...boat, unitItems: units(...Array(12).fill('adult')) }, 'UNPROCESSABLE_ENTITY', {}],
  ])('for %s is refused', async (what, changes, error, ids) => {
    if (what === 'more than are left') await reserve({ ...boat, unitItems: units('adult') });
    const asked = { uuid: randomId(), ...walk, unitItems: units('adult'), ...changes };
    const { status, body } = await octo.call('POST', '/bookings', asked);
    expect([status, body]).toEqual([400, { error, errorMessage: expect.stringMatching(/./), ...ids }]);
  });
});

describe('a confirmation', () => {
  it('gives each unit item its ticket and the party a voucher, and again the same answer', async () => {
    const { body: held } = await reserve();
    const body = { contact: lead, resellerReference: 'R-1', emailReceipt: false };
    const first = await confirm(held.uuid, body);
    expect(first.body).toMatchObject({
      status: 'CONFIRMED',
      utcConfirmedAt: '2026-06-15T12:00:00Z',
      utcExpiresAt: null,
      resellerReference: 'R-1',
      contact: { fullName: 'Ana Sousa', emailAddress: 'ana@example.com' },
      voucher: { redemptionMethod: 'DIGITAL', deliveryOptions: [{ deliveryFormat: 'QRCODE' }] },
      unitItems: [{ status: 'CONFIRMED', ticket: { utcRedeemedAt: null } }, {}],
    });
    const codes = [first.body.voucher, ...first.body.unitItems.map(({ ticket }: { ticket: unknown }) => ticket)].map(
      ({ deliveryOptions }) => deliveryOptions[0].deliveryValue,
    );
    expect(new Set(codes).size).toBe(3);
    expect((await confirm(held.uuid, body)).body).toEqual(first.body);
    const other = await octo.call('POST', `/bookings/${held.uuid}/confirm`, { ...body, resellerReference: 'R-2' });
    expect(other.body).toMatchObject({ error: 'UNPROCESSABLE_ENTITY' });
  });

  it('tells who travels, and can change what is bought', async () => {
    const { body: held } = await reserve({ unitItems: units('adult', 'child') });
    const [adult] = held.unitItems;
    const unitItems = [
      { uuid: adult.uuid, unitId: 'adult', resellerReference: 'T-1', contact: { firstName: 'Rui' } },
      { unitId: 'child', resellerReference: 'T-2' },
      { unitId: 'senior' },
    ];
    const { body } = await confirm(held.uuid, { contact: lead, unitItems });
    expect(body.unitItems).toMatchObject([
      { uuid: adult.uuid, resellerReference: 'T-1', contact: { firstName: 'Rui' } },
      { uuid: held.unitItems[1].uuid, resellerReference: 'T-2' },
      { unitId: 'senior', status: 'CONFIRMED', ticket: expect.any(Object) },
    ]);
  });

  it('without the contact that the option asks for is refused', async () => {
    const { body: held } = await reserve({ ...boat, availabilityId: '2026-07-02T16:30:00+01:00' });
    const { status, body } = await octo.call('POST', `/bookings/${held.uuid}/confirm`, {
      contact: { firstName: 'Ana' },
    });
    expect([status, body.error]).toEqual([400, 'UNPROCESSABLE_ENTITY']);
    expect(body.errorMessage).toContain('lastName');
    expect((await octo.call('POST', `/bookings/${held.uuid}/confirm`, {})).body.error).toBe('BAD_REQUEST');
  });

  it('after the hold has ended is refused by its uuid', async () => {
    const { body: held } = await reserve({ expirationMinutes: 5 });
    octo.now = '2026-06-15T12:05:00.000Z';
    const { status, body } = await octo.call('POST', `/bookings/${held.uuid}/confirm`, { contact: lead });
    expect([status, body.error, body.uuid]).toEqual([400, 'INVALID_BOOKING_UUID', held.uuid]);
  });
});

describe('an update', () => {
  it('moves a confirmed booking, changes its party, and keeps its tickets', async () => {
    const { body: held } = await reserve();
    const { body: confirmed } = await confirm(held.uuid);
    const to = '2026-07-02T11:30:00+01:00';
    const [first] = confirmed.unitItems;
    const changes = {
      availabilityId: to,
      unitItems: [{ uuid: first.uuid, unitId: 'adult' }, { unitId: 'adult' }],
      notes: 'later',
    };
    const { status, body } = await octo.call('PATCH', `/bookings/${held.uuid}`, changes);
    expect(status, JSON.stringify(body)).toBe(200);
    expectOcto('Booking', body);
    expect(body).toMatchObject({
      status: 'CONFIRMED',
      availabilityId: to,
      notes: 'later',
      contact: { firstName: 'Ana' },
    });
    expect(body.unitItems[0]).toEqual(first);
    expect(body.unitItems[1].ticket.deliveryOptions).toHaveLength(1);
  });

  it('holds a reservation longer, or under another reference', async () => {
    const { body: held } = await reserve({ expirationMinutes: 10 });
    const changes = { resellerReference: 'R-9', expirationMinutes: 60 };
    const { body } = await octo.call('PATCH', `/bookings/${held.uuid}`, changes);
    expect(body).toMatchObject({ resellerReference: 'R-9', utcExpiresAt: '2026-06-15T13:00:00Z' });
  });

  it.each([
    [{ availabilityId: 'x' }, 'INVALID_AVAILABILITY_ID', { availabilityId: 'x' }],
    [{ productId: 'x' }, 'INVALID_PRODUCT_ID', { productId: 'x' }],
    [{ optionId: 'x' }, 'INVALID_OPTION_ID', { optionId: 'x' }],
    [{ unitItems: units('x') }, 'INVALID_UNIT_ID', { unitId: 'x' }],
    [{ unitItems: units('child') }, 'UNPROCESSABLE_ENTITY', {}],
  ])('to %j is refused', async (changes, error, ids) => {
    const { body: held } = await reserve();
    const { status, body } = await octo.call('PATCH', `/bookings/${held.uuid}`, changes);
    expect([status, body]).toEqual([400, { error, errorMessage: expect.stringMatching(/./), ...ids }]);
  });
});

describe('holding longer and cancelling', () => {
  it('extends a hold, with a body or without', async () => {
    const { body: held } = await reserve({ expirationMinutes: 5 });
    const { body } = await octo.call('POST', `/bookings/${held.uuid}/extend`, { expirationMinutes: 45 });
    expectOcto('Booking', body);
    expect(body.utcExpiresAt).toBe('2026-06-15T12:45:00Z');
    octo.now = '2026-06-15T12:30:00.000Z';
    expect((await octo.call('POST', `/bookings/${held.uuid}/extend`)).body.utcExpiresAt).toBe('2026-06-15T13:00:00Z');
    await confirm(held.uuid);
    expect((await octo.call('POST', `/bookings/${held.uuid}/extend`)).body.error).toBe('UNPROCESSABLE_ENTITY');
  });

  it('of a hold gives the seats back; the booking is expired then', async () => {
    const before = await vacancies(walk);
    const { body: held } = await reserve();
    const { body } = await octo.call('POST', `/bookings/${held.uuid}/cancel`, { reason: 'rain' });
    expectOcto('Booking', body);
    expect(body).toMatchObject({
      status: 'EXPIRED',
      cancellable: false,
      cancellation: { reason: 'rain', refund: 'NONE' },
    });
    expect(await vacancies(walk)).toBe(before);
  });

  it('of a confirmed booking refunds in full, and again the same; DELETE does it too', async () => {
    const { body: held } = await reserve();
    await confirm(held.uuid);
    const { body } = await octo.call('DELETE', `/bookings/${held.uuid}`);
    expectOcto('Booking', body);
    expect(body).toMatchObject({
      status: 'CANCELLED',
      cancellation: { refund: 'FULL', reason: null, utcCancelledAt: '2026-06-15T12:00:00Z' },
      unitItems: [{ status: 'CANCELLED' }, {}],
    });
    expect((await octo.call('POST', `/bookings/${held.uuid}/cancel`, { reason: 'x' })).body).toEqual(body);
  });

  it('past the cut-off is refused', async () => {
    const { body: held } = await reserve();
    await confirm(held.uuid);
    octo.now = '2026-07-01T06:30:01.000Z';
    const { status, body } = await octo.call('POST', `/bookings/${held.uuid}/cancel`, {});
    expect([status, body.error]).toEqual([400, 'UNPROCESSABLE_ENTITY']);
  });

  it('shows who was let in', async () => {
    const { body: held } = await reserve();
    const { body: confirmed } = await confirm(held.uuid);
    await octo.bookings.redeem(guide, { code: confirmed.unitItems[0].ticket.deliveryOptions[0].deliveryValue }, sent());
    const { body } = await octo.call('GET', `/bookings/${held.uuid}`);
    expectOcto('Booking', body);
    expect(body).toMatchObject({
      status: 'CONFIRMED',
      cancellable: false,
      unitItems: [{ status: 'REDEEMED', utcRedeemedAt: '2026-06-15T12:00:00Z' }, { status: 'CONFIRMED' }],
    });
  });
});

describe('reading bookings', () => {
  it('shows at once what was written', async () => {
    for (let time = 0; time < 10; time++) {
      const { body: held } = await reserve({ unitItems: units('adult') });
      const { body: read } = await octo.call('GET', `/bookings/${held.uuid}`);
      expect(read).toEqual(held);
    }
  });

  it('finds them by each filter', async () => {
    const resellerReference = `R-${randomId()}`;
    const find = async (query: Record<string, string>, headers = {}) => {
      const { status, body } = await octo.call('GET', `/bookings?${new URLSearchParams(query)}`, undefined, headers);
      expect(status, JSON.stringify(body)).toBe(200);
      for (const booking of body) expectOcto('Booking', booking);
      return body.map(({ uuid }: { uuid: string }) => uuid);
    };
    const { body: held } = await reserve({ resellerReference, availabilityId: '2026-07-03T15:00:00+01:00' });
    const { uuid, supplierReference } = held;
    expect(await find({ resellerReference })).toEqual([uuid]);
    expect(await find({ supplierReference })).toEqual([uuid]);
    expect((await octo.call('GET', `/bookings/?resellerReference=${resellerReference}`)).body).toHaveLength(1);
    expect(await find({ localDate: '2026-07-03' })).toEqual([uuid]);
    expect(await find({ localDateStart: '2026-07-03', localDateEnd: '2026-07-09' })).toEqual([uuid]);
    expect(await find({ localDate: '2026-07-01', resellerReference })).toEqual([]);
    expect(await find({ resellerReference, productId: 'alfama-walk', optionId: 'guided-group' })).toEqual([uuid]);
    expect(await find({ resellerReference, productId: 'fado-dinner' })).toEqual([]);
    expect(await find({ resellerReference }, { authorization: 'Bearer sales' })).toEqual([uuid]);
    expect(await find({ resellerReference }, { authorization: 'Bearer otherReseller' })).toEqual([]);
    expect(await find({ resellerReference }, { authorization: 'Bearer stranger' })).toEqual([]);
  });

  it.each(['', '?productId=alfama-walk', '?localDateStart=2026-07-01', '?localDate=yesterday'])(
    'needs a filter that narrows: %j is refused',
    async (query) => {
      const { status, body } = await octo.call('GET', `/bookings${query}`);
      expect([status, body.error]).toEqual([400, 'BAD_REQUEST']);
    },
  );

  it("knows no others' bookings by any verb", async () => {
    const { body: held } = await reserve();
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { notes: 'x' }],
      ['POST', '/confirm', { contact: lead }],
      ['POST', '/extend', {}],
      ['POST', '/cancel', {}],
      ['DELETE', '', undefined],
    ] as const) {
      for (const who of ['otherReseller', 'stranger']) {
        const answer = await octo.call(method, `/bookings/${held.uuid}${path}`, body, {
          authorization: `Bearer ${who}`,
        });
        expect([answer.status, answer.body]).toEqual([
          400,
          { error: 'INVALID_BOOKING_UUID', errorMessage: expect.any(String), uuid: held.uuid },
        ]);
      }
    }
    for (const uuid of ['nonsense', randomId()]) {
      const answer = await octo.call('GET', `/bookings/${uuid}`);
      expect([answer.status, answer.body.error, answer.body.uuid]).toEqual([400, 'INVALID_BOOKING_UUID', uuid]);
    }
  });
});
