import type { EventEnvelope, RecordedEvent } from '../../../contracts/events/envelope.ts';
import { checkSize } from '../check-append.ts';
import { MAX_EVENT_BYTES } from '../event-store.ts';
import { instantText } from '../instant-text.ts';

/** A row of the log as the reader selects it. */
export type EventRow = [
  position: number,
  revision: number,
  recordedAt: number,
  type: string,
  stream: string,
  json: string,
];

export const EVENT_COLUMNS = 'position, revision, recorded_at, type, stream, json';

/** How the JSON of an event with this id begins. */
export const jsonPrefix = (id: string): string => `{"id":${JSON.stringify(id)},`;

/**
 * The JSON that is stored: the envelope without its type, which has a column. Only what the envelope knows, in a fixed
 * order, so that events that are read share one shape.
 * @throws EventTooLargeError when it is over MAX_EVENT_BYTES in UTF-8.
 */
export const toJson = (event: EventEnvelope): string => {
  const { id, time, tenant, actor, correlationId, causationId, commandHash, traceparent, personal, data } = event;
  const json = JSON.stringify({
    id,
    time,
    tenant,
    actor,
    correlationId,
    causationId,
    commandHash,
    traceparent,
    personal,
    data,
  });
  // One UTF-16 unit is at most 3 bytes of UTF-8: small events need no count.
  if (json.length * 3 > MAX_EVENT_BYTES) checkSize(event.type, Buffer.byteLength(json));
  return json;
};

/** The recorded event of a row. */
export const toRecordedEvent = (row: EventRow): RecordedEvent => {
  const event = JSON.parse(row[5]);
  event.type = row[3];
  event.stream = row[4];
  event.revision = row[1];
  event.position = row[0];
  event.recordedAt = instantText(row[2]);
  return event;
};
