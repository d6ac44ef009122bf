import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRejection, type Rejection } from '../../contracts/decider.ts';
import { option, productDetails } from '../../contracts/events/catalogue.ts';
import { type ScheduleDetails, scheduleDetails } from '../../contracts/events/departures.ts';
import { type EmbeddedHandling, openEmbeddedHandling } from '../../tests/spec-language/embedded-handling.ts';
import { type ProductCommand, productDecider } from '../catalogue/product-decider.ts';
import type { CommandMeta, Handled } from '../handling/handle.ts';
import { departureDecider } from './departure-decider.ts';
import { planDepartures } from './plan-departures.ts';
import { departuresOf } from './recurrence.ts';
import { createScheduleService, type ScheduleOutcome, type ScheduleService } from './schedule-service.ts';

const now = '2026-03-20T12:00:00.000Z';
let stories = 0;
/** An id that is this story's own. */
const id = (name: string) => `${name}-${stories}`;
const own = () => id('acme');
const meta = (commandId: string, tenant = own()): CommandMeta => ({
  commandId,
  tenant,
  actor: 'user:ana',
  correlationId: 'c-1',
});
const details = (changes: Record<string, unknown> = {}): ScheduleDetails =>
  scheduleDetails.parse({
    productId: own(),
    optionId: 'o1',
    timeZone: 'Europe/Madrid',
    availabilityType: 'START_TIME',
    recurrence: { from: '2026-03-01', until: '2026-04-10', weekdays: [1, 2, 3, 4, 5, 6, 7] },
    startTimes: ['09:00', '16:00'],
    durationMinutes: 120,
    capacity: 10,
    cutoffMinutes: 60,
    ...changes,
  });
const accepted = (result: Handled<ScheduleOutcome> | Rejection): Handled<ScheduleOutcome> => {
  if (isRejection(result)) throw new Error(`refused: ${result.rejected}, ${result.detail}`);
  return result;
};

let embedded: EmbeddedHandling;
let schedules: ScheduleService;
const typesOf = async (type: string) =>
  (await embedded.log()).filter((event) => event.type === type && event.tenant === own());
const departureId = (of: ScheduleDetails, date: string) => departuresOf(of, date, date)[0]?.departureId ?? '';

beforeAll(async () => {
  embedded = await openEmbeddedHandling(() => now);
});
afterAll(() => embedded.close());
// Each story has a tenant and a product of its own, so that one store serves them all.
beforeEach(async () => {
  stories += 1;
  schedules = createScheduleService(embedded.handling, () => now, 365);
  const commands: ProductCommand[] = [
    {
      type: 'create-product',
      productId: own(),
      details: productDetails.parse({
        internalName: 'Cruise',
        timeZone: 'Europe/Madrid',
        availabilityType: 'START_TIME',
        currency: 'EUR',
      }),
    },
    {
      type: 'set-option',
      option: option.parse({
        id: 'o1',
        internalName: 'Standard',
        cancellationCutoff: { amount: 1, unit: 'day' },
        durationMinutes: 120,
        restrictions: {},
        units: [{ id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: {} }],
      }),
    },
  ];
  for (const [index, command] of commands.entries()) {
    await embedded.handling.handle(productDecider, own(), command, meta(`product-${index}`), () => undefined);
  }
});

describe('creating a schedule', () => {
  it('plans the departures from today on, and answers a position that covers them', async () => {
    const { answer, position } = accepted(await schedules.create(id('s1'), details(), meta('c1')));
    const scheduled = await typesOf('departure.scheduled.v1');
    expect(answer.departures).toBe(44);
    expect(scheduled).toHaveLength(44);
    expect(position).toBe(await embedded.eventStore.headPosition());
    expect(new Set(scheduled.map(({ stream }) => stream)).size).toBe(44);
    expect(scheduled.every(({ tenant }) => tenant === own())).toBe(true);
  });

  it('adds nothing when the command comes again, and finishes what a crash left', async () => {
    accepted(await schedules.create(id('s1'), details(), meta('c1')));
    const before = await embedded.log();
    const again = createScheduleService(embedded.restarted(), () => now, 365);
    expect(accepted(await again.create(id('s1'), details(), meta('c1'))).replayed).toBe(true);
    expect(await embedded.log()).toEqual(before);

    const tomorrow = createScheduleService(embedded.restarted(), () => '2026-03-15T12:00:00.000Z', 365);
    expect(accepted(await tomorrow.create(id('s1'), details(), meta('c1'))).answer.departures).toBe(54);
    expect(await typesOf('departure.scheduled.v1')).toHaveLength(54);
  });

  it('leaves a departure as an operator changed it', async () => {
    accepted(await schedules.create(id('s1'), details(), meta('c1')));
    const departure = departureId(details(), '2026-04-01');
    const command = { type: 'change-capacity', capacity: 3 } as const;
    await embedded.handling.handle(departureDecider, departure, command, meta('c2'), () => undefined);
    await planDepartures(embedded.handling, id('s1'), details(), '2026-04-01', '2026-04-01', meta('c3'));
    expect(await embedded.handling.read(departureDecider, departure, (state) => state?.departure.capacity)).toBe(3);
  });

  it.each([
    ['an unknown product', { productId: 'p2' }, 'NOT_FOUND', 'productId'],
    ['an unknown option', { optionId: 'o2' }, 'NOT_FOUND', 'optionId'],
    ['another zone than the product', { timeZone: 'Europe/Lisbon' }, 'INVALID_BODY', 'timeZone'],
    [
      'another kind of availability',
      { availabilityType: 'OPENING_HOURS', startTimes: [], openingHours: [{ from: '09:00', to: '17:00' }] },
      'INVALID_BODY',
      'availabilityType',
    ],
    ['no start times', { startTimes: [] }, 'INVALID_BODY', 'startTimes'],
  ])('refuses %s and writes nothing', async (_, changes, rejected, field) => {
    const before = await embedded.log();
    expect(await schedules.create(id('s1'), details(changes), meta('c1'))).toMatchObject({ rejected, field });
    expect(await embedded.log()).toEqual(before);
  });

  it("does not tell another tenant's product from none", async () => {
    const [foreign, missing] = await Promise.all([
      schedules.create(id('s1'), details(), meta('c1', 'b-tenant')),
      schedules.create(id('s2'), details({ productId: 'p2' }), meta('c2', 'b-tenant')),
    ]);
    expect(foreign).toEqual(missing);
  });
});

describe('ending a schedule', () => {
  const closedAt = (departure: string) =>
    embedded.handling.read(departureDecider, departure, (state) => state?.departure.closedReason);

  it('closes the departures after the last date, and no others', async () => {
    accepted(await schedules.create(id('s1'), details(), meta('c1')));
    const { answer, position } = accepted(await schedules.end(id('s1'), '2026-04-05', meta('c2')));
    expect(answer).toMatchObject({ departures: 10, details: { recurrence: { until: '2026-04-05' } } });
    expect(await typesOf('departure.closed.v1')).toHaveLength(10);
    expect(position).toBe(await embedded.eventStore.headPosition());
    expect(await closedAt(departureId(details(), '2026-04-05'))).toBeNull();
    expect(await closedAt(departureId(details(), '2026-04-06'))).toBe('the schedule has ended');
  });

  it('finishes what a crash left when the command comes again', async () => {
    accepted(await schedules.create(id('s1'), details(), meta('c1')));
    accepted(await schedules.end(id('s1'), '2026-04-05', meta('c2')));
    const departure = departureId(details(), '2026-04-06');
    await embedded.handling.handle(departureDecider, departure, { type: 'reopen' }, meta('c3'), () => undefined);
    const again = createScheduleService(embedded.restarted(), () => now, 365);
    accepted(await again.end(id('s1'), '2026-04-05', meta('c4')));
    expect(
      await embedded.restarted().read(departureDecider, departure, (state) => state?.departure.closedReason),
    ).not.toBeNull();
  });

  it('leaves departures of another schedule at the same times alone', async () => {
    accepted(await schedules.create(id('s1'), details(), meta('c1')));
    const evenings = details({ startTimes: ['16:00', '20:00'] });
    accepted(await schedules.create(id('s2'), evenings, meta('c2')));
    accepted(await schedules.end(id('s2'), '2026-04-05', meta('c3')));
    expect(await typesOf('departure.closed.v1')).toHaveLength(5);
    expect(await closedAt(departureId(details({ startTimes: ['16:00'] }), '2026-04-06'))).toBeNull();
    expect(await closedAt(departureId(details({ startTimes: ['20:00'] }), '2026-04-06'))).not.toBeNull();
  });

  it("is not for another tenant's schedule", async () => {
    accepted(await schedules.create(id('s1'), details(), meta('c1')));
    expect(await schedules.end(id('s1'), '2026-04-05', meta('c2', 'b-tenant'))).toMatchObject({
      rejected: 'NOT_FOUND',
    });
    expect(await schedules.end(id('s9'), '2026-04-05', meta('c3'))).toMatchObject({ rejected: 'NOT_FOUND' });
    expect(await schedules.end(id('s1'), '2026-05-01', meta('c4'))).toMatchObject({ rejected: 'CONFLICT' });
  });
});
