import type { KafkaMessage, Message } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { chunksOf } from './chunks.ts';
import { messageOf, watermarkOf } from './message.ts';

const anEvent = (position: number): Message =>
  messageOf({
    id: `id-${position}`,
    type: 'booking.placed.v1',
    time: '2026-03-01T09:30:00.000Z',
    tenant: 'andes-tours',
    actor: 'system:test',
    correlationId: 'c',
    causationId: 'c',
    data: {},
    stream: 'booking-1',
    revision: position - 1,
    position,
    recordedAt: '2026-03-01T09:30:00.000Z',
  });
const bad: Message = { key: 'booking-1', value: '{}' };

/** Messages as a partition holds them, from offset 100. */
const partition = (...messages: readonly Message[]): KafkaMessage[] =>
  messages.map(({ key, value, headers }, index) => ({
    key: key == null ? null : Buffer.from(key),
    value: value == null ? null : Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, Buffer.from(String(text))])),
    timestamp: '0',
    attributes: 0,
    offset: String(100 + index),
  }));

const read = (messages: KafkaMessage[], options: Parameters<typeof chunksOf>[1]) =>
  [...chunksOf(messages, options)].map(({ events, upTo, bad: unreadable, lastOffset }) => ({
    positions: events.map(({ position }) => position),
    upTo,
    lastOffset,
    bad: unreadable.map(({ reason }) => reason),
  }));

describe('messages of a partition in chunks', () => {
  it('are cut by the number of events; watermarks do not count', () => {
    const messages = partition(anEvent(1), watermarkOf(0, 2), anEvent(3), anEvent(4), watermarkOf(0, 9));
    expect(read(messages, { after: 0, size: 2 })).toEqual([
      { positions: [1, 3], upTo: 3, lastOffset: '102', bad: [] },
      { positions: [4], upTo: 9, lastOffset: '104', bad: [] },
    ]);
  });

  it('leave out what was reached, and what comes a second time', () => {
    const messages = partition(
      anEvent(4),
      anEvent(5),
      anEvent(7),
      anEvent(5),
      watermarkOf(0, 6),
      anEvent(7),
      anEvent(8),
    );
    expect(read(messages, { after: 4, size: 10 })).toEqual([
      { positions: [5, 7, 8], upTo: 8, lastOffset: '106', bad: [] },
    ]);
  });

  it('never go back with a watermark that came late', () => {
    expect(read(partition(watermarkOf(0, 3)), { after: 5, size: 10 })).toEqual([
      { positions: [], upTo: 5, lastOffset: '100', bad: [] },
    ]);
  });

  it('end the first chunk where the one that failed ended, though more has come since', () => {
    const messages = partition(anEvent(1), anEvent(2), anEvent(3), anEvent(4));
    expect(read(messages, { after: 0, size: 10, through: '101' })).toEqual([
      { positions: [1, 2], upTo: 2, lastOffset: '101', bad: [] },
      { positions: [3, 4], upTo: 4, lastOffset: '103', bad: [] },
    ]);
  });

  it('put what can not be read aside, and go on', () => {
    const halfWritten = { ...anEvent(2), value: '{"half' };
    const [chunk, ...others] = read(partition(anEvent(1), bad, halfWritten, anEvent(3)), { after: 0, size: 10 });
    expect(others).toEqual([]);
    expect(chunk).toMatchObject({ positions: [1, 3], upTo: 3, lastOffset: '103' });
    expect(chunk?.bad).toEqual(['header position is missing', expect.stringContaining('JSON')]);
  });

  it('are none where there is nothing', () => {
    expect(read([], { after: 0, size: 10 })).toEqual([]);
  });
});
