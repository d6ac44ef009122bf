import { describe, expect, it } from 'vitest';
import type { BookedDeparture } from '../events/bookings.ts';
import { type Option, option } from '../events/catalogue.ts';
import { cancellableUntil } from './cancellation.ts';

const withCutoff = (amount: number, unit: 'minute' | 'hour' | 'day'): Option =>
  option.parse({
    id: 'o',
    internalName: 'O',
    cancellationCutoff: { amount, unit },
    durationMinutes: 60,
    restrictions: {},
    units: [{ id: 'adult', internalName: 'Adult', type: 'ADULT', restrictions: {} }],
  });

const morning: BookedDeparture = {
  departureId: 'd',
  availabilityId: '2026-07-01T09:00:00+01:00',
  localDate: '2026-07-01',
  localStart: '2026-07-01T09:00:00+01:00',
  localEnd: '2026-07-01T11:00:00+01:00',
  startsAt: '2026-07-01T08:00:00.000Z',
  cutoffAt: '2026-07-01T07:00:00.000Z',
  availabilityType: 'START_TIME',
  openingHours: [],
};

/** The day on which Lisbon goes back to winter time, at 02:00. */
const openDay: BookedDeparture = {
  ...morning,
  localDate: '2026-10-25',
  localStart: '2026-10-25T00:00:00+01:00',
  localEnd: '2026-10-26T00:00:00+00:00',
  startsAt: '2026-10-24T23:00:00.000Z',
  availabilityType: 'OPENING_HOURS',
  openingHours: [
    { from: '14:00', to: '22:00' },
    { from: '07:00', to: '12:30' },
  ],
};

describe('the last instant to cancel', () => {
  it.each([
    [24, 'hour', '2026-06-30T08:00:00.000Z'],
    [1, 'day', '2026-06-30T08:00:00.000Z'],
    [30, 'minute', '2026-07-01T07:30:00.000Z'],
    [0, 'hour', '2026-07-01T08:00:00.000Z'],
  ] as const)('is %i %s before the start', (amount, unit, expected) => {
    expect(cancellableUntil(withCutoff(amount, unit), morning)).toBe(expected);
  });

  it('counts from the last closing time where there are opening hours, in the offset after the clocks changed', () => {
    expect(cancellableUntil(withCutoff(1, 'hour'), openDay)).toBe('2026-10-25T21:00:00.000Z');
  });

  it('takes 24:00 as the end of the day', () => {
    const allDay = { ...openDay, openingHours: [{ from: '00:00', to: '24:00' }] };
    expect(cancellableUntil(withCutoff(0, 'hour'), allDay)).toBe('2026-10-26T00:00:00.000Z');
  });

  it('is never, without a departure', () => {
    expect(cancellableUntil(withCutoff(1, 'day'), null)).toBeNull();
  });
});
