import type { KafkaMessage, Message } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import { eventOf, isWatermark, messageOf, positionOf, watermarkOf } from './message.ts';

const event: RecordedEvent = {
  id: '0b0b2a0e-6a5e-5d0c-9a55-0a6c1f6f7a11',
  type: 'booking.placed.v12',
  time: '2026-03-01T09:30:00.000Z',
  tenant: 'andes-tours',
  actor: 'user:ana',
  correlationId: 'correlation',
  causationId: 'command',
  data: { pax: 2, name: 'Łódź ✈', nothing: null, list: [1, 'two'] },
  stream: 'booking-7f',
  revision: 3,
  position: 9_007_199_254_740_991,
  recordedAt: '2026-03-01T09:30:00.001Z',
};
const optional = { commandHash: 'hash', traceparent: '00-4bf9-00f0-01', personal: 'key.sealed' };

/** A message as it comes back from Kafka: everything is bytes. */
const arrived = ({ key, value, headers }: Message): KafkaMessage => {
  const bytes = (text: Buffer | string | null | undefined) => (text == null ? null : Buffer.from(text));
  return {
    key: bytes(key),
    value: bytes(value),
    headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, Buffer.from(String(text))])),
    timestamp: '0',
    attributes: 0,
    offset: '0',
  };
};

describe('an event as a message of Kafka', () => {
  it.each([
    ['with everything', { ...event, ...optional }],
    ['without what is optional', event],
    ['with data that is null', { ...event, data: null }],
    ['with data that is a text', { ...event, data: 'text' }],
  ])('comes back as it was, %s', (_, given) => {
    expect(eventOf(arrived(messageOf(given)))).toEqual(given);
    expect(positionOf(arrived(messageOf(given)))).toBe(given.position);
  });

  it('tells the version of its schema', () => {
    expect(messageOf(event).headers?.schemaVersion).toBe('12');
  });

  it.each(['ce_id', 'ce_type', 'ce_time', 'tenant', 'actor', 'correlationId', 'causationId', 'revision', 'recordedAt'])(
    'can not be read without %s',
    (name) => {
      const message = messageOf(event);
      delete message.headers?.[name];
      expect(() => eventOf(arrived(message))).toThrow(`header ${name} is missing`);
    },
  );

  it.each([
    ['no key', { key: null }, 'no key'],
    ['no value', { value: null }, 'no value'],
    ['half a value', { value: '{"pax":' }, 'JSON'],
    [
      'a revision that is none',
      { headers: { ...messageOf(event).headers, revision: '-1' } },
      'revision is not a whole number',
    ],
  ])('can not be read with %s', (_, change, why) => {
    expect(() => eventOf(arrived({ ...messageOf(event), ...change }))).toThrow(why);
  });

  it.each(['', 'x', '-1', '1.5', '9007199254740993'])('has no position "%s"', (position) => {
    expect(() => positionOf(arrived({ value: null, headers: { position } }))).toThrow(
      'header position is not a whole number',
    );
  });

  it('is not a watermark, which only tells a position to one partition', () => {
    const watermark = watermarkOf(4, 17);
    expect(watermark.partition).toBe(4);
    expect(isWatermark(arrived(watermark))).toBe(true);
    expect(positionOf(arrived(watermark))).toBe(17);
    expect(isWatermark(arrived(messageOf(event)))).toBe(false);
  });
});
