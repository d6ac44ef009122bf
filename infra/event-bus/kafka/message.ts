import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';

/** Optional parts of an envelope. */
const OPTIONAL = ['commandHash', 'traceparent', 'personal'] as const;
/** Names a watermark: everything of its partition up to this position stands before it. */
const WATERMARK = 'watermark';

/**
 * An event as a message: key = stream, value = data as JSON, headers = envelope. The headers that CloudEvents has are named as
 * in its Kafka binding, binary mode (CloudEvents 1.0.2, Kafka Protocol Binding § 3.2), ours as in the envelope.
 */
export const messageOf = (event: RecordedEvent): Message => {
  const headers: IHeaders = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: '/spirit-tours',
    ce_time: event.time,
    'content-type': 'application/json',
    schemaVersion: event.type.slice(event.type.lastIndexOf('.v') + 2),
    tenant: event.tenant,
    actor: event.actor,
    correlationId: event.correlationId,
    causationId: event.causationId,
    revision: String(event.revision),
    position: String(event.position),
    recordedAt: event.recordedAt,
  };
  for (const name of OPTIONAL) if (event[name] !== undefined) headers[name] = event[name];
  return { key: event.stream, value: JSON.stringify(event.data) ?? 'null', headers };
};

/** A watermark for a partition that had no event of its own at `upTo`. */
export const watermarkOf = (partition: number, upTo: number): Message => ({
  partition,
  key: null,
  value: null,
  headers: { [WATERMARK]: String(upTo) },
});

/** The position that a message stands for: of its event, or of its watermark. @throws Error when it names none. */
export const positionOf = ({ headers }: Pick<KafkaMessage, 'headers'>): number => {
  const name = headers?.[WATERMARK] === undefined ? 'position' : WATERMARK;
  return whole(headers, name);
};

export const isWatermark = ({ headers }: Pick<KafkaMessage, 'headers'>): boolean => headers?.[WATERMARK] !== undefined;

/** The event of a message. @throws Error telling what is missing or not readable. */
export const eventOf = ({ key, value, headers }: Pick<KafkaMessage, 'key' | 'value' | 'headers'>): RecordedEvent => {
  if (key === null) throw new Error('no key, which names the stream');
  if (value === null) throw new Error('no value');
  const event: RecordedEvent = {
    id: text(headers, 'ce_id'),
    type: text(headers, 'ce_type'),
    time: text(headers, 'ce_time'),
    tenant: text(headers, 'tenant'),
    actor: text(headers, 'actor'),
    correlationId: text(headers, 'correlationId'),
    causationId: text(headers, 'causationId'),
    ...optional(headers),
    data: JSON.parse(value.toString('utf8')),
    stream: key.toString('utf8'),
    revision: whole(headers, 'revision'),
    position: whole(headers, 'position'),
    recordedAt: text(headers, 'recordedAt'),
  };
  return event;
};

const optional = (headers: IHeaders | undefined): Pick<RecordedEvent, (typeof OPTIONAL)[number]> => {
  const found: { -readonly [N in (typeof OPTIONAL)[number]]?: string } = {};
  for (const name of OPTIONAL) if (headers?.[name] !== undefined) found[name] = text(headers, name);
  return found;
};

const text = (headers: IHeaders | undefined, name: string): string => {
  const value = headers?.[name];
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  throw new Error(`header ${name} is ${value === undefined ? 'missing' : 'there several times'}`);
};

const whole = (headers: IHeaders | undefined, name: string): number => {
  const given = text(headers, name);
  const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new Error(`header ${name} is not a whole number`);
  return value;
};
