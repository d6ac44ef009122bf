import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { revisionText, streamDeleted, streamOf } from './appends.ts';
import type { EventLog } from './event-log.ts';
import { type Filter, filterOf } from './filter.ts';
import type { StoredEvent } from './log-file.ts';
import { uuidFrom } from './uuids.ts';

const { ReadReq, ReadResp } = streamsPb;

type Answer = InstanceType<typeof ReadResp>;
type Call = ServerWritableStream<InstanceType<typeof ReadReq>, Answer>;
type Options = InstanceType<typeof ReadReq.Options>;

const PAGE = 128;

/** Where a read stands: `next` gives what comes then, in order, and moves on. */
interface Cursor {
  next(limit: number): StoredEvent[];
}

/** Reads and subscriptions: one method of the protocol. */
export const read =
  (log: EventLog) =>
  async (call: Call): Promise<void> => {
    call.on('error', () => undefined);
    const options = call.request.getOptions();
    if (options === undefined) return void call.emit('error', { code: status.INVALID_ARGUMENT, details: 'no options' });
    try {
      const stream = streamOf(options.getStream());
      if (stream !== '' && log.readable(stream) === 'tombstoned') return void call.emit('error', streamDeleted(stream));
      if (options.hasSubscription()) await subscribe(log, call, options);
      else await readOnce(log, call, options);
      call.end();
    } catch (error) {
      if (!call.cancelled) call.emit('error', { code: status.UNKNOWN, details: String(error) });
    }
  };

const readOnce = async (log: EventLog, call: Call, options: Options): Promise<void> => {
  const stream = streamOf(options.getStream());
  if (stream !== '' && log.readable(stream) === undefined) {
    const identifier = new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream));
    return send(call, new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifier)));
  }
  const backwards = options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;
  const cursor =
    stream === '' ? allCursor(log, options, backwards, false) : streamCursor(log, options, backwards, false);
  const filter = filterOf(options.getFilter());
  const asText = options.getUuidOption()?.hasString() ?? true;
  let left = Number(options.getCount());
  while (left > 0 && !call.cancelled) {
    const page = cursor.next(filter === undefined ? Math.min(PAGE, left) : PAGE);
    if (page.length === 0) return;
    for (const event of page) {
      if (filter !== undefined && !filter.passes(event)) continue;
      await send(call, eventAnswer(event, asText));
      if (--left === 0) return;
    }
  }
};

/** What stands there, the note that this was all, then what comes. */
const subscribe = async (log: EventLog, call: Call, options: Options): Promise<void> => {
  const filter: Filter | undefined = filterOf(options.getFilter());
  const asText = options.getUuidOption()?.hasString() ?? true;
  const cursor = options.hasAll() ? allCursor(log, options, false, true) : streamCursor(log, options, false, true);
  await send(
    call,
    new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID())),
  );
  const cancelled = new Promise<void>((resolve) => call.on('cancelled', resolve));
  const checkpoint = (position: number) => {
    const at = String(position);
    return send(
      call,
      new ReadResp().setCheckpoint(new ReadResp.Checkpoint().setCommitPosition(at).setPreparePosition(at)),
    );
  };
  let caughtUp = false;
  let looked = 0;
  while (!call.cancelled) {
    const news = log.news.wait();
    const page = cursor.next(filter === undefined || caughtUp ? PAGE : filter.window);
    const [first] = page;
    if (first === undefined) {
      if (!caughtUp) await send(call, new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
      caughtUp = true;
      await Promise.race([news, cancelled]);
      continue;
    }
    let passed = first.position;
    for (const event of page) {
      if (call.cancelled) return;
      looked++;
      if (filter === undefined || filter.passes(event)) {
        await send(call, eventAnswer(event, asText));
        passed = event.position;
      }
      if (filter === undefined || !caughtUp || looked < filter.checkpointEvery) continue;
      looked = 0;
      await checkpoint(event.position);
    }
    // As the real server does while it catches up: it looks by pages, tells the last position in one that it sent or, for
    // want of any, where the page began; and tells none at the end of the log.
    if (filter === undefined || caughtUp || page.at(-1)?.position === log.head) continue;
    if (looked < filter.checkpointEvery) continue;
    looked %= filter.checkpointEvery;
    await checkpoint(passed);
  }
};

const streamCursor = (log: EventLog, options: Options, backwards: boolean, exclusive: boolean): Cursor => {
  const from = options.getStream();
  const name = streamOf(from);
  const range = log.readable(name);
  const last = typeof range === 'object' ? range.to : -1;
  let at = from?.hasRevision() ? Number(from.getRevision()) + (exclusive ? 1 : 0) : 0;
  if (from?.hasEnd()) at = exclusive ? last + 1 : last;
  return {
    next: (limit) => {
      const now = log.readable(name);
      if (typeof now !== 'object') return [];
      const page = backwards
        ? log.readStream({ ...now, to: Math.min(now.to, at) }, true, limit)
        : log.readStream({ ...now, from: Math.max(now.from, at) }, false, limit);
      const end = page.at(-1);
      if (end !== undefined) at = end.revision + (backwards ? -1 : 1);
      return page;
    },
  };
};

const allCursor = (log: EventLog, options: Options, backwards: boolean, exclusive: boolean): Cursor => {
  const from = options.getAll();
  const position = from?.getPosition();
  let at = position === undefined ? 0 : Number(position.getCommitPosition()) + (exclusive ? 1 : 0);
  if (from?.hasEnd()) at = log.head + 1;
  return {
    next: (limit) => {
      const page = log.readAll(at, backwards, limit);
      const end = page.at(-1);
      if (end !== undefined) at = end.position + (backwards ? 0 : 1);
      return page;
    },
  };
};

const send = async (call: Call, answer: Answer): Promise<void> => {
  if (call.cancelled || call.write(answer)) return;
  const stop = new AbortController();
  const cancelled = (): void => stop.abort();
  call.once('cancelled', cancelled);
  await once(call, 'drain', { signal: stop.signal }).catch(() => undefined);
  call.off('cancelled', cancelled);
};

/** .NET counts in 100 ns; the protocol since 1970. */
const TICKS_A_MS = 10_000;

const eventAnswer = (event: StoredEvent, asText: boolean): Answer => {
  const record = new ReadResp.ReadEvent.RecordedEvent();
  const position = String(event.position);
  record
    .setId(uuidFrom(event.id, asText))
    .setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(Buffer.from(event.stream)))
    .setStreamRevision(
      event.type === '$streamDeleted' ? revisionText(Number.POSITIVE_INFINITY) : String(event.revision),
    )
    .setPreparePosition(position)
    .setCommitPosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  record
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', String(event.created * TICKS_A_MS));
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(record).setCommitPosition(position));
};
