import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { deterministicId } from '../../../contracts/ids.ts';
import { logFaults } from './invariants.ts';

const TENANT = 't';
const NOBODY = { bookings: new Map(), departures: new Map() };

const event = (stream: string, revision: number, type: string, id: string, key = 'k'): RecordedEvent => ({
  id,
  type,
  stream,
  revision,
  position: revision,
  time: '2026-01-01T00:00:00.000Z',
  recordedAt: '2026-01-01T00:00:00.000Z',
  tenant: TENANT,
  actor: 'user:u',
  correlationId: 'c',
  causationId: deterministicId(TENANT, key),
  data: {},
});
const placed = event('booking-b', 0, 'booking.placed.v1', 'e1');
const confirmed = event('booking-b', 1, 'booking.confirmed.v1', 'e2', 'k2');
const acknowledged = {
  ledger: new Map(),
  done: [
    { id: 'b', step: 'place', key: 'k' },
    { id: 'b', step: 'update', key: 'nothing to change' },
    { id: 'b', step: 'confirm', key: 'k2' },
  ],
} as const;
const faults = (...log: readonly RecordedEvent[]) => logFaults(log, NOBODY, acknowledged, TENANT);

describe('what the log must hold', () => {
  it('is each acknowledged command once; an update may have found nothing to change', () => {
    expect(faults(placed, confirmed)).toEqual([]);
  });

  it('tells a command that was acknowledged and is not there', () => {
    expect(faults(placed)).toEqual([
      expect.stringMatching(/^booking-b booking\.confirmed\.v1 by .*: 0 times in the log$/),
    ]);
  });

  it('tells a command that is there twice', () => {
    const again = event('booking-b', 2, 'booking.confirmed.v1', 'e3', 'k2');
    expect(faults(placed, confirmed, again)).toEqual([expect.stringContaining('2 times in the log')]);
  });

  it('tells an event that is there twice, a gap and a repeated revision', () => {
    const other = (revision: number, id: string) => event('departure-d', revision, 'departure.seats-held.v1', id);
    expect(faults(placed, confirmed, other(0, 'e3'), other(1, 'e3'))).toEqual([
      expect.stringContaining('e3 is there twice'),
    ]);
    expect(faults(placed, confirmed, other(1, 'e3'))).toEqual(['departure-d: revision 1 where 0 is due']);
    expect(faults(placed, confirmed, other(0, 'e3'), other(0, 'e4'))).toEqual([
      'departure-d: revision 0 where 1 is due',
    ]);
  });
});
