import Database from 'better-sqlite3';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    stream TEXT NOT NULL,
    type TEXT NOT NULL,
    content_type TEXT NOT NULL,
    created INTEGER NOT NULL,
    data BLOB NOT NULL,
    metadata BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_stream ON events (stream_id, revision);
`;

/** An event as a client proposes it. */
export interface ProposedEvent {
  /** UUID in lower case. */
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event as it stands in the log. */
export interface StoredEvent extends ProposedEvent {
  /** Commit and prepare position alike: each event is a record of its own. */
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

const COLUMNS =
  'position, stream, revision, id, type, content_type AS contentType, created, data, metadata FROM events WHERE';

/** The file of the log: plain reads and writes; what they mean is decided elsewhere. Acknowledged commits survive a power cut. */
export const openLogFile = (path: string, maxBytes: number | undefined) => {
  const db = new Database(path);
  db.pragma('page_size = 8192');
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(SCHEMA);
  if (maxBytes !== undefined) db.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / 8192))}`);
  type Range = [stream: number, from: number, to: number, limit: number];
  type AllRange = [position: number, limit: number];
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    inTransaction: () => db.inTransaction,
    lastStream: db.prepare<[], number | null>('SELECT max(id) FROM streams').pluck(),
    streamId: db.prepare<[string], number>('SELECT id FROM streams WHERE name = ?').pluck(),
    addStream: db.prepare<[number, string]>('INSERT INTO streams VALUES (?, ?)'),
    addEvent: db.prepare<[number, number, number, string, string, string, string, number, Uint8Array, Uint8Array]>(
      'INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    last: db.prepare<[], StoredEvent>(`SELECT ${COLUMNS} true ORDER BY position DESC LIMIT 1`),
    lastOf: db.prepare<[number], StoredEvent>(`SELECT ${COLUMNS} stream_id = ? ORDER BY revision DESC LIMIT 1`),
    at: db.prepare<[number, number], StoredEvent>(`SELECT ${COLUMNS} stream_id = ? AND revision = ?`),
    forwards: db.prepare<Range, StoredEvent>(
      `SELECT ${COLUMNS} stream_id = ? AND revision BETWEEN ? AND ? ORDER BY revision LIMIT ?`,
    ),
    backwards: db.prepare<Range, StoredEvent>(
      `SELECT ${COLUMNS} stream_id = ? AND revision BETWEEN ? AND ? ORDER BY revision DESC LIMIT ?`,
    ),
    allForwards: db.prepare<AllRange, StoredEvent>(`SELECT ${COLUMNS} position >= ? ORDER BY position LIMIT ?`),
    allBackwards: db.prepare<AllRange, StoredEvent>(`SELECT ${COLUMNS} position < ? ORDER BY position DESC LIMIT ?`),
    close: () => db.close(),
  };
};

export type LogFile = ReturnType<typeof openLogFile>;
