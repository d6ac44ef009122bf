import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { createBookingService } from '../../command-side/bookings/booking-service.ts';
import { type ProductCommand, productDecider } from '../../command-side/catalogue/product-decider.ts';
import { type DepartureCommand, departureDecider } from '../../command-side/departures/departure-decider.ts';
import { createCommandHandling } from '../../command-side/handling/command-handling.ts';
import type { CommandHandling, CommandMeta } from '../../command-side/handling/handle.ts';
import { isRejection } from '../../contracts/decider.ts';
import { option, price, productDetails } from '../../contracts/events/catalogue.ts';
import { deterministicId, randomId } from '../../contracts/ids.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';

export const TENANT = 'tenant-1';
const person = (roles: Principal['roles'], actor: string, tenant = TENANT): Principal => ({
  tenant,
  actor,
  roles,
  channel: roles.includes('reseller') ? actor : 'direct',
});
export const sales = person(['sales'], 'user:sales');
export const guide = person(['guide'], 'user:guide');
export const reseller = person(['reseller'], 'api-key:reseller');
export const otherReseller = person(['reseller'], 'api-key:other');
export const stranger = person(['owner'], 'user:stranger', 'tenant-2');

/** A boat trip as tests sell it: two departures with 10 seats each, on 1 and 2 July 2026, and a pass without departures. */
export const BOAT = 'product-boat';
export const PASS = 'product-pass';
export const OPTION = 'shared';
const START = 'T09:00:00+01:00';
export const MORNING = deterministicId('departure', BOAT, OPTION, `2026-07-01${START}`);
export const EVENING = deterministicId('departure', BOAT, OPTION, `2026-07-02${START}`);

export interface TourCompany {
  readonly eventStore: EventStore;
  /** The instant that everything happens at; ISO 8601. */
  now: string;
  /** Opens command handling and bookings anew on the same log: what another process, or a restart, sees. @param store default: the log itself. */
  open(store?: EventStore): ReturnType<typeof createBookingService>;
  /** What a departure has of a booking, and in all. */
  seats(departureId: string): Promise<{ confirmed: number; held: number; of: Record<string, number> }>;
  close(): Promise<void>;
}

/** The meta of a command that a client sends once. */
export const sent = (commandId: string = randomId(), commandHash?: string): Omit<CommandMeta, 'tenant' | 'actor'> => ({
  commandId,
  correlationId: 'correlation-1',
  ...(commandHash === undefined ? {} : { commandHash }),
});

export const openTourCompany = async (optionChanges: Partial<z.input<typeof option>> = {}): Promise<TourCompany> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tour-company-'));
  const eventStore = await openEventStore({ dataDir });
  const handlingOn = (store: EventStore) =>
    createCommandHandling({
      eventStore: store,
      snapshots: undefined,
      clock: () => company.now,
      onWarning: (message, error) => {
        throw new Error(message, { cause: error });
      },
    });
  const company: TourCompany = {
    eventStore,
    now: '2026-03-01T12:00:00.000Z',
    open: (store = eventStore) => createBookingService({ handling: handlingOn(store), clock: () => company.now }),
    seats: (departureId) =>
      handlingOn(eventStore).read(departureDecider, departureId, (state) => {
        if (state === undefined) throw new Error(`no departure ${departureId}`);
        const held = Object.entries(state.holds).map(([id, hold]) => [id, hold.seats] as const);
        return {
          confirmed: state.departure.confirmed,
          held: state.departure.held,
          of: Object.fromEntries([...held, ...Object.entries(state.confirmed)]),
        };
      }),
    close: async () => {
      await eventStore.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await furnish(handlingOn(eventStore), optionChanges);
  return company;
};

/** Sells the boat and the pass. */
export const furnish = async (
  handling: CommandHandling,
  changes: Partial<z.input<typeof option>> = {},
): Promise<void> => {
  const meta = (): CommandMeta => ({ ...sent(), tenant: TENANT, actor: 'user:owner' });
  const product = (id: string, command: ProductCommand) =>
    done(handling.handle(productDecider, id, command, meta(), () => undefined));
  for (const [productId, allowFreesale] of [
    [BOAT, false],
    [PASS, true],
  ] as const) {
    const details = productDetails.parse({
      internalName: 'Boat',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      currency: 'EUR',
      allowFreesale,
    });
    await product(productId, { type: 'create-product', productId, details });
    await product(productId, { type: 'set-option', option: boatOption(changes) });
    await product(productId, { type: 'set-prices', optionId: OPTION, prices: boatPrices });
    await product(productId, {
      type: 'describe',
      locale: 'en',
      texts: { title: 'Boat', shortDescription: null, description: null, features: [] },
    });
    await product(productId, { type: 'publish' });
  }
  for (const [departureId, day] of [
    [MORNING, 1],
    [EVENING, 2],
  ] as const) {
    const facts = departureFacts(departureId, `2026-07-0${day}`);
    await done(
      handling.handle(departureDecider, departureId, { type: 'schedule-departure', facts }, meta(), () => undefined),
    );
  }
};

const done = async (outcome: Promise<object>): Promise<void> => {
  const result = await outcome;
  if (isRejection(result)) throw new Error(`${result.rejected}: ${result.detail}`);
};

const boatOption = (changes: Partial<z.input<typeof option>>) =>
  option.parse({
    id: OPTION,
    internalName: 'Shared boat',
    cancellationCutoff: { amount: 24, unit: 'hour' },
    durationMinutes: 120,
    restrictions: { minUnits: 1, maxUnits: 20 },
    units: [
      { id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: {} },
      { id: 'child', internalName: 'Child', type: 'CHILD', restrictions: { accompaniedBy: ['adult'] } },
      { id: 'family', internalName: 'Family', type: 'FAMILY', restrictions: { paxCount: 4 } },
    ],
    ...changes,
  });

const boatPrices = [
  ['adult', 1000],
  ['child', 500],
  ['family', 2500],
].map(([unitId, retail]) =>
  price.parse({
    unitId,
    original: retail,
    retail,
    net: Number(retail) * 0.8,
    includedTaxes: [{ name: 'IVA', original: 60, retail: 60, net: 48 }],
  }),
);

const departureFacts = (
  departureId: string,
  day: string,
): Extract<DepartureCommand, { type: 'schedule-departure' }>['facts'] => ({
  departureId,
  availabilityId: `${day}${START}`,
  productId: BOAT,
  optionId: OPTION,
  scheduleId: null,
  availabilityType: 'START_TIME',
  timeZone: 'Europe/Lisbon',
  localDate: day,
  localStart: `${day}${START}`,
  localEnd: `${day}T11:00:00+01:00`,
  startsAt: `${day}T08:00:00.000Z`,
  endsAt: `${day}T10:00:00.000Z`,
  cutoffAt: `${day}T07:00:00.000Z`,
  openingHours: [],
  capacity: 10,
});

/** A request to place a booking of so many adults on a departure. */
export const adults = (count: number, departureId: string | null = MORNING, bookingId: string = randomId()) => ({
  bookingId,
  productId: departureId === null ? PASS : BOAT,
  optionId: OPTION,
  departureId,
  unitItems: Array.from({ length: count }, () => ({ unitId: 'adult' })),
});
