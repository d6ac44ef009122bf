import { describe, expect, it } from 'vitest';
import { slotOf } from './slot.ts';

describe('a slot', () => {
  it.each([
    ['2026-11-30T23:59:59.999Z', 24, '2026-11-30', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T00:00:00.000Z', 24, '2026-12-01', '2026-12-02T00:00:00.000Z'],
    ['2026-11-30T11:10:00.000Z', 6, '2026-11-30T06', '2026-11-30T12:00:00.000Z'],
    ['2026-11-30T11:10:00.000Z', 1, '2026-11-30T11', '2026-11-30T12:00:00.000Z'],
  ])('of %s, every %i hours, is %s', (now, everyHours, name, nextAt) => {
    expect(slotOf(now, everyHours)).toEqual({ name, nextAt });
  });
});
