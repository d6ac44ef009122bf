import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { WakeSignal } from '../../../infra/event-store/wake-signal.ts';
import { type LogFile, openLogFile, type ProposedEvent, type StoredEvent } from './log-file.ts';

export type Expected = 'any' | 'no-stream' | 'stream-exists' | number;

export type Appended =
  | { readonly kind: 'ok'; readonly revision: number; readonly first: number; readonly last: number }
  /** `current` is undefined where there is no stream. */
  | { readonly kind: 'wrong-expected-version'; readonly current: number | undefined }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'failed'; readonly message: string };

interface Head {
  readonly id: number;
  /** The last one ever written; -1 before any. */
  revision: number;
  /** The first one that may be read: `$tb` of the stream's metadata. */
  from: number;
  maxCount: number;
  tombstoned: boolean;
  /** Position of its last event. */
  position: number;
}

interface Waiting {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly ProposedEvent[];
  readonly resolve: (outcome: Appended) => void;
}

/** The revision that stands for "deleted": the largest a 64-bit number holds, as the real server has it. */
export const DELETED = 2 ** 63;
const TOMBSTONE = '$streamDeleted';
/** Ids remembered for appends that expect nothing in particular: the real server too remembers only its latest. */
const REMEMBERED_IDS = 100_000;
const EMPTY = new Uint8Array();

/** A stream of which something may be read: its first and last revision. */
export type Readable = { readonly id: number; readonly from: number; readonly to: number };

/**
 * What EventStoreDB decides about streams, over a file. Appends that come in one turn of the event loop are committed
 * together.
 */
export class EventLog {
  readonly #file: LogFile;
  readonly #heads = new Map<string, Head>();
  readonly #ids = new LRUCache<string, { stream: string; revision: number; position: number }>({ max: REMEMBERED_IDS });
  #waiting: Waiting[] = [];
  #lastStream = 0;
  #position = 0;
  readonly news = new WakeSignal();

  constructor(path: string, maxBytes: number | undefined) {
    this.#file = openLogFile(path, maxBytes);
    this.#reload();
  }

  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Promise<Appended> {
    return new Promise((resolve) => {
      if (this.#waiting.push({ stream, expected, events, resolve }) === 1) setImmediate(() => this.#commitWaiting());
    });
  }

  /** Leaves the stream unreadable: softly through its metadata, so that it may be written again, or for good. */
  async delete(stream: string, expected: Expected, forGood: boolean): Promise<Appended> {
    const head = this.#head(stream);
    if (head?.tombstoned) return { kind: 'stream-deleted' };
    const current = head !== undefined && head.from < DELETED && head.revision >= 0 ? head.revision : undefined;
    const fits =
      expected === 'any' ||
      (expected === 'no-stream' ? current === undefined : expected === 'stream-exists' || expected === current);
    if (!fits) return { kind: 'wrong-expected-version', current };
    const event = (type: string, data: string): ProposedEvent => ({
      id: randomUUID(),
      type,
      contentType: 'application/json',
      data: Buffer.from(data),
      metadata: EMPTY,
    });
    return forGood
      ? this.append(stream, 'any', [event(TOMBSTONE, '')])
      : this.append(`$$${stream}`, 'any', [event('$metadata', '{"$tb":9223372036854775807}')]);
  }

  /** What may be read of a stream; undefined where there is none, or it is softly deleted. */
  readable(stream: string): Readable | 'tombstoned' | undefined {
    const head = this.#head(stream);
    if (head === undefined || head.from > head.revision) return undefined;
    if (head.tombstoned) return 'tombstoned';
    return { id: head.id, from: Math.max(head.from, head.revision + 1 - head.maxCount), to: head.revision };
  }

  readStream({ id, from, to }: Readable, backwards: boolean, limit: number): StoredEvent[] {
    return (backwards ? this.#file.backwards : this.#file.forwards).all(id, from, to, limit);
  }

  /** Forwards from a position on, inclusive; backwards from one on, exclusive. */
  readAll(position: number, backwards: boolean, limit: number): StoredEvent[] {
    return (backwards ? this.#file.allBackwards : this.#file.allForwards).all(position, limit);
  }

  /** Position of the last event of all. */
  get head(): number {
    return this.#position;
  }

  close(): void {
    this.#commitWaiting();
    this.#file.close();
  }

  #commitWaiting(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length === 0) return;
    const outcomes = this.#commit(group);
    for (const [i, { resolve }] of group.entries()) resolve(outcomes[i] as Appended);
    this.news.wake();
  }

  #commit(group: readonly Waiting[]): Appended[] {
    try {
      this.#file.begin.run();
      const now = Date.now();
      const outcomes = group.map(({ stream, expected, events }) => this.#decide(stream, expected, events, now));
      this.#file.commit.run();
      return outcomes;
    } catch (error) {
      if (this.#file.inTransaction()) this.#file.rollback.run();
      this.#reload();
      // One append that finds no room must not take the others with it.
      if (group.length > 1) return group.flatMap((waiting) => this.#commit([waiting]));
      return [{ kind: 'failed', message: error instanceof Error ? error.message : String(error) }];
    }
  }

  /** What was remembered may be of the transaction that was undone. */
  #reload(): void {
    this.#heads.clear();
    this.#ids.clear();
    this.#lastStream = this.#file.lastStream.get() ?? 0;
    this.#position = this.#file.last.get()?.position ?? 0;
  }

  #decide(stream: string, expected: Expected, events: readonly ProposedEvent[], now: number): Appended {
    const known = this.#head(stream);
    if (known?.tombstoned) return { kind: 'stream-deleted' };
    const revision = known?.revision ?? -1;
    const deleted = known !== undefined && known.from >= DELETED;
    const current = revision < 0 || deleted ? undefined : revision;
    const wrong: Appended = { kind: 'wrong-expected-version', current };

    if (expected === 'any' || expected === 'stream-exists') {
      if (expected === 'stream-exists' && deleted) return { kind: 'stream-deleted' };
      if (expected === 'stream-exists' && current === undefined) return wrong;
      const before = this.#remembered(stream, events);
      if (before === 'in part') return wrong;
      if (before !== undefined) return before;
    } else {
      const after = expected === 'no-stream' ? -1 : expected;
      if (after > revision) return wrong;
      if (after < revision && !(expected === 'no-stream' && deleted))
        return this.#standing(known, after, events) ?? wrong;
    }
    const head = known ?? this.#addStream(stream);
    if (events.length === 0) return { kind: 'ok', revision: head.revision, first: head.position, last: head.position };
    return this.#write(stream, head, events, now);
  }

  #write(stream: string, head: Head, events: readonly ProposedEvent[], now: number): Appended {
    if (head.from >= DELETED) this.#reopen(stream, head, now);
    let first: number | undefined;
    for (const event of events) {
      // As in the real log, a position is an offset in bytes: it grows by the size of the record.
      this.#position += 120 + stream.length + event.data.length + event.metadata.length;
      first ??= this.#position;
      head.position = this.#position;
      head.tombstoned = event.type === TOMBSTONE;
      head.revision = head.tombstoned ? DELETED : head.revision + 1;
      this.#file.addEvent.run(
        this.#position,
        head.id,
        head.tombstoned ? 2 ** 52 : head.revision,
        event.id,
        stream,
        event.type,
        event.contentType,
        now,
        event.data,
        event.metadata,
      );
      this.#ids.set(event.id, { stream, revision: head.revision, position: this.#position });
    }
    if (stream.startsWith('$$')) this.#heads.delete(stream.slice(2));
    return { kind: 'ok', revision: head.revision, first: first ?? 0, last: this.#position };
  }

  /** A stream that was softly deleted begins anew after its old events. */
  #reopen(stream: string, head: Head, now: number): void {
    head.from = head.revision + 1;
    const metadata = Buffer.from(JSON.stringify({ $tb: head.from }));
    this.#decide(
      `$$${stream}`,
      'any',
      [{ id: randomUUID(), type: '$metadata', contentType: 'application/json', data: metadata, metadata: EMPTY }],
      now,
    );
    this.#heads.set(stream, head);
  }

  /** Appends that expect nothing in particular are told from their repeats by the ids of late. */
  #remembered(stream: string, events: readonly ProposedEvent[]): Appended | 'in part' | undefined {
    const places = events.map(({ id }) => {
      const place = this.#ids.get(id);
      return place?.stream === stream ? place : undefined;
    });
    const [first] = places;
    const last = places.at(-1);
    if (first === undefined) return undefined;
    if (last === undefined || places.includes(undefined)) return 'in part';
    return { kind: 'ok', revision: last.revision, first: first.position, last: last.position };
  }

  /** The answer of old, when these very events stand right behind the revision that they expected. */
  #standing(head: Head | undefined, after: number, events: readonly ProposedEvent[]): Appended | undefined {
    if (head === undefined) return undefined;
    let first: StoredEvent | undefined;
    let last: StoredEvent | undefined;
    for (const [i, { id }] of events.entries()) {
      last = this.#file.at.get(head.id, after + 1 + i);
      if (last?.id !== id) return undefined;
      first ??= last;
    }
    if (first === undefined || last === undefined) return undefined;
    return { kind: 'ok', revision: last.revision, first: first.position, last: last.position };
  }

  #head(stream: string): Head | undefined {
    const known = this.#heads.get(stream);
    if (known !== undefined) return known;
    const id = this.#file.streamId.get(stream);
    const { from, maxCount } = this.#metadataOf(stream);
    if (id === undefined) return undefined;
    const last = this.#file.lastOf.get(id);
    const tombstoned = last?.type === TOMBSTONE;
    const revision = tombstoned ? DELETED : (last?.revision ?? -1);
    const head = { id, revision, from, maxCount, tombstoned, position: last?.position ?? 0 };
    this.#heads.set(stream, head);
    return head;
  }

  #addStream(stream: string): Head {
    const { from, maxCount } = this.#metadataOf(stream);
    const head = { id: ++this.#lastStream, revision: -1, from, maxCount, tombstoned: false, position: 0 };
    this.#file.addStream.run(head.id, stream);
    this.#heads.set(stream, head);
    return head;
  }

  #metadataOf(stream: string): { from: number; maxCount: number } {
    const id = stream.startsWith('$$') ? undefined : this.#file.streamId.get(`$$${stream}`);
    const last = id === undefined ? undefined : this.#file.lastOf.get(id);
    const metadata = last === undefined ? {} : JSON.parse(Buffer.from(last.data).toString());
    return { from: metadata.$tb ?? 0, maxCount: metadata.$maxCount ?? Number.POSITIVE_INFINITY };
  }
}
