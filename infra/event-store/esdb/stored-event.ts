import { randomUUID } from 'node:crypto';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { EventEnvelope, RecordedEvent } from '../../../contracts/events/envelope.ts';
import { checkSize } from '../check-append.ts';
import { instantText } from '../instant-text.ts';

export type Proposed = InstanceType<typeof streamsPb.BatchAppendReq.ProposedMessage>;
type Record = InstanceType<typeof streamsPb.ReadResp.ReadEvent.RecordedEvent>;

/** An event on its way to the server, and its size in bytes. */
export interface Outgoing {
  readonly message: Proposed;
  readonly bytes: number;
}

/**
 * Data as JSON, the rest of the envelope as JSON in the metadata.
 *
 * The id that the server is told is made anew for each append, and the envelope's is in the metadata: the server answers
 * a repeat of the same ids as if it had just written them, but whether they stood there before, perhaps with another
 * body, is what the caller must know. So only the repeats of one append are repeats to the server.
 * @throws EventTooLargeError
 */
export const toMessage = (event: EventEnvelope): Outgoing => {
  const { id, time, tenant, actor, correlationId, causationId, commandHash, traceparent, personal } = event;
  const data = Buffer.from(JSON.stringify(event.data ?? null));
  const metadata = Buffer.from(
    JSON.stringify({ id, time, tenant, actor, correlationId, causationId, commandHash, traceparent, personal }),
  );
  const bytes = data.length + metadata.length;
  checkSize(event.type, bytes);
  const message = new streamsPb.BatchAppendReq.ProposedMessage()
    .setId(new sharedPb.UUID().setString(randomUUID()))
    .setData(data)
    .setCustomMetadata(metadata);
  message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
  return { message, bytes };
};

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The protocol counts in 100 ns since 1970. */
const TICKS_A_MS = 10_000;
/** Events of the server itself: statistics, metadata of streams, tombstones. They are no events of ours. */
export const isSystem = (type: string, stream: string): boolean => type.startsWith('$') || stream.startsWith('$');

/** An event of the log, or the position alone of one of the server's own. */
export const toRecordedEvent = (record: Record): RecordedEvent | number => {
  const position = Number(record.getCommitPosition());
  const metadata = record.getMetadataMap();
  const type = metadata.get('type') ?? '';
  const stream = textOf(record.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array());
  if (isSystem(type, stream)) return position;
  const recordedAt = instantText(Math.floor(Number(metadata.get('created') ?? 0) / TICKS_A_MS));
  const event = (parsed(textOf(record.getCustomMetadata_asU8())) ?? foreign(record, recordedAt)) as {
    -readonly [K in keyof RecordedEvent]: RecordedEvent[K];
  };
  event.data = parsed(textOf(record.getData_asU8()));
  event.type = type;
  event.stream = stream;
  event.revision = Number(record.getStreamRevision());
  event.position = position;
  event.recordedAt = recordedAt;
  return event;
};

/** What another program wrote into the log has no envelope. */
const foreign = (record: Record, time: string) => {
  const id = record.getId()?.getString() ?? '';
  return { id, time, tenant: '', actor: 'system:unknown', correlationId: id, causationId: id };
};
