import { describe, expect, it } from 'vitest';
import type { Occurred } from '../events/define.ts';
import { applyToDemand, type DemandEvent, type DemandFacts } from './demand-facts.ts';

const at = (time: string, type: string, data: object): Occurred<DemandEvent> =>
  ({ type, data, time: `${time}T12:00:00.000Z`, tenant: 'tenant-1' }) as unknown as Occurred<DemandEvent>;

const fold = (...events: readonly Occurred<DemandEvent>[]): DemandFacts | undefined =>
  events.reduce<DemandFacts | undefined>((facts, event) => applyToDemand(facts, event), undefined);

/** `measure date lead amount`, in order. */
const movesOf = (facts: DemandFacts | undefined): readonly string[] =>
  (facts?.moves ?? []).map(({ measure, date, lead, amount }) => `${measure} ${date} ${lead} ${amount}`).sort();

const stay = (time: string, arrivalDate: string, type = 'stay.booked.v1') =>
  at(time, type, { stayId: 's', terms: { hotelId: 'h', arrivalDate } });

const selection = (people: number, localDate: string | null) => ({
  productId: 'p',
  departure: localDate === null ? null : { localDate },
  unitItems: Array.from({ length: people }, () => ({ paxCount: 1 })),
});

describe('what becomes known of demand', () => {
  it('is a party on its day of arrival, known from when it was booked', () => {
    expect(movesOf(fold(stay('2026-05-01', '2026-05-15')))).toEqual(['booked 2026-05-15 14 1']);
  });

  it('is taken back when a stay is cancelled, on the day on which it was', () => {
    const moves = movesOf(fold(stay('2026-05-01', '2026-05-15'), at('2026-05-10', 'stay.cancelled.v1', {})));
    expect(moves).toEqual(['booked 2026-05-15 14 1', 'booked 2026-05-15 5 -1']);
  });

  it('leaves nothing of what was cancelled on the day it was booked', () => {
    expect(movesOf(fold(stay('2026-05-01', '2026-05-15'), at('2026-05-01', 'stay.cancelled.v1', {})))).toEqual([]);
  });

  it('moves with a stay that is moved, and does not change when only its terms do', () => {
    const booked = stay('2026-05-01', '2026-05-15');
    const moved = fold(booked, stay('2026-05-05', '2026-05-20', 'stay.changed.v1'));
    expect(movesOf(moved)).toEqual(['booked 2026-05-15 10 -1', 'booked 2026-05-15 14 1', 'booked 2026-05-20 15 1']);
    const changed = fold(booked, stay('2026-05-05', '2026-05-15', 'stay.changed.v1'));
    expect(movesOf(changed)).toEqual(['booked 2026-05-15 14 1']);
  });

  it('tells a no-show that is told days later as late, and what was booked long before as 91 days', () => {
    const facts = fold(stay('2025-01-01', '2026-05-15'), at('2026-05-17', 'stay.no-show.v1', {}));
    expect(movesOf(facts)).toEqual(['booked 2026-05-15 -2 -1', 'booked 2026-05-15 91 1']);
  });

  it('counts the people of a booking once it is confirmed, and follows what becomes of it', () => {
    const placed = at('2026-05-01', 'booking.placed.v1', { ...selection(3, '2026-05-11'), testMode: false });
    const confirmed = at('2026-05-02', 'booking.confirmed.v1', {});
    expect(movesOf(fold(placed))).toEqual([]);
    expect(movesOf(fold(placed, confirmed))).toEqual(['booked 2026-05-11 9 3']);
    const grown = fold(placed, confirmed, at('2026-05-04', 'booking.updated.v1', selection(5, '2026-05-11')));
    expect(movesOf(grown)).toEqual(['booked 2026-05-11 7 2', 'booked 2026-05-11 9 3']);
    const cancelled = fold(placed, confirmed, at('2026-05-08', 'booking.cancelled.v1', {}));
    expect(movesOf(cancelled)).toEqual(['booked 2026-05-11 3 -3', 'booked 2026-05-11 9 3']);
  });

  it('knows nothing of bookings that were made to try things out', () => {
    const placed = at('2026-05-01', 'booking.placed.v1', { ...selection(3, '2026-05-11'), testMode: true });
    expect(fold(placed, at('2026-05-02', 'booking.confirmed.v1', {}))).toBeUndefined();
  });

  it('puts an open-dated booking on the day of its confirmation, where it also ends', () => {
    const placed = at('2026-05-01', 'booking.placed.v1', { ...selection(2, null), testMode: false });
    const confirmed = at('2026-05-02', 'booking.confirmed.v1', {});
    const updated = at('2026-05-03', 'booking.updated.v1', selection(2, null));
    const cancelled = at('2026-05-04', 'booking.cancelled.v1', {});
    expect(movesOf(fold(placed, confirmed, updated))).toEqual(['booked 2026-05-02 0 2']);
    expect(movesOf(fold(placed, confirmed, cancelled))).toEqual(['booked 2026-05-02 -2 -2', 'booked 2026-05-02 0 2']);
  });

  it('tells departures with their seats, until they are closed', () => {
    const data = { productId: 'p', localDate: '2026-05-11', capacity: 12 };
    const scheduled = at('2026-05-01', 'departure.scheduled.v1', data);
    const smaller = at('2026-05-04', 'departure.capacity-changed.v1', { capacity: 10 });
    expect(movesOf(fold(scheduled, smaller))).toEqual([
      'capacity 2026-05-11 10 12',
      'capacity 2026-05-11 7 -2',
      'departures 2026-05-11 10 1',
    ]);
    const closed = fold(scheduled, at('2026-05-01', 'departure.closed.v1', {}));
    expect(movesOf(closed)).toEqual([]);
    const unlimited = fold(at('2026-05-01', 'departure.scheduled.v1', { ...data, capacity: null }));
    expect(movesOf(unlimited)).toEqual(['departures 2026-05-11 10 1', 'unlimited 2026-05-11 10 1']);
  });

  it('is nothing of a stream whose beginning is missing', () => {
    expect(fold(at('2026-05-10', 'stay.cancelled.v1', {}))).toBeUndefined();
  });
});
