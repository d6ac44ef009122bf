import { describe, expect, it } from 'vitest';
import { emptyContact } from '../../../contracts/events/bookings.ts';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { recorded } from '../../projections/histories.ts';
import type { Sold } from './booking-load.ts';
import { halfDone, lostOf, seatFaults, truthOf } from './what-the-log-says.ts';

// The checks themselves, on logs made by hand: a check that sees no fault anywhere would prove nothing.

const happened = (stream: string, type: string, data: object) => ({
  stream,
  event: {
    id: `${stream} ${type}`,
    type,
    time: '2026-01-01T00:00:00.000Z',
    tenant: 't',
    actor: 'user:u',
    correlationId: 'c',
    causationId: 'c',
    data,
  },
});
const scheduled = happened('departure-d', 'departure.scheduled.v1', { departureId: 'd', capacity: 3 });
const held = (bookingId: string, seats: number) =>
  happened('departure-d', 'departure.seats-held.v1', {
    departureId: 'd',
    bookingId,
    seats,
    expiresAt: '2026-01-01T01:00:00.000Z',
  });
const placed = (bookingId: string, seats: number) =>
  happened(`booking-${bookingId}`, 'booking.placed.v1', {
    bookingId,
    seats,
    departure: { departureId: 'd' },
    unitItems: [],
    contact: emptyContact,
  });
const truth = (...events: Parameters<typeof recorded>[0]) => truthOf(recorded(events) as readonly RecordedEvent[]);
const sold = (status: 'ON_HOLD' | 'CONFIRMED', seats: number): Sold => ({
  id: 'b',
  departureId: 'd',
  acknowledged: { status, seats },
  inDoubt: undefined,
});

describe('the checks after a kill', () => {
  it('find nothing where departure, booking and client agree', () => {
    const whole = truth(scheduled, held('b', 2), placed('b', 2));
    expect([seatFaults(whole), halfDone(whole), lostOf([sold('ON_HOLD', 2)], whole)]).toEqual([[], [], []]);
  });

  it('find seats that no booking stands for, a booking without its seats, and other numbers of them', () => {
    expect(halfDone(truth(scheduled, held('b', 2)))).toEqual(['b']);
    expect(halfDone(truth(scheduled, placed('b', 2)))).toEqual(['b']);
    expect(halfDone(truth(scheduled, held('b', 1), placed('b', 2)))).toEqual(['b']);
  });

  it('find more seats given than there are', () => {
    expect(seatFaults(truth(scheduled, held('a', 2), held('b', 2)))).toEqual([expect.stringContaining('capacity 3')]);
  });

  it('find what was acknowledged and is not there, or not as acknowledged', () => {
    expect(lostOf([sold('ON_HOLD', 2)], truth(scheduled))).toHaveLength(1);
    expect(lostOf([sold('CONFIRMED', 2)], truth(scheduled, held('b', 2), placed('b', 2)))).toHaveLength(1);
    expect(lostOf([sold('ON_HOLD', 3)], truth(scheduled, held('b', 2), placed('b', 2)))).toHaveLength(1);
  });
});
