import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBookingService } from '../../command-side/bookings/booking-service.ts';
import { createCommandHandling } from '../../command-side/handling/command-handling.ts';
import { startRelay } from '../../command-side/relay/relay.ts';
import { importHotelHistory } from '../../command-side/stays/import/import-hotel-history.ts';
import { isRejection } from '../../contracts/decider.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openEventBus } from '../../infra/event-bus/open-event-bus.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { openSearch } from '../../infra/search/open-search.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { createProjectionRunner } from '../../projections/runner/projection-runner.ts';
import { adults, EVENING, furnish, MORNING, reseller, sales, sent, TENANT } from '../bookings/tour-company.ts';

export const SAMPLE = fileURLToPath(
  new URL('../../command-side/stays/import/sample/hotel-bookings-sample.csv.gz', import.meta.url),
);

/** What the company has sold: each on a day, by somebody, so many adults at 10 euros, on a departure (null: the pass). */
export const SOLD = [
  { on: '2026-03-01', by: sales, adults: 2, departure: MORNING, becomes: 'CONFIRMED' },
  { on: '2026-03-11', by: sales, adults: 1, departure: MORNING, becomes: 'CANCELLED' },
  { on: '2026-04-02', by: reseller, adults: 3, departure: MORNING, becomes: 'CONFIRMED' },
  { on: '2026-04-20', by: reseller, adults: 2, departure: EVENING, becomes: 'CONFIRMED' },
  { on: '2026-05-05', by: reseller, adults: 1, departure: EVENING, becomes: 'CANCELLED' },
  { on: '2026-05-09', by: sales, adults: 4, departure: EVENING, becomes: 'ON_HOLD' },
  { on: '2026-05-15', by: sales, adults: 2, departure: null, becomes: 'CONFIRMED' },
  { on: '2026-06-01', by: sales, adults: 5, departure: null, becomes: 'CONFIRMED' },
] as const;

/** A tour company and two hotels, whose views the projections have made in a MongoDB database. */
export const openSoldCompany = async (documentsUrl: string) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'analytics-'));
  const eventStore = await openEventStore({ dataDir });
  let now = '2026-01-01T12:00:00.000Z';
  const clock = () => now;
  const onWarning = (message: string, error: unknown) => {
    throw new Error(message, { cause: error });
  };
  const handling = createCommandHandling({ eventStore, snapshots: undefined, clock, onWarning });
  const bookings = createBookingService({ handling, clock });
  await furnish(handling);
  for (const [at, { on, by, adults: count, departure, becomes }] of SOLD.entries()) {
    now = `${on}T12:00:00.000Z`;
    const bookingId = deterministicId('analytics', String(at));
    refuse(await bookings.place(by, adults(count, departure, bookingId), sent()));
    if (becomes === 'ON_HOLD') continue;
    refuse(await bookings.confirm(by, { bookingId, contact: { country: 'PT' } }, sent()));
    if (becomes === 'CANCELLED') refuse(await bookings.cancel(by, { bookingId, reason: 'rain' }, sent()));
  }
  await importHotelHistory({ eventStore, tenant: TENANT, input: { file: SAMPLE } });

  const documents = await openDocuments({ url: documentsUrl, dataDir });
  const search = await openSearch({ dataDir });
  const bus = await openEventBus({ dataDir }, eventStore);
  const relay = await startRelay({ eventStore, bus, onWarning: () => undefined });
  const runner = createProjectionRunner({ projections: allProjections, documents, search, eventStore, bus });
  await runner.start();
  const head = await eventStore.headPosition();
  for (const { name } of allProjections)
    if (!(await runner.liveViews.waitFor(name, head, 100_000))) throw new Error(`${name} is behind`);
  return {
    eventStore,
    close: async () => {
      await runner.stop();
      await relay.stop();
      for (const opened of [bus, search, documents, eventStore]) await opened.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const refuse = (outcome: object): void => {
  if (isRejection(outcome)) throw new Error(`${outcome.rejected}: ${outcome.detail}`);
};
