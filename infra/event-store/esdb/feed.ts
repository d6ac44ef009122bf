import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { EventFilter } from '../event-store.ts';
import type { Connection, ReadCall } from './connection.ts';
import { Inbox } from './inbox.ts';
import { isFiltered, passes, subscribeRequest } from './read-requests.ts';
import { toRecordedEvent } from './stored-event.ts';

export interface Batch {
  readonly events: readonly RecordedEvent[];
  /** The position reached, also past events that were left out. */
  readonly upTo: number;
  /** What stood in the log when the feed began has been told. */
  readonly caughtUp: boolean;
}

export interface FeedOptions {
  readonly after: number;
  readonly filter?: EventFilter | undefined;
  readonly batchSize: number;
  /** Longest silence before everything is told. Afterwards the connection's own keepalive notices a dead server. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Position of the last event of the log. */
  readonly head: () => Promise<number>;
}

/** A batch ends when its data has this many bytes, so that large events don't fill the memory. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Events that the server looks at between two checkpoints: many while it catches up; then each, so that we keep up. */
const WINDOW = 500;

/**
 * Follows the log over one call after the other until the signal: what stands there in whole batches, then what comes, at
 * once. Ends with the call; whoever follows begins another at the position reached.
 * @throws what broke the call.
 */
export async function* feed(connection: Connection, options: FeedOptions): AsyncGenerator<Batch> {
  let { after } = options;
  if (isFiltered(options.filter)) {
    for await (const batch of oneCall(connection, options, after, WINDOW)) {
      after = batch.upTo;
      yield batch;
      if (batch.caughtUp) break;
    }
  }
  yield* oneCall(connection, options, after, 1);
}

async function* oneCall(
  connection: Connection,
  { filter, batchSize, patienceMs, signal, head }: FeedOptions,
  after: number,
  window: number,
): AsyncGenerator<Batch> {
  if (signal.aborted) return;
  // The server tells no position where it ends to catch up; what stood there before it began has been looked at then.
  const least = isFiltered(filter) ? await head() : 0;
  const call = await connection.read(subscribeRequest(after, filter, window));
  const cancel = (): void => call.cancel();
  signal.addEventListener('abort', cancel);
  try {
    yield* batchesOf(call, filter, batchSize, patienceMs, after, least);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}

async function* batchesOf(
  call: ReadCall,
  filter: EventFilter | undefined,
  batchSize: number,
  patienceMs: number,
  after: number,
  least: number,
): AsyncGenerator<Batch> {
  const inbox = new Inbox(call, batchSize, BATCH_BYTES);
  let events: RecordedEvent[] = [];
  let bytes = 0;
  let told = after;
  let upTo = after;
  let caughtUp = false;
  const batch = (): Batch => {
    const full = { events, upTo, caughtUp };
    events = [];
    bytes = 0;
    told = upTo;
    return full;
  };
  for (;;) {
    const answer = inbox.take();
    if (answer === undefined) {
      if (caughtUp && upTo > told) yield batch();
      else if (!(await inbox.more(caughtUp ? undefined : patienceMs))) return;
      continue;
    }
    const record = answer.getEvent()?.getEvent();
    if (record !== undefined) {
      const event = toRecordedEvent(record);
      upTo = typeof event === 'number' ? event : event.position;
      if (typeof event !== 'number' && passes(filter, event)) {
        events.push(event);
        bytes += record.getData_asU8().length;
      }
      if (events.length >= batchSize || bytes >= BATCH_BYTES) yield batch();
    } else if (answer.hasCheckpoint()) {
      upTo = Math.max(upTo, Number(answer.getCheckpoint()?.getCommitPosition()));
      if (!caughtUp && events.length === 0) yield batch();
    } else if (answer.hasCaughtUp()) {
      caughtUp = true;
      upTo = Math.max(upTo, least);
      yield batch();
    }
  }
}
