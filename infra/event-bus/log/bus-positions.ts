import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const FLUSH_MS = 50;

/**
 * The published watermark and each group's offset in `<dataDir>/bus.db`. Written behind by up to 50 ms: after a crash
 * they may be a little low, which an at-least-once bus turns into a redelivery.
 */
export class BusPositions {
  readonly #db: Database.Database;
  readonly #offsets = new Map<string, number>();
  readonly #changed = new Set<string>();
  readonly #sql;
  #published: number;
  #publishedChanged = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param head the log's last position. A log restored from an older backup ends before what was published of the
   * lost one; positions beyond its end are taken back, or consumers would miss what is written there next.
   * @throws Error when the file can't be opened.
   */
  constructor(dataDir: string, head: number) {
    mkdirSync(dataDir, { recursive: true });
    const db = new Database(join(dataDir, 'bus.db'), { timeout: 5_000 });
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(`
      CREATE TABLE IF NOT EXISTS published (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS offsets (consumer_group TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
    `);
    this.#db = db;
    this.#sql = {
      published: db.prepare<[], number>('SELECT position FROM published').pluck(),
      publish: db.prepare<[number]>(
        'INSERT INTO published VALUES (1, ?) ON CONFLICT DO UPDATE SET position = max(position, excluded.position)',
      ),
      offset: db.prepare<[string], number>('SELECT position FROM offsets WHERE consumer_group = ?').pluck(),
      commit: db.prepare<[string, number]>(
        'INSERT INTO offsets VALUES (?, ?) ON CONFLICT DO UPDATE SET position = max(position, excluded.position)',
      ),
    };
    db.prepare('UPDATE published SET position = min(position, ?)').run(head);
    db.prepare('UPDATE offsets SET position = min(position, ?)').run(head);
    this.#published = this.#sql.published.get() ?? 0;
  }

  /** Position up to which the relay has published. */
  get published(): number {
    return this.#published;
  }

  /** Moves the watermark on; it never goes back. */
  publish(upTo: number): void {
    if (upTo <= this.#published) return;
    this.#published = upTo;
    this.#publishedChanged = true;
    this.#flushSoon();
  }

  /** Takes over the watermark that another process has written. @returns whether it moved. */
  refresh(): boolean {
    const stored = this.#sql.published.get() ?? 0;
    if (stored <= this.#published) return false;
    this.#published = stored;
    return true;
  }

  /** Where a group goes on; 0 for a new one. */
  offsetOf(group: string): number {
    return this.#offsets.get(group) ?? this.#sql.offset.get(group) ?? 0;
  }

  commitOffset(group: string, position: number): void {
    this.#offsets.set(group, position);
    this.#changed.add(group);
    this.#flushSoon();
  }

  close(): void {
    clearTimeout(this.#timer);
    try {
      this.#flush();
    } finally {
      this.#db.close();
    }
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#flush();
      } catch {
        this.#flushSoon(); // disk full or file locked: what is not written yet is written by a later try
      }
    }, FLUSH_MS);
  }

  #flush(): void {
    this.#db
      .transaction(() => {
        if (this.#publishedChanged) this.#sql.publish.run(this.#published);
        for (const group of this.#changed) this.#sql.commit.run(group, this.#offsets.get(group) ?? 0);
      })
      .immediate();
    this.#publishedChanged = false;
    this.#changed.clear();
  }
}
