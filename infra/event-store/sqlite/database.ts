import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Larger pages halve the write-ahead log of a big batch; measured best of 4, 8 and 16 KiB (docs/event-store.md). */
const PAGE_BYTES = 8192;

/**
 * `stream` is repeated in each row so that reading the log needs no join; `stream_id` keeps both indexes small and
 * their writes near each other. `id_hash` finds candidates of an id within one stream; the id itself is in `json`.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id_hash INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    type TEXT NOT NULL,
    stream TEXT NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_stream ON events (stream_id, revision);
  CREATE INDEX IF NOT EXISTS events_by_id ON events (stream_id, id_hash);
`;

const fileOf = (dataDir: string): string => join(dataDir, 'events.db');

/** Opens the log for writing and creates what is missing. Several processes may; SQLite lets one write at a time. */
export const openForWriting = (dataDir: string, maxBytes: number | undefined): Database.Database => {
  mkdirSync(dataDir, { recursive: true });
  const db = new Database(fileOf(dataDir), { timeout: 5_000 });
  try {
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL'); // fsync of the write-ahead log at every commit
    db.pragma('wal_autocheckpoint = 4000'); // 32 MiB
    db.pragma('journal_size_limit = 67108864');
    db.pragma('cache_size = -32000');
    db.transaction(() => db.exec(SCHEMA)).immediate();
    if (maxBytes !== undefined) db.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
};

/** A connection that only reads: never waits for the writer, sees whole committed appends only. */
export const openForReading = (dataDir: string): Database.Database => {
  const db = new Database(fileOf(dataDir), { readonly: true, timeout: 5_000 });
  db.pragma('cache_size = -8000');
  return db;
};
