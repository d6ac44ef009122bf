import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { Connection } from './connection.ts';
import { persistently } from './failures.ts';
import { Inbox } from './inbox.ts';
import { readBackRequest, readStreamRequest } from './read-requests.ts';
import { toRecordedEvent } from './stored-event.ts';

const PAGE = 1_000;
/** A page ends when its data has this many bytes. */
const PAGE_BYTES = 4 * 1024 * 1024;

type Request = ReturnType<typeof readStreamRequest>;

/** Reads that end by themselves, in pages, each with a deadline and tried again when the server was away. */
export class StreamReader {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #pageMs: number;
  /** Up to here all is known to be of the server itself, down to the last event of ours. */
  #scanned = 0;
  #head = 0;

  constructor(connection: Connection, pageMs: number, signal: AbortSignal) {
    this.#connection = connection;
    this.#pageMs = pageMs;
    this.#signal = signal;
  }

  /** @param until `performance.now()` up to which a page is tried; undefined = as long as a page may take, twice. */
  async *pages(
    stream: string,
    direction: 'forward' | 'backward',
    from: number | undefined,
    limit: number,
    until?: number,
  ): AsyncGenerator<RecordedEvent[]> {
    const step = direction === 'forward' ? 1 : -1;
    let next = from;
    let left = limit;
    while (left > 0) {
      const wanted = Math.min(PAGE, left);
      const request = readStreamRequest(stream, direction, next, wanted);
      const { events, whole } = await this.#page(`read of ${stream}`, request, until);
      const own = events.filter((event) => typeof event !== 'number');
      if (own.length > 0) yield own;
      const last = own.at(-1);
      if (last === undefined || (whole && events.length < wanted)) return;
      left -= own.length;
      next = last.revision + step;
      if (next < 0) return;
    }
  }

  async last(stream: string, until?: number): Promise<RecordedEvent | undefined> {
    for await (const [event] of this.pages(stream, 'backward', undefined, 1, until)) return event;
    return undefined;
  }

  /** @throws Error when there is no such event. */
  async positionOf(stream: string, revision: number, until?: number): Promise<number> {
    for await (const [event] of this.pages(stream, 'forward', revision, 1, until)) {
      if (event?.revision === revision) return event.position;
    }
    throw new Error(`${stream} has no revision ${revision}`);
  }

  /** Position of the last event that is not the server's own; 0 when there is none. */
  async head(): Promise<number> {
    let before: number | undefined;
    let newest: number | undefined;
    for (let limit = 1; ; limit = 64) {
      const { events } = await this.#page('read of the head', readBackRequest(before, limit));
      for (const event of events) {
        const position = typeof event === 'number' ? event : event.position;
        newest ??= position;
        if (typeof event === 'number' && position > this.#scanned) continue;
        this.#scanned = Math.max(this.#scanned, newest);
        this.#head = typeof event === 'number' ? this.#head : Math.max(this.#head, position);
        return this.#head;
      }
      const last = events.at(-1);
      if (last === undefined) return this.#head;
      before = typeof last === 'number' ? last : last.position;
    }
  }

  /** All that a read brings, or its beginning when that is much. */
  #page(what: string, request: Request, until = performance.now() + 2 * this.#pageMs) {
    return persistently(what, until, this.#signal, async () => {
      const call = await this.#connection.read(request, this.#pageMs);
      const inbox = new Inbox(call, PAGE, PAGE_BYTES);
      const events: (RecordedEvent | number)[] = [];
      let bytes = 0;
      try {
        for (;;) {
          const record = inbox.take()?.getEvent()?.getEvent();
          if (record !== undefined) {
            events.push(toRecordedEvent(record));
            bytes += record.getData_asU8().length;
            if (bytes >= PAGE_BYTES) return { events, whole: false };
          } else if (!(await inbox.more())) return { events, whole: true };
        }
      } finally {
        call.cancel();
      }
    });
  }
}
