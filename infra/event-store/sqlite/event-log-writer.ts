import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { AppendResult, ExpectedRevision } from '../event-store.ts';
import { openForWriting } from './database.ts';
import { idHash } from './id-hash.ts';
import { jsonPrefix } from './stored-event.ts';
import type { AppendRequest, Outcome, WriterSettings } from './writer-messages.ts';

/** What an append needs to know of a stream. `revision` is its last one, -1 before any. */
interface StreamHead {
  readonly id: number;
  revision: number;
}

const REMEMBERED_STREAMS = 50_000;

const fits = (expected: ExpectedRevision, revision: number): boolean => {
  if (expected === 'any') return true;
  if (expected === 'no-stream') return revision === -1;
  if (expected === 'stream-exists') return revision >= 0;
  return expected === revision;
};

/**
 * The writing side of the log: decides each append of a group by itself and commits them together with one fsync.
 * Blocks its thread; knows nothing of threads.
 */
export class EventLogWriter {
  readonly #db: Database.Database;
  readonly #streams = new LRUCache<string, StreamHead>({ max: REMEMBERED_STREAMS });
  readonly #sql;
  #head = 0;
  #lastStreamId = 0;
  #dataVersion = -1;

  constructor(settings: WriterSettings) {
    const db = openForWriting(settings.dataDir, settings.maxBytes);
    this.#db = db;
    this.#sql = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      dataVersion: db.prepare<[], number>('PRAGMA data_version').pluck(),
      head: db.prepare<[], number | null>('SELECT max(position) FROM events').pluck(),
      lastStreamId: db.prepare<[], number | null>('SELECT max(id) FROM streams').pluck(),
      streamId: db.prepare<[string], number>('SELECT id FROM streams WHERE name = ?').pluck(),
      addStream: db.prepare<[number, string]>('INSERT INTO streams (id, name) VALUES (?, ?)'),
      lastOf: db.prepare<[number], { revision: number; position: number }>(
        'SELECT revision, position FROM events WHERE stream_id = ? ORDER BY revision DESC LIMIT 1',
      ),
      byId: db.prepare<[number, number, string, string], { revision: number; position: number }>(
        'SELECT revision, position FROM events WHERE stream_id = ? AND id_hash = ? AND substr(json, 1, length(?)) = ?',
      ),
      addEvent: db.prepare<[number, number, number, number, number, string, string, string]>(
        'INSERT INTO events (position, stream_id, revision, id_hash, recorded_at, type, stream, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
    };
    this.#noticeOtherWriters();
  }

  /** Position of the last event. */
  get head(): number {
    return this.#head;
  }

  /** Writes a group of appends and returns when all is on disk. The outcomes stand in the order of the requests. */
  commit(group: readonly AppendRequest[]): Outcome[] {
    try {
      return this.#commitTogether(group);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      // One append that finds no room must not take the others with it. A lock held elsewhere is the same for all.
      if (group.length > 1 && !code.startsWith('SQLITE_BUSY'))
        return group.flatMap((request) => this.commit([request]));
      const failed = `${code} ${error instanceof Error ? error.message : String(error)}`.trim();
      return group.map(() => ({ failed }));
    }
  }

  close(): void {
    this.#db.close();
  }

  #commitTogether(group: readonly AppendRequest[]): AppendResult[] {
    this.#sql.begin.run();
    try {
      this.#noticeOtherWriters();
      const now = Date.now();
      const results = group.map((request) => this.#append(request, now));
      this.#sql.commit.run();
      return results;
    } catch (error) {
      if (this.#db.inTransaction) this.#sql.rollback.run();
      this.#dataVersion = -1; // what was remembered may be of the rolled back transaction
      throw error;
    }
  }

  /** Forgets what is remembered when another connection has written since, or a transaction of ours was undone. */
  #noticeOtherWriters(): void {
    const version = this.#sql.dataVersion.get() ?? 0;
    if (version === this.#dataVersion) return;
    this.#streams.clear();
    this.#head = this.#sql.head.get() ?? 0;
    this.#lastStreamId = this.#sql.lastStreamId.get() ?? 0;
    this.#dataVersion = version;
  }

  #append([, name, expected, ids, types, jsons]: AppendRequest, now: number): AppendResult {
    const known = this.#stream(name);
    if (known !== undefined && ids.length > 0) {
      const before = this.#standing(known.id, ids);
      if (before === 'in part') return { appended: false, actualRevision: known.revision };
      if (before !== undefined) return { appended: true, alreadyThere: true, ...before };
    }
    const revision = known?.revision ?? -1;
    if (!fits(expected, revision)) return { appended: false, actualRevision: revision };
    if (ids.length === 0) {
      const last = known && this.#sql.lastOf.get(known.id);
      return { appended: true, alreadyThere: true, revision, position: last?.position ?? 0 };
    }
    const stream = known ?? this.#addStream(name);
    for (let i = 0; i < ids.length; i++) {
      this.#sql.addEvent.run(
        ++this.#head,
        stream.id,
        ++stream.revision,
        idHash(ids[i] as string),
        now,
        types[i] as string,
        name,
        jsons[i] as string,
      );
    }
    return { appended: true, alreadyThere: false, revision: stream.revision, position: this.#head };
  }

  #stream(name: string): StreamHead | undefined {
    const remembered = this.#streams.get(name);
    if (remembered !== undefined) return remembered;
    const id = this.#sql.streamId.get(name);
    if (id === undefined) return undefined;
    const stream = { id, revision: this.#sql.lastOf.get(id)?.revision ?? -1 };
    this.#streams.set(name, stream);
    return stream;
  }

  #addStream(name: string): StreamHead {
    const stream = { id: ++this.#lastStreamId, revision: -1 };
    this.#sql.addStream.run(stream.id, name);
    this.#streams.set(name, stream);
    return stream;
  }

  /** Where these events stand in the stream, one behind the other: their last place. Undefined when none is there. */
  #standing(streamId: number, ids: readonly string[]): { revision: number; position: number } | 'in part' | undefined {
    let last: { revision: number; position: number } | undefined;
    let found = 0;
    for (const id of ids) {
      const prefix = jsonPrefix(id);
      const place = this.#sql.byId.get(streamId, idHash(id), prefix, prefix);
      if (place === undefined) continue;
      if (last !== undefined && place.revision !== last.revision + 1) return 'in part';
      last = place;
      found++;
    }
    return found === 0 || found === ids.length ? last : 'in part';
  }
}
