import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isRejection } from '../../contracts/decider.ts';
import { option, price, productDetails } from '../../contracts/events/catalogue.ts';
import { scheduleDetails } from '../../contracts/events/departures.ts';
import { randomId } from '../../contracts/ids.ts';
import type { Principal } from '../../contracts/policy.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openEventBus } from '../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { openJobs } from '../../infra/jobs/open-jobs.ts';
import { openSubjectKeys } from '../../infra/personal-data/open-subject-keys.ts';
import { sealedEventBus } from '../../infra/personal-data/sealed-event-bus.ts';
import { sealedEventStore } from '../../infra/personal-data/sealed-event-store.ts';
import { bookingDecider } from '../bookings/booking-decider.ts';
import { createBookingService } from '../bookings/booking-service.ts';
import { productDecider } from '../catalogue/product-decider.ts';
import { departureDecider } from '../departures/departure-decider.ts';
import { departuresOf } from '../departures/recurrence.ts';
import { scheduleDecider } from '../departures/schedule-decider.ts';
import { createCommandHandling } from '../handling/command-handling.ts';
import type { CommandMeta } from '../handling/handle.ts';
import { startRelay } from '../relay/relay.ts';
import { startProcessManagers } from './start-process-managers.ts';

const TENANT = 'tenant-1';
const staff: Principal = { tenant: TENANT, actor: 'user:ana', roles: ['owner'], channel: 'direct' };
const meta = (): CommandMeta => ({ commandId: randomId(), correlationId: 'c', tenant: TENANT, actor: 'user:ana' });
const today = () => new Date().toISOString().slice(0, 10);
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const schedule = scheduleDetails.parse({
  productId: 'product-1',
  optionId: 'standard',
  timeZone: 'Europe/Lisbon',
  availabilityType: 'START_TIME',
  recurrence: { from: inDays(2), until: inDays(40), weekdays: [1, 2, 3, 4, 5, 6, 7] },
  startTimes: ['10:00'],
  durationMinutes: 60,
  capacity: 4,
  cutoffMinutes: 0,
});

/** A company with one boat trip, on the embedded engines, with relay and process managers running. */
const openCompany = async (dataDir: string) => {
  const keys = await openSubjectKeys({ dataDir });
  const documents = await openDocuments({ dataDir });
  const jobs = await openJobs({ dataDir });
  const sealedLog = await openEventStore({ dataDir });
  const sealedBus = await openEventBus({ dataDir }, sealedLog);
  const eventStore = sealedEventStore(sealedLog, keys);
  // Ahead of the real clock by so much: a hold of a minute ends when the test says so.
  let ahead = 0;
  const clock = () => new Date(Date.now() + ahead).toISOString();
  const onWarning = vi.fn();
  const handling = createCommandHandling({ eventStore, snapshots: undefined, clock, onWarning });
  const bookings = createBookingService({ handling, clock });
  const relay = await startRelay({ eventStore: sealedLog, bus: sealedBus, onWarning });
  const managers = await startProcessManagers({
    bus: sealedEventBus(sealedBus, keys),
    jobs,
    documents,
    handling,
    bookings,
    sealedLog,
    keys,
    clock,
    horizonDays: 10,
    graceMs: 500,
    onWarning,
  });
  return {
    handling,
    bookings,
    eventStore,
    jobs,
    onWarning,
    passMinutes: (minutes: number) => {
      ahead += minutes * 60_000;
    },
    seatsOf: (departureId: string) =>
      handling.read(departureDecider, departureId, (state) => ({
        held: state?.departure.held,
        confirmed: state?.departure.confirmed,
      })),
    statusOf: (bookingId: string) => handling.read(bookingDecider, bookingId, (state) => state?.status),
    close: async () => {
      await relay.stop();
      await managers.stop();
      await sealedBus.close();
      await sealedLog.close();
      await jobs.close();
      await documents.close();
      await keys.close();
    },
  };
};

let dataDir: string;
let company: Awaited<ReturnType<typeof openCompany>>;
let departureId: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'process-managers-'));
  company = await openCompany(dataDir);
  const [facts] = departuresOf(schedule, inDays(2), inDays(2));
  if (facts === undefined) throw new Error('no departure');
  ({ departureId } = facts);
  const details = productDetails.parse({
    internalName: 'Boat',
    timeZone: 'Europe/Lisbon',
    availabilityType: 'START_TIME',
    currency: 'EUR',
  });
  const standard = option.parse({
    id: 'standard',
    internalName: 'Standard',
    cancellationCutoff: { amount: 1, unit: 'hour' },
    durationMinutes: 60,
    restrictions: {},
    units: [{ id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: {} }],
  });
  const texts = { title: 'Boat', shortDescription: null, description: null, features: [] };
  const commands: Parameters<typeof productDecider.decide>[0][] = [
    { type: 'create-product', productId: 'product-1', details },
    { type: 'set-option', option: standard },
    {
      type: 'set-prices',
      optionId: 'standard',
      prices: [price.parse({ unitId: 'adult', original: 100, retail: 100 })],
    },
    { type: 'describe', locale: 'en', texts },
    { type: 'publish' },
  ];
  for (const command of commands) {
    const outcome = await company.handling.handle(productDecider, 'product-1', command, meta(), () => undefined);
    if (isRejection(outcome)) throw new Error(outcome.detail);
  }
  await company.handling.handle(departureDecider, departureId, { type: 'schedule-departure', facts }, meta(), () => 0);
});

afterEach(async () => {
  await company.close();
  await rm(dataDir, { recursive: true });
});

const place = async (contact?: { firstName: string; emailAddress: string }) => {
  const bookingId = randomId();
  const placed = await company.bookings.place(
    staff,
    {
      bookingId,
      productId: 'product-1',
      optionId: 'standard',
      departureId,
      unitItems: [{ unitId: 'adult' }, { unitId: 'adult' }],
      expirationMinutes: 1,
      contact,
    },
    meta(),
  );
  if (isRejection(placed)) throw new Error(placed.detail);
  return placed.booking;
};

describe('a hold that nobody confirms', () => {
  it('ends, and its seats are free again', async () => {
    const booking = await place();
    expect(await company.seatsOf(departureId)).toEqual({ held: 2, confirmed: 0 });
    // The job is there before its time, and at its time it finds the hold due.
    await vi.waitFor(async () => expect((await company.jobs.counts('hold-expiry')).waiting).toBe(1), 5_000);
    company.passMinutes(2);
    await company.jobs.reschedule('hold-expiry', jobId(booking), new Date().toISOString());
    await vi.waitFor(async () => expect(await company.statusOf(booking.id)).toBe('EXPIRED'), 5_000);
    expect(await company.seatsOf(departureId)).toEqual({ held: 0, confirmed: 0 });
  });

  it('that was confirmed meanwhile is left alone by its job', async () => {
    const booking = await place();
    await company.bookings.confirm(staff, { bookingId: booking.id }, meta());
    await vi.waitFor(async () => expect((await company.jobs.counts('hold-expiry')).waiting).toBe(1), 5_000);
    company.passMinutes(2);
    await company.jobs.reschedule('hold-expiry', jobId(booking), new Date().toISOString());
    await vi.waitFor(async () => expect((await company.jobs.counts('hold-expiry')).waiting).toBe(0), 5_000);
    expect(await company.statusOf(booking.id)).toBe('CONFIRMED');
    expect(await company.seatsOf(departureId)).toEqual({ held: 0, confirmed: 2 });
  });

  const jobId = (booking: { id: string; expiresAt: string | null }) =>
    `${booking.id}_${departureId}_${Date.parse(booking.expiresAt ?? '')}`;
});

describe('seats whose booking was never recorded', () => {
  it('are given back', { timeout: 20_000 }, async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const hold = { type: 'hold-seats', bookingId: randomId(), seats: 3, expiresAt } as const;
    await company.handling.handle(departureDecider, departureId, hold, meta(), () => undefined);
    expect(await company.seatsOf(departureId)).toEqual({ held: 3, confirmed: 0 });
    await vi.waitFor(async () => expect(await company.seatsOf(departureId)).toEqual({ held: 0, confirmed: 0 }), {
      timeout: 15_000,
      interval: 200,
    });
  });

  it('are given back also when the process restarts in between', { timeout: 30_000 }, async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const hold = { type: 'hold-seats', bookingId: randomId(), seats: 3, expiresAt } as const;
    await company.handling.handle(departureDecider, departureId, hold, meta(), () => undefined);
    await company.close();
    company = await openCompany(dataDir);
    await vi.waitFor(async () => expect(await company.seatsOf(departureId)).toEqual({ held: 0, confirmed: 0 }), {
      timeout: 15_000,
      interval: 200,
    });
  });

  it('of a whole booking stay its own', { timeout: 20_000 }, async () => {
    const booking = await place();
    await company.bookings.confirm(staff, { bookingId: booking.id }, meta());
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await company.seatsOf(departureId)).toEqual({ held: 0, confirmed: 2 });
    expect(company.onWarning).not.toHaveBeenCalled();
  });
});

describe('a schedule', () => {
  it('has its departures planned up to the horizon, and a job for the next day', async () => {
    const create = { type: 'create-schedule', scheduleId: 'schedule-1', details: schedule } as const;
    await company.handling.handle(scheduleDecider, 'schedule-1', create, meta(), () => undefined);
    const last = departuresOf(schedule, today(), inDays(10)).at(-1);
    await vi.waitFor(
      async () =>
        expect(
          await company.handling.read(departureDecider, last?.departureId ?? '', (state) => state?.departure.localDate),
        ).toBe(last?.localDate),
      5_000,
    );
    await vi.waitFor(async () => expect((await company.jobs.counts('departure-horizon')).waiting).toBe(1), 5_000);
  });
});

describe('a person who is forgotten', () => {
  it('is in no state, in no event, and not in the file of the log', async () => {
    const booking = await place({ firstName: 'Zebulon', emailAddress: 'zebulon@example.com' });
    const stream = `booking-${booking.id}`;
    const events = async () => {
      const found: unknown[] = [];
      for await (const batch of company.eventStore.readStream(stream)) found.push(...batch);
      return JSON.stringify(found);
    };
    expect(await events()).toContain('Zebulon');
    await company.bookings.forget(staff, booking.id, meta());
    await vi.waitFor(async () => expect(await events()).not.toContain('Zebulon'), 5_000);
    expect(await company.handling.read(bookingDecider, booking.id, (state) => JSON.stringify(state))).not.toContain(
      'Zebulon',
    );
    for (const file of ['events.db', 'events.db-wal']) {
      expect((await readFile(join(dataDir, file))).includes('Zebulon')).toBe(false);
    }
  });
});
