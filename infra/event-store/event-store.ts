import type { EventEnvelope, RecordedEvent } from '../../contracts/events/envelope.ts';

/** What the writer believes of the stream: any, no stream yet, some stream, or its exact last revision (from 0). */
export type ExpectedRevision = 'any' | 'no-stream' | 'stream-exists' | number;

export type AppendResult =
  | {
      readonly appended: true;
      /** Revision of the stream's last event after the append. */
      readonly revision: number;
      /** Position of the last event of the append: the consistency token of the command. */
      readonly position: number;
      /** True when these very events stood in the stream already: nothing was written. */
      readonly alreadyThere: boolean;
    }
  | {
      readonly appended: false;
      /** The stream's last revision now; -1 when there is no stream. */
      readonly actualRevision: number;
    };

export interface EventFilter {
  /** Exact event types to let through. */
  readonly types?: readonly string[];
  /** Stream name prefixes to let through, like `booking-`. Both given: both must match. */
  readonly streamPrefixes?: readonly string[];
}

export interface ReadStreamOptions {
  /** Revision to begin with, inclusive. Forward default 0, backward default the last. */
  readonly from?: number;
  readonly direction?: 'forward' | 'backward';
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Events after this position (exclusive). Default: from the beginning. */
  readonly after?: number;
  readonly filter?: EventFilter;
  readonly limit?: number;
}

export interface Subscription {
  /** Stops; resolves when no handler runs any more. */
  stop(): Promise<void>;
  /** Settles when the subscription ended: resolves after `stop`, rejects with what broke it. Never an unhandled rejection. */
  readonly ended: Promise<void>;
}

export interface SubscribeAllOptions {
  /** Events after this position (exclusive); undefined = from the beginning. */
  readonly after?: number;
  readonly filter?: EventFilter;
  /** Most events in one call of the handler. Default 1,000. */
  readonly batchSize?: number;
  /**
   * Called in order, one at a time: the next batch waits for the promise (backpressure).
   * `upTo` is the position reached, also past events that the filter left out; `events` may be empty then.
   */
  readonly onBatch: (events: readonly RecordedEvent[], upTo: number) => Promise<void>;
}

/** Raised when an event is over the store's limit. The message names the event's type, its size and the limit. */
export class EventTooLargeError extends Error {
  override readonly name = 'EventTooLargeError';
}

/** Raised when a write can't be taken now (disk full, server away, closed, queue full). Nothing of the append is in the log, or a retry with the same ids is safe. */
export class EventStoreUnavailableError extends Error {
  override readonly name = 'EventStoreUnavailableError';
}

/** Largest event (data with envelope, in bytes of UTF-8 JSON) that every adapter takes. */
export const MAX_EVENT_BYTES = 2 * 1024 * 1024;

/**
 * The port of the truth: an append-only log of streams with optimistic concurrency. Adapters: embedded
 * (SQLite), EventStoreDB. An acknowledged append survives power loss. All events of one append are written or none.
 */
export interface EventStore {
  /**
   * Appends all events to one stream, or none.
   * Idempotent by event id: the same ids again answer as the first time, whatever `expected` says.
   * @throws EventTooLargeError, EventStoreUnavailableError
   */
  append(stream: string, expected: ExpectedRevision, events: readonly EventEnvelope[]): Promise<AppendResult>;
  /** Batches of a stream's events in order. A missing stream yields nothing. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly RecordedEvent[]>;
  /** Batches of the whole log in position order. */
  readAll(options?: ReadAllOptions): AsyncIterable<readonly RecordedEvent[]>;
  /** Follows the log: what stands there, then live, without gap or repeat. */
  subscribeAll(options: SubscribeAllOptions): Subscription;
  /** Position of the last event in the log; 0 when empty. Cheap. */
  headPosition(): Promise<number>;
  /** Waits for what is under way, then closes. Later calls raise EventStoreUnavailableError. */
  close(): Promise<void>;
}
