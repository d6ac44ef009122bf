import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomId } from '../../contracts/ids.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { type Caller, succeeded } from './conforming-client.ts';
import { type RunningCompany, startCompany } from './running-company.ts';
import { adults, details, offerTrip, readAfter, type Trip } from './sailing-trip.ts';

let company: RunningCompany;
let owner: Caller;
let trip: Trip;
beforeAll(async () => {
  company = await startCompany();
  ({ owner } = company);
  trip = await offerTrip(owner, { capacity: 500 });
});
afterAll(() => company.close());

describe('what was written', () => {
  it('is read at once by whoever sends the consistency token, 50 times of 50', async () => {
    for (let written = 1; written <= 50; written++) {
      const placed = await succeeded(owner.post<BookingView>('/v1/bookings', adults(trip, trip.departures[0])));
      expect(placed.headers.get('x-consistency-token')).toMatch(/^\d+$/);
      const [booking, departure] = await Promise.all([
        owner.get<BookingView>(`/v1/bookings/${placed.body.id}`, readAfter(placed)),
        owner.get<DepartureView>(`/v1/departures/${trip.departures[0]?.id}`, readAfter(placed)),
      ]);
      expect(booking.body).toEqual(placed.body);
      expect(departure.body.held).toBe(written);
      expect(Number(booking.headers.get('x-view-position'))).toBeGreaterThanOrEqual(
        Number(placed.headers.get('x-consistency-token')),
      );
    }
  });

  it('is not pretended to be there: a token that no view reaches gets 503 in the time asked for', async () => {
    const began = performance.now();
    const answer = await owner.get<{ reached: number }>('/v1/bookings', {
      'x-read-after': '999999999',
      prefer: 'wait=1',
    });
    expect(answer).toMatchObject({ status: 503, body: { code: 'VIEW_BEHIND' } });
    expect(answer.body.reached).toBeGreaterThan(0);
    expect(answer.headers.get('retry-after')).not.toBeNull();
    expect(performance.now() - began).toBeLessThan(10_000);
    const malformed = await owner.get('/v1/bookings', { 'x-read-after': 'yesterday' });
    expect(malformed).toMatchObject({ status: 400, body: { field: 'X-Read-After' } });
  });
});

describe('a repeated request', () => {
  it('under its Idempotency-Key gets the first answer and does nothing more', async () => {
    const key = { 'idempotency-key': randomId() };
    const body = adults(trip, trip.departures[0], 3);
    const answers = await Promise.all([1, 2, 3, 4].map(() => owner.post<BookingView>('/v1/bookings', body, key)));
    const first = answers[0];
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([201, first?.body]);
    const again = await succeeded(owner.post<BookingView>('/v1/bookings', body, key));
    expect(again.body).toEqual(first?.body);
    expect(again.headers.get('x-consistency-token')).toBe(first?.headers.get('x-consistency-token'));
    const other = await owner.post('/v1/bookings', adults(trip, trip.departures[0], 2), key);
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    const departure = await succeeded(
      owner.get<DepartureView>(`/v1/departures/${trip.departures[0]?.id}`, readAfter(again)),
    );
    expect(departure.body.held).toBe(53);
  });

  it('of every step gets the first answer, also after later steps', async () => {
    const keys = Array.from({ length: 3 }, () => ({ 'idempotency-key': randomId() }));
    const place = () => succeeded(owner.post<BookingView>('/v1/bookings', adults(trip, trip.departures[0]), keys[0]));
    const placed = await place();
    const at = `/v1/bookings/${placed.body.id}`;
    const confirm = () => succeeded(owner.post<BookingView>(`${at}/confirm`, { resellerReference: 'R1' }, keys[1]));
    const confirmed = await confirm();
    expect((await confirm()).body).toEqual(confirmed.body);
    const cancelled = await succeeded(owner.post<BookingView>(`${at}/cancel`, {}, keys[2]));
    expect((await place()).body).toEqual(placed.body);
    expect((await confirm()).body).toEqual(confirmed.body);
    const now = await succeeded(owner.get<BookingView>(at, readAfter(cancelled)));
    expect(now.body.status).toBe('CANCELLED');
  });

  it('creates one product', async () => {
    const key = { 'idempotency-key': randomId() };
    const first = await succeeded(owner.post<ProductView>('/v1/products', details, key));
    const second = await succeeded(owner.post<ProductView>('/v1/products', details, key));
    expect(second.body).toEqual(first.body);
    const other = await owner.post('/v1/products', { ...details, internalName: 'Another' }, key);
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });
});

describe('a list', () => {
  it('comes in pages that follow each other without gap or repeat, by cursor and by Link', async () => {
    const ids: string[] = [];
    let path: string | undefined = '/v1/stays?limit=190&sort=-arrivalDate';
    let pages = 0;
    while (path !== undefined) {
      const page: { body: { items: { id: string }[]; next: string | null }; headers: Headers } = await succeeded(
        owner.get(path),
      );
      pages++;
      ids.push(...page.body.items.map(({ id }) => id));
      const link = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
      expect(link === undefined).toBe(page.body.next === null);
      path = link?.slice(company.platform.origin.length);
    }
    expect(pages).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(sample().length);
  });

  it('that has not changed is not sent again', async () => {
    const first = await succeeded(owner.get('/v1/products'));
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"/);
    expect((await owner.get('/v1/products', { 'if-none-match': etag })).status).toBe(304);
    const created = await succeeded(owner.post('/v1/products', { ...details, internalName: 'AAA first of all' }));
    const changed = await owner.get('/v1/products', { 'if-none-match': etag, ...readAfter(created) });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });
});

type Row = Readonly<Record<string, string>>;
let sampled: readonly Row[] | undefined;
/** The sample of real hotel bookings that the demo company has. */
const sample = (): readonly Row[] => {
  sampled ??= parse(
    gunzipSync(
      readFileSync(new URL('../../command-side/stays/import/sample/hotel-bookings-sample.csv.gz', import.meta.url)),
    ),
    { columns: true },
  ) as Row[];
  return sampled;
};

describe('analytics', () => {
  interface Figures {
    readonly month: string;
    readonly bookings: number;
    readonly arrivals: number;
    readonly cancellations: number;
    readonly noShows: number;
    readonly nights: number;
    readonly revenue: number;
    readonly adr: number;
  }
  const MONTHS = 'January February March April May June July August September October November December'.split(' ');
  const monthOf = (row: Row) =>
    `${row.arrival_date_year}-${String(MONTHS.indexOf(row.arrival_date_month ?? '') + 1).padStart(2, '0')}`;
  const nightsOf = (row: Row) => Number(row.stays_in_weekend_nights) + Number(row.stays_in_week_nights);
  const isStatus = (status: string) => (row: Row) => row.reservation_status === status;

  it('agree with figures computed from the sample itself, month by month', async () => {
    const { body } = await succeeded(owner.get<{ rows: Figures[] }>('/v1/analytics?source=stays&by=month'));
    const months = [...new Set(sample().map(monthOf))].sort();
    expect(body.rows.map(({ month }) => month)).toEqual(months);
    for (const row of body.rows) {
      const rows = sample().filter((one) => monthOf(one) === row.month);
      const came = rows.filter(isStatus('Check-Out'));
      expect(row, row.month).toMatchObject({
        bookings: rows.length,
        arrivals: came.length,
        cancellations: rows.filter(isStatus('Canceled')).length,
        noShows: rows.filter(isStatus('No-Show')).length,
        nights: came.reduce((sum, one) => sum + nightsOf(one), 0),
        revenue: came.reduce((sum, one) => sum + nightsOf(one) * Math.round(Number(one.adr) * 100), 0),
      });
    }
  });

  it('come as CSV with the same rows, amounts in units of the currency', async () => {
    const query = 'source=stays&by=month,country';
    const json = await succeeded(owner.get<{ rows: Record<string, unknown>[] }>(`/v1/analytics?${query}`));
    const file = await succeeded(owner.get<string>(`/v1/analytics.csv?${query}`));
    const negotiated = await succeeded(owner.get<string>(`/v1/analytics?${query}`, { accept: 'text/csv' }));
    expect(negotiated.body).toBe(file.body);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="analytics_stays/);
    const rows = parse(file.body, { columns: true }) as Row[];
    expect(rows).toHaveLength(json.body.rows.length);
    for (const [at, row] of rows.entries()) {
      const expected = json.body.rows[at];
      expect(row.month).toBe(expected?.month);
      expect(Number(row.bookings)).toBe(expected?.bookings);
      expect(Math.round(Number(row.revenue) * 100)).toBe(expected?.revenue);
    }
  });

  it('of a filter add up to the whole', async () => {
    const whole = await succeeded(owner.get<{ totals: Figures[] }>('/v1/analytics?source=stays'));
    const byHotel = await succeeded(owner.get<{ rows: Figures[] }>('/v1/analytics?source=stays&by=subject'));
    expect(byHotel.body.rows).toHaveLength(2);
    expect(byHotel.body.rows.reduce((sum, { revenue }) => sum + revenue, 0)).toBe(whole.body.totals[0]?.revenue);
    expect(whole.body.totals[0]?.bookings).toBe(sample().length);
  });
});

describe('who runs it', () => {
  it('is told how it is: alive, ready, measured, and how far each view has come', async () => {
    const anyone = company.client.as(undefined);
    expect((await anyone.get('/health/live')).body).toEqual({ live: true });
    const ready = await succeeded(anyone.get<{ views: { view: string; lagEvents: number }[] }>('/health/ready'));
    expect(ready.body.views.map(({ view }) => view)).toContain('bookings');
    const metrics = await succeeded(anyone.get<string>('/metrics'));
    expect(metrics.body).toMatch(/^process_resident_memory_bytes \d/m);
    expect(metrics.body).toMatch(/^http_\w+.*placeBooking/m);
    expect(metrics.body).toMatch(/^view_lag_events\{view="bookings"\} 0$/m);
    expect(metrics.body).toMatch(/^view_position\{view="stay-analytics"\} \d+$/m);
    const views = await succeeded(owner.get<{ parked: unknown[] }>('/v1/operations/views'));
    expect(views.body.parked).toEqual([]);
  });

  it('finds every answer to carry a correlation id, its own where it sent one', async () => {
    const sent = await owner.get('/v1/me', { 'x-correlation-id': 'order-4711' });
    expect(sent.headers.get('x-correlation-id')).toBe('order-4711');
    const refused = await owner.get<{ correlationId: string }>(`/v1/bookings/${randomId()}`);
    expect(refused.headers.get('x-correlation-id')).toBe(refused.body.correlationId);
  });
});
