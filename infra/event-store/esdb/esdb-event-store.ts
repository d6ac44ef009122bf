import { setMaxListeners } from 'node:events';
import type { EventEnvelope, RecordedEvent } from '../../../contracts/events/envelope.ts';
import { retryPauseMs } from '../../retry-pause.ts';
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
import { BatchAppender } from './batch-appender.ts';
import { type Connection, openConnection } from './connection.ts';
import { isFinal } from './failures.ts';
import { feed } from './feed.ts';
import { followLog } from './follow-log.ts';
import { KnownStreams } from './known-streams.ts';
import { toMessage } from './stored-event.ts';
import { StreamAppender } from './stream-appender.ts';
import { StreamReader } from './stream-reader.ts';

export interface EsdbEventStoreOptions {
  /** `esdb://host:port?tls=false`, or `esdb+discover://…`; as the client's connection strings. */
  readonly url: string;
  /** How long an append, a page of a read, or a silence while catching up is waited for. Default 5 s. */
  readonly timeoutMs?: number;
  /** How long an append is tried again while the server is away. Default 10 s. */
  readonly retryMs?: number;
}

const READ_BATCH = 1_000;
const MAX_PENDING_APPENDS = 20_000;
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** Opens the adapter of EventStoreDB; the server may be away yet. @throws Error when the URL is malformed. */
export const openEsdbEventStore = async (options: EsdbEventStoreOptions): Promise<EventStore> =>
  new EsdbEventStore(openConnection(options.url), options.timeoutMs ?? 5_000, options.retryMs ?? 10_000);

class EsdbEventStore implements EventStore {
  readonly #connection: Connection;
  readonly #reader: StreamReader;
  readonly #appender: StreamAppender;
  readonly #known = new KnownStreams();
  readonly #timeoutMs: number;
  readonly #retryMs: number;
  readonly #closing = new AbortController();
  readonly #subscriptions = new Set<Subscription>();
  readonly #appends = new Set<Promise<unknown>>();
  #pendingBytes = 0;
  #closed: Promise<void> | undefined;

  constructor(connection: Connection, timeoutMs: number, retryMs: number) {
    const { signal } = this.#closing;
    setMaxListeners(0, signal); // every call that waits to be tried again listens
    this.#connection = connection;
    this.#timeoutMs = timeoutMs;
    this.#retryMs = retryMs;
    this.#reader = new StreamReader(connection, timeoutMs, signal);
    const server = new BatchAppender(connection.batchAppend, timeoutMs);
    this.#appender = new StreamAppender(server, this.#reader, this.#known, signal);
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly EventEnvelope[]): Promise<AppendResult> {
    this.#mustBeOpen();
    checkAppend(stream, expected, events);
    const outgoing = events.map(toMessage);
    const bytes = outgoing.reduce((sum, event) => sum + event.bytes, 0);
    if (this.#appends.size >= MAX_PENDING_APPENDS || this.#pendingBytes + bytes > MAX_PENDING_BYTES) {
      throw new EventStoreUnavailableError(`the write queue is full: ${this.#appends.size} are waiting`);
    }
    const ids = events.map(({ id }) => id);
    const until = performance.now() + this.#retryMs;
    const appending = this.#appender.append({ stream, expected, ids, events: outgoing, until });
    this.#pendingBytes += bytes;
    this.#appends.add(appending);
    try {
      return await appending;
    } finally {
      this.#pendingBytes -= bytes;
      this.#appends.delete(appending);
    }
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { direction = 'forward', limit = Number.POSITIVE_INFINITY } = options;
    let from = options.from ?? (direction === 'forward' ? 0 : undefined);
    this.#mustBeOpen();
    for await (const events of this.#reader.pages(stream, direction, from, limit)) {
      if (direction === 'forward') {
        this.#known.learn(stream, from ?? 0, events);
        from = (events.at(-1)?.revision ?? 0) + 1;
      }
      yield events;
      this.#mustBeOpen();
    }
  }

  async *readAll(options: ReadAllOptions = {}): AsyncIterable<readonly RecordedEvent[]> {
    const { filter } = options;
    let after = options.after ?? 0;
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const end = await this.headPosition();
    let failures = 0;
    let giveUpAt = Number.POSITIVE_INFINITY;
    while (left > 0 && after < end) {
      try {
        for await (const { events, upTo, caughtUp } of this.#feed(after, filter, Math.min(READ_BATCH, left), end)) {
          const wanted = upTo > end ? events.filter(({ position }) => position <= end) : events;
          const batch = wanted.length > left ? wanted.slice(0, left) : wanted;
          if (batch.length > 0) yield batch;
          this.#mustBeOpen();
          left -= batch.length;
          after = caughtUp ? Math.max(upTo, end) : upTo;
          failures = 0;
          giveUpAt = Number.POSITIVE_INFINITY;
          if (left <= 0 || after >= end) return;
        }
      } catch (error) {
        giveUpAt = Math.min(giveUpAt, performance.now() + this.#retryMs);
        if (isFinal(error) || this.#closed !== undefined || performance.now() > giveUpAt) {
          throw new EventStoreUnavailableError('read of the log', { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, retryPauseMs(failures++)));
      }
    }
  }

  subscribeAll(options: SubscribeAllOptions): Subscription {
    this.#mustBeOpen();
    const { filter, batchSize = READ_BATCH } = options;
    const subscription = followLog(options, (after, signal) => this.#feed(after, filter, batchSize, undefined, signal));
    this.#subscriptions.add(subscription);
    const forget = (): boolean => this.#subscriptions.delete(subscription);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  async headPosition(): Promise<number> {
    this.#mustBeOpen();
    return this.#reader.head();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    // What was sent is waited for, but not sent again.
    this.#closing.abort();
    await Promise.allSettled([...this.#appends]);
    await this.#connection.close();
  }

  #feed(
    after: number,
    filter: ReadAllOptions['filter'],
    batchSize: number,
    knownHead?: number,
    signal = this.#closing.signal,
  ) {
    const head = async (): Promise<number> => knownHead ?? this.#reader.head();
    return feed(this.#connection, { after, filter, batchSize, patienceMs: this.#timeoutMs, signal, head });
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new EventStoreUnavailableError('the event store is closed');
  }
}
