import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRejection } from '../../contracts/decider.ts';
import type { DepartureEvent } from '../../contracts/events/departures.ts';
import {
  type DepartureCommand,
  type DepartureFacts,
  type DepartureState,
  departureDecider,
} from './departure-decider.ts';

const epoch = Date.parse('2026-03-01T00:00:00.000Z');
const minute = (minutes: number): string => new Date(epoch + minutes * 60_000).toISOString();
const CUTOFF = 400;

const facts = (capacity: number | null): DepartureFacts => ({
  departureId: 'd1',
  availabilityId: '2026-03-01T08:00:00+00:00',
  productId: 'p1',
  optionId: 'o1',
  scheduleId: null,
  availabilityType: 'START_TIME',
  timeZone: 'UTC',
  localDate: '2026-03-01',
  localStart: '2026-03-01T08:00:00+00:00',
  localEnd: '2026-03-01T09:00:00+00:00',
  startsAt: minute(480),
  endsAt: minute(540),
  cutoffAt: minute(CUTOFF),
  openingHours: [],
  capacity,
});

const bookingId = fc.constantFrom('b1', 'b2', 'b3', 'b4', 'b5', 'b6');
const seats = fc.integer({ min: 0, max: 6 });
const holdMinutes = fc.integer({ min: 1, max: 40 });

/** A command with the minutes that pass before it; a hold's end is minutes from then. */
const step = fc.record({
  wait: fc.integer({ min: 0, max: 15 }),
  command: fc.oneof(
    fc.record({ type: fc.constant('hold-seats' as const), bookingId, seats, holdMinutes }),
    fc.record({ type: fc.constant('change-seats' as const), bookingId, seats }),
    fc.record({ type: fc.constant('extend-hold' as const), bookingId, holdMinutes }),
    fc.record({ type: fc.constant('confirm-seats' as const), bookingId }),
    fc.record({
      type: fc.constant('release-seats' as const),
      bookingId,
      reason: fc.constantFrom('cancelled' as const, 'moved' as const, 'abandoned' as const),
    }),
    fc.record({ type: fc.constant('expire-hold' as const), bookingId }),
    fc.record({ type: fc.constant('change-capacity' as const), capacity: fc.integer({ min: 0, max: 15 }) }),
    fc.record({ type: fc.constant('close' as const), reason: fc.constant('storm') }),
    fc.record({ type: fc.constant('reopen' as const) }),
  ),
});

const run = (state: DepartureState, command: DepartureCommand, now: string) => {
  const decided = departureDecider.decide(command, state, { now, newId: (name) => name });
  const events = isRejection(decided) ? [] : decided;
  const next = events.reduce<DepartureState>(
    (folded, event) => departureDecider.evolve(folded, { ...event, time: now, tenant: 't' }),
    state,
  );
  return { decided, events, next };
};

/** Seats by booking, kept in the plainest way from the events alone. */
const account = (log: readonly DepartureEvent[]) => {
  const held = new Map<string, number>();
  const sold = new Map<string, number>();
  for (const { type, data } of log) {
    if (type === 'departure.seats-held.v1') held.set(data.bookingId, data.seats);
    if (type === 'departure.seats-changed.v1') (data.confirmed ? sold : held).set(data.bookingId, data.seats);
    if (type === 'departure.seats-confirmed.v1') {
      held.delete(data.bookingId);
      sold.set(data.bookingId, data.seats);
    }
    if (type === 'departure.seats-released.v1') (data.confirmed ? sold : held).delete(data.bookingId);
  }
  const sum = (parties: Map<string, number>) => [...parties.values()].reduce((total, party) => total + party, 0);
  return { held: sum(held), confirmed: sum(sold) };
};

describe('any sequence of commands while time passes', () => {
  it('leaves vacancies = capacity − confirmed − live holds, never below zero', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
        const log: DepartureEvent[] = [];
        let at = 0;
        let { next: state, events } = run(undefined, { type: 'schedule-departure', facts: facts(capacity) }, minute(0));
        log.push(...events);
        for (const { wait, command } of steps) {
          at += wait;
          const timed: DepartureCommand =
            'holdMinutes' in command
              ? { ...command, expiresAt: minute(at + command.holdMinutes) }
              : (command as DepartureCommand);
          ({ next: state, events } = run(state, timed, minute(at)));
          log.push(...events);

          const { held, confirmed } = account(log);
          const view = state?.departure;
          expect(view).toMatchObject({ held, confirmed, vacancies: (view?.capacity ?? 0) - confirmed - held });
          expect(view?.vacancies).toBeGreaterThanOrEqual(0);
          const ends = Object.values(state?.holds ?? {}).map((hold) => hold.expiresAt);
          expect(state?.expiries[0]?.[0]).toBe(ends.sort()[0]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never refuses seats that only dead holds stand on', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(seats, holdMinutes), { maxLength: 30 }), (parties) => {
        let state = run(undefined, { type: 'schedule-departure', facts: facts(20) }, minute(0)).next;
        parties.forEach(([party, minutes], index) => {
          const command = {
            type: 'hold-seats',
            bookingId: `b${index}`,
            seats: party,
            expiresAt: minute(minutes),
          } as const;
          state = run(state, command, minute(0)).next;
        });
        const all = { type: 'hold-seats', bookingId: 'all', seats: 20, expiresAt: minute(90) } as const;
        const { next } = run(state, all, minute(41));
        expect(next?.departure).toMatchObject({ held: 20, vacancies: 0 });
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same state when a command comes again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let at = 0;
        let state = run(undefined, { type: 'schedule-departure', facts: facts(12) }, minute(0)).next;
        for (const { wait, command } of steps) {
          at += wait;
          const timed = (
            'holdMinutes' in command ? { ...command, expiresAt: minute(at + command.holdMinutes) } : command
          ) as DepartureCommand;
          state = run(state, timed, minute(at)).next;
          expect(run(state, timed, minute(at)).events).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a departure with a long past', () => {
  const afterSales = (sales: number): DepartureState => {
    let state = run(undefined, { type: 'schedule-departure', facts: facts(100) }, minute(0)).next;
    for (let sale = 0; sale < sales; sale++) {
      const id = `b${sale}`;
      const hold = { type: 'hold-seats', bookingId: id, seats: 2, expiresAt: minute(30 + (sale % 7)) } as const;
      state = run(state, hold, minute(0)).next;
      state = run(state, { type: 'confirm-seats', bookingId: id }, minute(0)).next;
      state = run(state, { type: 'release-seats', bookingId: id, reason: 'cancelled' }, minute(0)).next;
    }
    return state;
  };

  it('has a state no larger than a young one', () => {
    expect(JSON.stringify(afterSales(10_000))).toBe(JSON.stringify(afterSales(0)));
  });
});
