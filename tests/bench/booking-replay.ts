import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { emptyContact } from '../../contracts/events/bookings.ts';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import { randomId } from '../../contracts/ids.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openEventBus } from '../../infra/event-bus/open-event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { openSearch } from '../../infra/search/open-search.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { createProjectionRunner } from '../../projections/runner/projection-runner.ts';
import type { Bench } from './report.ts';

const EVENTS = Number(process.env.BENCH_REPLAY_EVENTS ?? 1_000_000);
const EVENTS_A_BOOKING = 4;

/** A rebuild of the booking view from the log, against plainly reading and parsing the same rows. */
export const bookingReplay: Bench = {
  name: 'booking-replay',
  run: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bench-'));
    const eventStore = await openEventStore({ dataDir });
    const documents = await openDocuments({ dataDir });
    const search = await openSearch({ dataDir });
    const bus = await openEventBus({ dataDir }, eventStore);
    const projections = allProjections.filter(({ name }) => name === 'bookings');
    const runner = createProjectionRunner({ projections, documents, search, eventStore, bus });
    try {
      await runner.start();
      await fill(eventStore);
      const plain = plainRead(dataDir);
      const startedAt = performance.now();
      await runner.rebuild('bookings');
      const replay = performance.now() - startedAt;
      const count = await documents.count(runner.liveViews.collection('bookings'));
      if (count !== EVENTS / EVENTS_A_BOOKING) throw new Error(`the view has ${count} bookings`);
      const ratio = plain / replay;
      const tell = (ms: number) => `${(ms / 1_000).toFixed(1)} s, ${Math.round(EVENTS / (ms / 1_000))} events/s`;
      return [
        {
          bench: `replay of ${EVENTS} events into the booking view / reading and JSON.parse of the same rows`,
          ours: tell(replay),
          against: tell(plain),
          ratio,
          aim: '>= 0.60',
          met: ratio >= 0.6,
        },
      ];
    } finally {
      await runner.stop();
      await bus.close();
      await eventStore.close();
      await documents.close();
      await search.close();
      await rm(dataDir, { recursive: true });
    }
  },
};

const plainRead = (dataDir: string): number => {
  const database = new Database(join(dataDir, 'events.db'), { readonly: true });
  const startedAt = performance.now();
  let events = 0;
  for (const row of database.prepare('SELECT json FROM events ORDER BY position').iterate()) {
    JSON.parse((row as { json: string }).json);
    events++;
  }
  const took = performance.now() - startedAt;
  database.close();
  if (events !== EVENTS) throw new Error(`the log has ${events} events`);
  return took;
};

/** Bookings with the size of real ones: placed, extended, confirmed, redeemed. */
const fill = async (store: EventStore): Promise<void> => {
  let left = EVENTS / EVENTS_A_BOOKING;
  const work = async () => {
    while (left-- > 0) {
      const id = randomId();
      await store.append(`booking-${id}`, 'no-stream', history(id, left));
    }
  };
  await Promise.all(Array.from({ length: 1_024 }, work));
};

const history = (bookingId: string, n: number): EventEnvelope[] => {
  const time = new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString();
  const price = { original: 2_000, retail: 2_000, net: 1_600, currency: 'EUR', includedTaxes: [] };
  const item = (index: number) => ({
    id: `${bookingId.slice(0, -1)}${index}`,
    unitId: 'adult',
    paxCount: 1,
    resellerReference: null,
    contact: emptyContact,
    pricing: price,
    ticketCode: null,
    redeemedAt: null,
  });
  const unitItems = [item(0), item(1)];
  const event = (type: string, data: object): EventEnvelope => ({
    id: randomId(),
    type,
    time,
    tenant: 'tenant',
    actor: 'api-key:bench',
    correlationId: bookingId,
    causationId: randomId(),
    data: { bookingId, ...data },
  });
  const placed = {
    supplierReference: bookingId.slice(0, 8),
    resellerReference: `R-${n}`,
    seller: 'api-key:bench',
    channel: 'octo',
    testMode: false,
    productId: `product-${n % 50}`,
    optionId: 'standard',
    departure: {
      departureId: `departure-${n % 5_000}`,
      availabilityId: '2026-07-01T10:00:00+01:00',
      localDate: '2026-07-01',
      localStart: '2026-07-01T10:00:00+01:00',
      localEnd: '2026-07-01T11:00:00+01:00',
      startsAt: '2026-07-01T09:00:00.000Z',
      cutoffAt: '2026-07-01T09:00:00.000Z',
      availabilityType: 'START_TIME',
      openingHours: [],
    },
    unitItems,
    pricing: { ...price, original: 4_000, retail: 4_000, net: 3_200 },
    seats: 2,
    contact: emptyContact,
    notes: null,
    expiresAt: time,
    cancellableUntil: time,
    freesale: false,
  };
  const tickets = unitItems.map((each) => ({ ...each, ticketCode: `T-${each.id}` }));
  return [
    event('booking.placed.v1', placed),
    event('booking.extended.v1', { expiresAt: time }),
    event('booking.confirmed.v1', {
      resellerReference: `R-${n}`,
      contact: emptyContact,
      emailReceipt: false,
      unitItems: tickets,
      voucherCode: `V-${bookingId}`,
    }),
    event('booking.redeemed.v1', { unitItemIds: unitItems.map(({ id }) => id), code: `V-${bookingId}` }),
  ];
};
