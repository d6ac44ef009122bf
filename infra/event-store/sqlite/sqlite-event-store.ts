import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { EventEnvelope, RecordedEvent } from '../../../contracts/events/envelope.ts';
import { checkAppend } from '../check-append.ts';
import {
  type AppendResult,
  type EventStore,
  EventStoreUnavailableError,
  type ExpectedRevision,
  type ReadAllOptions,
  type ReadStreamOptions,
  type SubscribeAllOptions,
  type Subscription,
} from '../event-store.ts';
import { WakeSignal } from '../wake-signal.ts';
import { EventLogReader } from './event-log-reader.ts';
import { followLog } from './follow-log.ts';
import { toJson } from './stored-event.ts';
import { spawnWriter, type WriteQueueLimits, WriterThread } from './writer-thread.ts';

const READ_BATCH = 1_000;
/** How soon appends of another process on the same file are noticed. Ours are at once. */
const POLL_MS = 100;

export interface SqliteEventStoreOptions {
  readonly dataDir: string;
  /** Largest size of the file; beyond it writes are refused as on a full disk. Default: no limit. */
  readonly maxBytes?: number;
  /** Default: 20,000 appends or 64 Mi characters of JSON. */
  readonly writeQueue?: WriteQueueLimits;
  /** Starts the writer thread; for tests that kill it. */
  readonly spawn?: () => Worker;
}

/** Opens the embedded event store. @throws Error when the file can't be opened. */
export const openSqliteEventStore = async (options: SqliteEventStoreOptions): Promise<EventStore> => {
  const { dataDir, maxBytes } = options;
  const limits = options.writeQueue ?? { maxPendingAppends: 20_000, maxPendingCharacters: 64 * 1024 * 1024 };
  const spawn = options.spawn ?? (() => spawnWriter({ dataDir, maxBytes }));
  let head = 0;
  const news = new WakeSignal();
  const reached = (position: number): void => {
    if (position <= head) return;
    head = position;
    news.wake();
  };
  const writer = await WriterThread.start(limits, spawn, reached);
  return new SqliteEventStore(writer, new EventLogReader(dataDir), { head: () => head, news, reached });
};

interface HeadOfLog {
  head(): number;
  reached(position: number): void;
  readonly news: WakeSignal;
}

/** The embedded adapter: one SQLite file, one writer thread, a reading connection on the caller's thread. */
class SqliteEventStore implements EventStore {
  readonly #writer: WriterThread;
  readonly #reader: EventLogReader;
  readonly #log: HeadOfLog;
  readonly #poll: NodeJS.Timeout;
  readonly #subscriptions = new Set<Subscription>();
  #closed: Promise<void> | undefined;

  constructor(writer: WriterThread, reader: EventLogReader, log: HeadOfLog) {
    this.#writer = writer;
    this.#reader = reader;
    this.#log = log;
    this.#poll = setInterval(() => this.#lookForOthers(), POLL_MS).unref();
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly EventEnvelope[]): Promise<AppendResult> {
    this.#mustBeOpen();
    checkAppend(stream, expected, events);
    let characters = 0;
    const ids: string[] = [];
    const types: string[] = [];
    const jsons: string[] = [];
    for (const event of events) {
      const json = toJson(event);
      characters += json.length;
      ids.push(event.id);
      types.push(event.type);
      jsons.push(json);
    }
    return this.#writer.append([0, stream, expected, ids, types, jsons], characters);
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { direction = 'forward', limit = Number.POSITIVE_INFINITY } = options;
    const step = direction === 'forward' ? 1 : -1;
    let from = options.from;
    let left = limit;
    while (left > 0) {
      this.#mustBeOpen();
      const batch = this.#reader.stream(stream, direction, from, Math.min(READ_BATCH, left));
      const last = batch.at(-1);
      if (last === undefined) return;
      yield batch;
      left -= batch.length;
      from = last.revision + step;
      if (from < 0) return;
      await nextTurn();
    }
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { filter, limit = Number.POSITIVE_INFINITY } = options;
    this.#mustBeOpen();
    const end = this.#reader.head();
    let after = options.after ?? 0;
    let left = limit;
    while (left > 0 && after < end) {
      this.#mustBeOpen();
      const { events, upTo } = this.#reader.all(after, end, filter, Math.min(READ_BATCH, left));
      if (events.length > 0) yield events;
      left -= events.length;
      after = upTo;
      await nextTurn();
    }
  }

  subscribeAll(options: SubscribeAllOptions): Subscription {
    this.#mustBeOpen();
    const { head, news } = this.#log;
    const subscription = followLog(
      {
        head,
        news,
        read: (after, end, filter, limit) => this.#reader.all(after, end, filter, Math.min(limit, READ_BATCH)),
      },
      options,
    );
    this.#subscriptions.add(subscription);
    const forget = (): boolean => this.#subscriptions.delete(subscription);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  async headPosition(): Promise<number> {
    this.#mustBeOpen();
    return this.#log.head();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#poll);
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    this.#reader.close();
    await this.#writer.close();
  }

  #lookForOthers(): void {
    try {
      this.#log.reached(this.#reader.head());
    } catch {
      // A timer has nobody to tell; the next read meets the same error and tells its caller.
    }
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new EventStoreUnavailableError('the event store is closed');
  }
}
