import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { type Answer, type Caller, succeeded } from './conforming-client.ts';
import { type RunningCompany, startCompany } from './running-company.ts';
import { adults, details, inDays, option, prices, readAfter, type Trip, texts } from './sailing-trip.ts';

interface Calendar {
  readonly days: readonly {
    readonly localDate: string;
    readonly status: string;
    readonly vacancies: number | null;
    readonly priceFrom: { readonly amount: number; readonly currency: string } | null;
    readonly departures: readonly { readonly id: string; readonly localStart: string }[];
  }[];
}
interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
interface Hits extends Page<{ readonly id: string; readonly title: string | null }> {
  readonly total: number;
}

let company: RunningCompany;
let owner: Caller;
beforeAll(async () => {
  company = await startCompany();
  ({ owner } = company);
});
afterAll(() => company.close());

// One story: each step goes on from the one before.
describe('a tour company', () => {
  let product: ProductView;
  let changed: Answer<unknown>;
  let trip: Trip;
  const path = () => `/v1/products/${product.id}`;
  const searched = async (q: string, locale: string) => {
    const { body } = await owner.get<Hits>(
      `/v1/search/products?${new URLSearchParams({ q, locale, limit: '200' })}`,
      readAfter(changed),
    );
    return body.items.find(({ id }) => id === product.id)?.title;
  };
  const calendar = async (asker = owner) => {
    const { body } = await asker.get<Calendar>(
      `${path()}/calendar?from=${inDays(1)}&to=${inDays(10)}`,
      readAfter(changed),
    );
    return body.days;
  };

  it('signs in and is told who it is', async () => {
    const me = await owner.get<{ roles: string[]; tenant: { id: string } }>('/v1/me');
    expect(me.body).toMatchObject({ roles: ['owner'], tenant: { id: company.platform.demo.tenant } });
  });

  it('creates a product as a draft, which nobody outside sees', async () => {
    const created = await owner.post<ProductView>('/v1/products', details);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/v1/products/${created.body.id}`);
    product = created.body;
    changed = created;
    expect(product).toMatchObject({ published: false, details });
    const reseller = await company.program('reseller', 'Some agency');
    expect((await reseller.get(path(), readAfter(created))).status).toBe(404);
    expect((await owner.get(path())).status).toBe(200);
  });

  it('may not publish what lacks an option, prices and a text, and is told which', async () => {
    const refused = await owner.post<{ code: string; detail: string }>(`${path()}/publish`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'PRODUCT_NOT_PUBLISHABLE' } });
    expect(refused.body.detail).toMatch(/option/);
  });

  it('gives it an option, prices and texts in four languages, and publishes it', async () => {
    await succeeded(owner.put(`${path()}/options/catamaran`, option));
    await succeeded(owner.put(`${path()}/options/catamaran/prices`, { prices }));
    for (const [locale, text] of Object.entries(texts)) {
      changed = await owner.put(`${path()}/texts/${locale}`, text);
      expect(changed.status).toBe(200);
    }
    expect(await searched('catamaran', 'en')).toBeUndefined();
    changed = await owner.post<ProductView>(`${path()}/publish`);
    expect(changed).toMatchObject({ status: 200, body: { published: true } });
  });

  it('is found in each language, with a typo and without accents', async () => {
    expect(await searched('sailing sunset', 'en')).toBe(texts.en.title);
    expect(await searched('sailng trip', 'en')).toBe(texts.en.title);
    expect(await searched('velero atardecer', 'es')).toBe(texts.es.title);
    expect(await searched('veleiro por do sol', 'pt')).toBe(texts.pt.title);
    expect(await searched('voilier', 'fr')).toBe(texts.fr.title);
  });

  it('shows its page in the language asked for', async () => {
    const page = await owner.get<{ content: { locale: string; title: string } }>(path(), {
      'accept-language': 'fr-CH, es;q=0.5',
    });
    expect(page.body.content).toMatchObject({ locale: 'fr', title: texts.fr.title });
    const parameter = await owner.get<{ content: { locale: string } }>(`${path()}?locale=es`);
    expect(parameter.body.content.locale).toBe('es');
  });

  it('schedules it, and the calendar shows seats and the lowest adult price', async () => {
    changed = await owner.post('/v1/schedules', {
      productId: product.id,
      optionId: 'catamaran',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      recurrence: { from: inDays(3), until: inDays(5), weekdays: [1, 2, 3, 4, 5, 6, 7], except: [inDays(4)] },
      startTimes: ['18:30'],
      durationMinutes: 120,
      capacity: 5,
      cutoffMinutes: 60,
    });
    expect(changed).toMatchObject({ status: 201, body: { departures: 2 } });
    const days = await calendar();
    expect(days.map(({ localDate }) => localDate)).toEqual([inDays(3), inDays(5)]);
    expect(days[0]).toMatchObject({ status: 'AVAILABLE', vacancies: 5, priceFrom: { amount: 5500, currency: 'EUR' } });
    expect(days[0]?.departures[0]?.localStart).toMatch(/T18:30:00[+-]\d{2}:\d{2}$/);
    const listed = await owner.get<Page<DepartureView>>(`/v1/departures?productId=${product.id}`);
    trip = { productId: product.id, optionId: 'catamaran', departures: listed.body.items };
    expect(trip.departures).toHaveLength(2);
  });

  describe('sells it', () => {
    let booking: BookingView;
    const at = () => `/v1/bookings/${booking.id}`;

    it('holds seats, which the calendar no longer offers', async () => {
      const held = await owner.post<BookingView>('/v1/bookings', adults(trip, trip.departures[0], 2));
      expect(held).toMatchObject({
        status: 201,
        body: { status: 'ON_HOLD', seats: 2, pricing: { original: 12000, retail: 11000, net: 8800, currency: 'EUR' } },
      });
      booking = held.body;
      changed = held;
      expect((await calendar())[0]).toMatchObject({ vacancies: 3 });
      const departure = await owner.get<DepartureView>(`/v1/departures/${trip.departures[0]?.id}`);
      expect(departure.body).toMatchObject({ capacity: 5, held: 2, confirmed: 0, vacancies: 3 });
    });

    it('refuses a child by itself, naming the units', async () => {
      const refused = await owner.post<{ field: string }>('/v1/bookings', {
        ...adults(trip, trip.departures[0]),
        unitItems: [{ unitId: 'child' }],
      });
      expect(refused).toMatchObject({ status: 422, body: { code: 'INVALID_UNITS', field: 'unitItems.0' } });
    });

    it('changes the party while it is on hold', async () => {
      changed = await owner.patch<BookingView>(at(), {
        unitItems: [...booking.unitItems.map(({ id, unitId }) => ({ id, unitId })), { unitId: 'child' }],
      });
      expect(changed).toMatchObject({ status: 200, body: { seats: 3, pricing: { retail: 13500 } } });
      expect((await calendar())[0]).toMatchObject({ vacancies: 2 });
    });

    it('holds it longer', async () => {
      const extended = await owner.post<BookingView>(`${at()}/extend`, { expirationMinutes: 90 });
      expect(extended.status).toBe(200);
      expect(Date.parse(extended.body.expiresAt ?? '')).toBeGreaterThan(Date.parse(booking.expiresAt ?? ''));
    });

    it('confirms it with a contact, and gives each traveller a ticket', async () => {
      const confirmed = await owner.post<BookingView>(`${at()}/confirm`, {
        contact: { firstName: 'Ana', lastName: 'Sousa', emailAddress: 'ana@example.org', country: 'PT' },
        resellerReference: 'ORDER-77',
      });
      expect(confirmed).toMatchObject({ status: 200, body: { status: 'CONFIRMED', expiresAt: null } });
      booking = confirmed.body;
      changed = confirmed;
      const codes = booking.unitItems.map(({ ticketCode }) => ticketCode);
      expect(new Set([...codes, booking.voucherCode]).size).toBe(4);
      expect(codes).not.toContain(null);
      const departure = await owner.get<DepartureView>(
        `/v1/departures/${trip.departures[0]?.id}`,
        readAfter(confirmed),
      );
      expect(departure.body).toMatchObject({ held: 0, confirmed: 3, vacancies: 2 });
    });

    it('finds it by its references and tells what happened, without personal data', async () => {
      const shown = await owner.get<BookingView>(at(), readAfter(changed));
      expect(shown.body).toEqual(booking);
      for (const query of [`reference=${booking.supplierReference}`, 'resellerReference=ORDER-77']) {
        const found = await owner.get<Page<BookingView>>(`/v1/bookings?${query}`);
        expect(found.body.items.map(({ id }) => id)).toEqual([booking.id]);
      }
      const history = await owner.get<Page<{ type: string }>>(`${at()}/history`);
      expect(history.body.items.map(({ type }) => type)).toEqual([
        'booking.placed.v1',
        'booking.updated.v1',
        'booking.extended.v1',
        'booking.confirmed.v1',
      ]);
      expect(JSON.stringify(history.body)).not.toContain('ana@example.org');
    });

    it('lets in one traveller by ticket, once, and the rest by voucher', async () => {
      const guide = await company.colleague('guide');
      const [first] = booking.unitItems;
      const redeemed = await guide.post<BookingView>('/v1/tickets/redeem', { code: first?.ticketCode });
      expect(redeemed).toMatchObject({ status: 200, body: { status: 'CONFIRMED' } });
      expect(redeemed.body.unitItems.filter(({ redeemedAt }) => redeemedAt !== null).map(({ id }) => id)).toEqual([
        first?.id,
      ]);
      const again = await guide.post('/v1/tickets/redeem', { code: first?.ticketCode });
      expect(again).toMatchObject({ status: 409, body: { code: 'NOT_REDEEMABLE' } });
      const rest = await guide.post<BookingView>('/v1/tickets/redeem', { code: booking.voucherCode });
      expect(rest).toMatchObject({ status: 200, body: { status: 'REDEEMED' } });
      expect((await guide.post('/v1/tickets/redeem', { code: 'NOBODYHASTHIS' })).status).toBe(404);
    });

    it('no longer cancels what was used', async () => {
      expect(await owner.post(`${at()}/cancel`)).toMatchObject({ status: 409, body: { code: 'NOT_CANCELLABLE' } });
    });
  });

  it('cancels a confirmed booking before the cut-off, refunds in full and sells the seats again', async () => {
    const [, second] = trip.departures;
    const held = await owner.post<BookingView>('/v1/bookings', adults(trip, second, 5));
    await succeeded(owner.post(`/v1/bookings/${held.body.id}/confirm`));
    expect(await owner.post('/v1/bookings', adults(trip, second))).toMatchObject({
      status: 409,
      body: { code: 'SOLD_OUT' },
    });
    changed = await owner.post<BookingView>(`/v1/bookings/${held.body.id}/cancel`, { reason: 'rain' });
    expect(changed).toMatchObject({
      status: 200,
      body: { status: 'CANCELLED', cancellation: { reason: 'rain', refund: 'FULL' } },
    });
    expect((await calendar())[1]).toMatchObject({ vacancies: 5 });
    expect((await owner.post('/v1/bookings', adults(trip, second, 5))).status).toBe(201);
  });

  it('closes a departure, takes no more bookings for it, and opens it again', async () => {
    const [first] = trip.departures;
    const at = `/v1/departures/${first?.id}`;
    changed = await owner.post(`${at}/close`, { reason: 'storm' });
    expect((await calendar())[0]).toMatchObject({ status: 'CLOSED' });
    const refused = await owner.post('/v1/bookings', adults(trip, first));
    expect(refused).toMatchObject({ status: 409, body: { code: 'DEPARTURE_CLOSED', detail: 'storm' } });
    await succeeded(owner.post(`${at}/reopen`));
    const less = await owner.put(`${at}/capacity`, { capacity: 2 });
    expect(less).toMatchObject({ status: 409, body: { code: 'CAPACITY_BELOW_SOLD', field: 'capacity' } });
    changed = await owner.put<DepartureView>(`${at}/capacity`, { capacity: 4 });
    expect(changed).toMatchObject({ status: 200, body: { capacity: 4, vacancies: 1 } });
  });

  it('sees the sale in its figures', async () => {
    const sold = await owner.get<{ rows: Record<string, unknown>[] }>(
      `/v1/analytics?source=bookings&by=subject&subject=${product.id}`,
      readAfter(changed),
    );
    expect(sold.body.rows).toEqual([
      expect.objectContaining({ currency: 'EUR', bookings: 2, cancellations: 1, guests: 3, revenue: 13500 }),
    ]);
  });

  it('takes it off sale: it is not found nor sold, and what was booked stays', async () => {
    changed = await owner.post(`${path()}/unpublish`);
    expect(await searched('catamaran', 'en')).toBeUndefined();
    const refused = await owner.post('/v1/bookings', adults(trip, trip.departures[0]));
    expect(refused).toMatchObject({ status: 409, body: { code: 'PRODUCT_NOT_BOOKABLE' } });
    const kept = await owner.get<Page<BookingView>>(`/v1/bookings?productId=${product.id}&status=REDEEMED`);
    expect(kept.body.items).toHaveLength(1);
  });
});
