import type Database from 'better-sqlite3';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { EventFilter } from '../event-store.ts';
import { openForReading } from './database.ts';
import { EVENT_COLUMNS, type EventRow, toRecordedEvent } from './stored-event.ts';

/** A batch ends when its JSON has this many characters, so that large events don't fill the memory. */
const BATCH_CHARACTERS = 4 * 1024 * 1024;
/** Positions looked at by one filtered query: where few events pass, it must not hold up the event loop. */
const FILTER_WINDOW = 10_000;

type Values = (string | number)[];

/** The condition of a filter as SQL, with its values. */
const conditionOf = (filter: EventFilter | undefined): { sql: string; values: Values } => {
  let sql = '';
  const values: string[] = [];
  if (filter?.types !== undefined) {
    sql += ` AND type IN (${filter.types.map(() => '?').join(', ')})`;
    values.push(...filter.types);
  }
  if (filter?.streamPrefixes !== undefined) {
    sql += ` AND (${filter.streamPrefixes.map(() => '(stream >= ? AND stream < ?)').join(' OR ') || '0'})`;
    for (const prefix of filter.streamPrefixes) values.push(prefix, `${prefix}\u{10FFFF}`);
  }
  return { sql, values };
};

/** The reading side of the log, on the caller's thread: each call is one short query, parsed while it runs. */
export class EventLogReader {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement<Values, EventRow>>();
  readonly #head;
  readonly #streamId;

  constructor(dataDir: string) {
    this.#db = openForReading(dataDir);
    this.#head = this.#db.prepare<[], number | null>('SELECT max(position) FROM events').pluck();
    this.#streamId = this.#db.prepare<[string], number>('SELECT id FROM streams WHERE name = ?').pluck();
  }

  /** Position of the last committed event, by whichever process. */
  head(): number {
    return this.#head.get() ?? 0;
  }

  /** Up to `limit` events of a stream from a revision on, inclusive. Undefined = the first in that direction. */
  stream(name: string, direction: 'forward' | 'backward', from: number | undefined, limit: number): RecordedEvent[] {
    const id = this.#streamId.get(name);
    if (id === undefined) return [];
    return direction === 'forward'
      ? this.#read('stream_id = ? AND revision >= ? ORDER BY revision LIMIT ?', [id, from ?? 0, limit])
      : this.#read('stream_id = ? AND revision <= ? ORDER BY revision DESC LIMIT ?', [
          id,
          from ?? Number.MAX_SAFE_INTEGER,
          limit,
        ]);
  }

  /** The next events after a position and up to `end`, and the position that this reached: also past what was left out. */
  all(
    after: number,
    end: number,
    filter: EventFilter | undefined,
    limit: number,
  ): { events: RecordedEvent[]; upTo: number } {
    const condition = conditionOf(filter);
    const windowEnd = condition.sql === '' ? end : Math.min(end, after + FILTER_WINDOW);
    const where = `position > ? AND position <= ?${condition.sql} ORDER BY position LIMIT ?`;
    const progress = { complete: true };
    const events = this.#read(where, [after, windowEnd, ...condition.values, limit], progress);
    const last = events.at(-1);
    const whole = last === undefined || (progress.complete && events.length < limit);
    return { events, upTo: whole ? Math.max(after, windowEnd) : last.position };
  }

  close(): void {
    this.#db.close();
  }

  #read(where: string, values: Values, progress?: { complete: boolean }): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    let characters = 0;
    for (const row of this.#statement(where).iterate(...values)) {
      events.push(toRecordedEvent(row));
      characters += row[5].length;
      if (characters < BATCH_CHARACTERS) continue;
      if (progress) progress.complete = false;
      break;
    }
    return events;
  }

  #statement(where: string): Database.Statement<Values, EventRow> {
    const known = this.#statements.get(where);
    if (known !== undefined) return known;
    const statement = this.#db.prepare<Values, EventRow>(`SELECT ${EVENT_COLUMNS} FROM events WHERE ${where}`).raw();
    this.#statements.set(where, statement as Database.Statement<Values, EventRow>);
    return statement as Database.Statement<Values, EventRow>;
  }
}
