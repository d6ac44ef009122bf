import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import { type Platform, signIn, startPlatform } from '../platform/start-platform.ts';
import { until } from '../projections/running-views.ts';
import { type Caller, conformingClient, succeeded } from './conforming-client.ts';
import { adults, offerTrip, readAfter, type Trip } from './sailing-trip.ts';

let dataDir: string;
let platform: Platform;
let owner: Caller;
const start = async (env: Readonly<Record<string, string>> = {}) => {
  platform = await startPlatform(dataDir, env);
  owner = (await conformingClient(platform.origin)).as(await signIn(platform));
};
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'e2e-'));
  await start();
});
afterAll(async () => {
  await platform.stop();
  await rm(dataDir, { recursive: true, force: true });
});

// One story: each step goes on from the one before.
describe('a hold that nobody confirms', () => {
  let trip: Trip;
  let short: BookingView;
  let long: BookingView;
  const departure = async () =>
    (await succeeded(owner.get<DepartureView>(`/v1/departures/${trip.departures[0]?.id}`))).body;
  const statusOf = async ({ id }: BookingView) =>
    (await succeeded(owner.get<BookingView>(`/v1/bookings/${id}`))).body.status;

  it('takes its seats while it lasts', async () => {
    trip = await offerTrip(owner, { capacity: 5 });
    const hold = (seats: number, expirationMinutes: number) =>
      succeeded(
        owner.post<BookingView>('/v1/bookings', {
          ...adults(trip, trip.departures[0], seats),
          expirationMinutes,
        }),
      );
    long = (await hold(2, 60)).body;
    const last = await hold(3, 1);
    short = last.body;
    expect(Date.parse(short.expiresAt ?? '') - Date.now()).toBeLessThanOrEqual(60_000);
    await succeeded(owner.get(`/v1/bookings/${short.id}`, readAfter(last)));
    expect(await departure()).toMatchObject({ held: 5, vacancies: 0 });
    const refused = await owner.post('/v1/bookings', adults(trip, trip.departures[0]));
    expect(refused).toMatchObject({ status: 409, body: { code: 'SOLD_OUT' } });
  });

  it('gives them back when its time has passed, also when nothing ran at that moment', async () => {
    expect(await platform.stop()).toBe(0);
    await start({
      CLOCK_AHEAD_MS: String(5 * 60_000),
      NODE_OPTIONS: `--import=${new URL('clock-ahead.mjs', import.meta.url)}`,
    });
    await until(async () => (await statusOf(short)) === 'EXPIRED', 30_000);
    expect(await departure()).toMatchObject({ held: 2, vacancies: 3 });
    expect(await statusOf(long)).toBe('ON_HOLD');
  });

  it('cannot be confirmed any more, and its seats are sold to others', async () => {
    const refused = await owner.post(`/v1/bookings/${short.id}/confirm`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'HOLD_EXPIRED' } });
    expect((await owner.post('/v1/bookings', adults(trip, trip.departures[0], 3))).status).toBe(201);
    expect((await owner.post(`/v1/bookings/${long.id}/confirm`)).status).toBe(200);
  });
});
