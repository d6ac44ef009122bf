import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, succeeded } from './conforming-client.ts';
import { type RunningCompany, startCompany } from './running-company.ts';
import { inDays } from './sailing-trip.ts';

interface OctoProduct {
  readonly id: string;
  readonly availabilityType: string;
  readonly options: readonly { readonly id: string; readonly units: readonly { readonly id: string }[] }[];
}
interface OctoAvailability {
  readonly id: string;
  readonly available: boolean;
  readonly status: string;
  readonly vacancies: number | null;
}
interface OctoBooking {
  readonly uuid: string;
  readonly status: string;
  readonly unitItems: readonly {
    readonly status: string;
    readonly ticket: { readonly deliveryOptions: unknown[] } | null;
  }[];
}

let company: RunningCompany;
let reseller: Caller;
beforeAll(async () => {
  company = await startCompany();
  reseller = company.client.as(company.platform.demo.octoApiKey);
});
afterAll(() => company.close());

// One story: each step goes on from the one before.
describe('a reseller with the key of demo.json', () => {
  const at = { productId: '', optionId: '', unitId: '', availabilityId: '' };
  let booking: OctoBooking;

  it('finds the supplier and products of both kinds of availability', async () => {
    expect(await reseller.get('/octo/supplier')).toMatchObject({ status: 200 });
    const { body } = await succeeded(reseller.get<OctoProduct[]>('/octo/products'));
    expect(new Set(body.map(({ availabilityType }) => availabilityType))).toEqual(
      new Set(['START_TIME', 'OPENING_HOURS']),
    );
    const product = body.find(({ availabilityType }) => availabilityType === 'START_TIME');
    at.productId = product?.id ?? '';
    at.optionId = product?.options[0]?.id ?? '';
    at.unitId = product?.options[0]?.units[0]?.id ?? '';
  });

  it('finds departures with places, some of them sold out', async () => {
    const asked = {
      productId: at.productId,
      optionId: at.optionId,
      localDateStart: inDays(6),
      localDateEnd: inDays(20),
    };
    const { body } = await succeeded(reseller.post<OctoAvailability[]>('/octo/availability', asked));
    const free = body.find(({ available, vacancies }) => available && (vacancies ?? 0) >= 2);
    at.availabilityId = free?.id ?? '';
    expect(at.availabilityId).toMatch(/^\d{4}-\d\d-\d\dT/);
    const calendar = await succeeded(reseller.post<unknown[]>('/octo/availability/calendar', asked));
    expect(calendar.body.length).toBeGreaterThan(10);
  });

  it('holds, confirms and cancels', async () => {
    const { unitId, ...chosen } = at;
    const held = await succeeded(
      reseller.post<OctoBooking>('/octo/bookings', { ...chosen, unitItems: [{ unitId }, { unitId }] }),
    );
    expect(held.body).toMatchObject({ status: 'ON_HOLD' });
    booking = held.body;
    const confirmed = await succeeded(
      reseller.post<OctoBooking>(`/octo/bookings/${booking.uuid}/confirm`, {
        contact: { firstName: 'Ana', lastName: 'Sousa', emailAddress: 'ana@example.org' },
      }),
    );
    expect(confirmed.body).toMatchObject({ status: 'CONFIRMED' });
    expect(confirmed.body.unitItems.every(({ ticket }) => (ticket?.deliveryOptions.length ?? 0) > 0)).toBe(true);
    const seen = await succeeded(
      company.owner.get<{ channel: string }>(`/v1/bookings/${booking.uuid}`, {
        'x-read-after': confirmed.headers.get('x-consistency-token') ?? '0',
      }),
    );
    expect(seen.body).toMatchObject({ status: 'CONFIRMED', channel: 'octo' });
    const cancelled = await reseller.post(`/octo/bookings/${booking.uuid}/cancel`, { reason: 'rain' });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
  });

  it('is refused in the words of the standard', async () => {
    const unknown = await reseller.post('/octo/availability', {
      productId: 'no-such-product',
      optionId: 'DEFAULT',
      localDate: inDays(1),
    });
    expect(unknown).toMatchObject({
      status: 400,
      body: { error: 'INVALID_PRODUCT_ID', productId: 'no-such-product' },
    });
    const anonymous = await company.client.as(undefined).get('/octo/products');
    expect(anonymous).toMatchObject({ status: 400, body: { error: 'UNAUTHORIZED' } });
  });
});
