import { describe, expect, it } from 'vitest';
import type { DepartureView } from '../views/departure.ts';
import { bestStatus, statusOf } from './departure-status.ts';

const open = { closedReason: null, cutoffAt: '2026-07-01T06:00:00.000Z', capacity: 10, vacancies: 10 };
const at = (over: Partial<DepartureView>, now = '2026-07-01T05:59:59.999Z') =>
  statusOf({ ...open, ...over } as DepartureView, now);

describe('the status of a departure', () => {
  it.each([
    [{}, 'AVAILABLE'],
    [{ vacancies: 5 }, 'AVAILABLE'],
    [{ vacancies: 4 }, 'LIMITED'],
    [{ vacancies: 0 }, 'SOLD_OUT'],
    [{ capacity: 0, vacancies: 0 }, 'SOLD_OUT'],
    [{ capacity: null, vacancies: null }, 'FREESALE'],
    [{ closedReason: 'storm' }, 'CLOSED'],
    [{ closedReason: 'storm', vacancies: 0 }, 'CLOSED'],
  ] as const)('with %o is %s', (over, status) => {
    expect(at(over)).toBe(status);
  });

  it('is closed from its cut-off on', () => {
    expect(at({}, '2026-07-01T06:00:00.000Z')).toBe('CLOSED');
    expect(at({ cutoffAt: '2026-07-01T06:00:00Z' }, '2026-07-01T06:00:00.001Z')).toBe('CLOSED');
  });

  it('of a day is the best of its departures', () => {
    expect(bestStatus(['CLOSED', 'LIMITED', 'SOLD_OUT'])).toBe('LIMITED');
    expect(bestStatus([])).toBe('CLOSED');
  });
});
