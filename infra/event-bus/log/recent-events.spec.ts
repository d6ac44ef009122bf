import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { RecentEvents } from './recent-events.ts';

const at = (position: number, data: unknown = {}): RecordedEvent => ({
  id: `id-${position}`,
  type: 'booking.placed.v1',
  time: '2026-03-01T09:30:00.000Z',
  tenant: 'andes-tours',
  actor: 'system:test',
  correlationId: 'c',
  causationId: 'c',
  data,
  stream: 'booking-1',
  revision: position - 1,
  position,
  recordedAt: '2026-03-01T09:30:00.000Z',
});
const given = (recent: RecentEvents, ...positions: number[]): RecentEvents => {
  for (const position of positions) recent.add(at(position));
  return recent;
};
const remembered = (recent: RecentEvents, last: number): number[] =>
  Array.from({ length: last }, (_, i) => i + 1).filter((position) => recent.at(position)?.position === position);

describe('recent events', () => {
  it('remembers a run of positions and nothing outside it', () => {
    expect(remembered(given(new RecentEvents(10, 1e6), 3, 4, 5), 20)).toEqual([3, 4, 5]);
    expect(remembered(new RecentEvents(10, 1e6), 20)).toEqual([]);
  });

  it('forgets the oldest beyond its number', () => {
    expect(remembered(given(new RecentEvents(3, 1e6), 1, 2, 3, 4, 5), 20)).toEqual([3, 4, 5]);
  });

  it('begins anew behind a gap, also with a slot that the old run had used', () => {
    expect(remembered(given(new RecentEvents(4, 1e6), 1, 2, 3, 7, 8), 20)).toEqual([7, 8]);
  });

  it('takes no event twice', () => {
    expect(remembered(given(new RecentEvents(4, 1e6), 5, 6, 5, 6, 3, 7), 20)).toEqual([5, 6, 7]);
  });

  it('stays within its bytes, so that a few large events push the others out', () => {
    const recent = given(new RecentEvents(10, 100_000), 1, 2, 3);
    recent.add(at(4, { text: 'x'.repeat(99_400) }));
    expect(remembered(recent, 20)).toEqual([4]);
    recent.add(at(5, { text: 'x'.repeat(200_000) }));
    expect(remembered(recent, 20)).toEqual([]);
    expect(remembered(given(recent, 6), 20)).toEqual([6]);
  });

  it('freezes events all through', () => {
    const event = at(1, { names: ['Ana'], price: { amount: 1 } });
    new RecentEvents(4, 1e6).add(event);
    const data = event.data as { names: string[]; price: { amount: number } };
    for (const part of [event, data, data.names, data.price]) expect(Object.isFrozen(part)).toBe(true);
  });
});
