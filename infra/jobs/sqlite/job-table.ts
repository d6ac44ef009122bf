import Database from 'better-sqlite3';
import type { JobRow } from '../job-row.ts';
import type { FoundJob, RateLimit } from '../jobs.ts';

export interface ClaimedJob {
  readonly queue: string;
  readonly id: string;
  readonly data: string;
  readonly attempt: number;
  readonly maxAttempts: number;
}

interface FoundRow extends ClaimedJob {
  readonly state: FoundJob['state'];
  readonly progress: number;
  readonly error: string | null;
}

/** How many more jobs may begin now, and when the next one may. */
interface Window {
  readonly left: number;
  readonly opensAt: number;
}

/**
 * The queue's table. `due` says all about time: when a waiting job may run, when a running one's lease ends, null for a dead one.
 * So one index over (queue, due) finds the next work, whether it is new or was left by a worker that died.
 */
export class JobTable {
  /** Every commit is flushed to the disk. What it adds, a power loss does not take. */
  readonly #durable: Database.Database;
  /** For claims, renewals and ends: losing the last of them only means that a job runs again. */
  readonly #quick: Database.Database;
  readonly #insert: Database.Statement;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(file: string) {
    this.#durable = new Database(file);
    this.#durable.pragma('journal_mode = WAL');
    this.#durable.pragma('synchronous = FULL');
    this.#durable.exec(`
      CREATE TABLE IF NOT EXISTS jobs (
        queue TEXT NOT NULL, id TEXT NOT NULL, data TEXT NOT NULL,
        due INTEGER, owner TEXT, attempts INTEGER NOT NULL DEFAULT 0, max_attempts INTEGER NOT NULL, error TEXT,
        PRIMARY KEY (queue, id)
      );
      CREATE INDEX IF NOT EXISTS jobs_due ON jobs (queue, due);
      CREATE TABLE IF NOT EXISTS windows (queue TEXT PRIMARY KEY, ends INTEGER NOT NULL, begun INTEGER NOT NULL);`);
    this.#addProgressColumn();
    this.#quick = new Database(file);
    this.#quick.pragma('synchronous = NORMAL');
    this.#insert = this.#durable.prepare(
      `INSERT INTO jobs (queue, id, data, due, max_attempts) VALUES (@queue, @id, @data, @runAt, @maxAttempts)
       ON CONFLICT DO NOTHING`,
    );
  }

  /** Files of before have a table without it. */
  #addProgressColumn(): void {
    const add = (): void => {
      const columns = this.#durable.pragma('table_info(jobs)') as readonly { readonly name: string }[];
      if (!columns.some(({ name }) => name === 'progress'))
        this.#durable.exec('ALTER TABLE jobs ADD COLUMN progress REAL NOT NULL DEFAULT 0');
    };
    this.#durable.transaction(add).immediate();
  }

  insert(rows: readonly JobRow[]): void {
    const insertAll = (): void => {
      for (const row of rows) this.#insert.run(row);
    };
    this.#durable.transaction(insertAll).immediate();
  }

  cancel(queue: string, id: string): void {
    this.#run('DELETE FROM jobs WHERE queue = ? AND id = ? AND owner IS NULL AND due IS NOT NULL', queue, id);
  }

  reschedule(queue: string, id: string, runAt: number): void {
    const move = this.#durable.prepare(
      'UPDATE jobs SET due = ? WHERE queue = ? AND id = ? AND owner IS NULL AND due IS NOT NULL',
    );
    move.run(runAt, queue, id);
  }

  /** When the queue's next job is due, in ms since the epoch. */
  nextDue(queue: string): number | undefined {
    const row = this.#prepared('SELECT min(due) AS due FROM jobs WHERE queue = ?').get(queue) as { due: number | null };
    return row.due ?? undefined;
  }

  /** Takes up to `most` due jobs, longest due first, and leases them to the owner. A job whose last try's worker died is dead. */
  claim(
    queue: string,
    owner: string,
    most: number,
    now: number,
    leaseMs: number,
    limit?: RateLimit,
  ): readonly ClaimedJob[] {
    const take = (): ClaimedJob[] => {
      this.#run(
        `UPDATE jobs SET due = NULL, owner = NULL, error = 'the worker did not come back'
         WHERE queue = ? AND due <= ? AND owner IS NOT NULL AND attempts >= max_attempts`,
        queue,
        now,
      );
      const due = this.#prepared(
        `SELECT rowid AS row, queue, id, data, attempts + 1 AS attempt, max_attempts AS maxAttempts
         FROM jobs WHERE queue = ? AND due <= ? ORDER BY due, rowid LIMIT ?`,
      ).all(
        queue,
        now,
        limit === undefined ? most : Math.min(most, this.window(queue, limit, now).left),
      ) as (ClaimedJob & {
        row: number;
      })[];
      if (limit !== undefined) this.#begin(queue, limit, due.length, now);
      for (const { row } of due)
        this.#run(
          'UPDATE jobs SET owner = ?, due = ?, attempts = attempts + 1 WHERE rowid = ?',
          owner,
          now + leaseMs,
          row,
        );
      return due;
    };
    return this.#quick.transaction(take).immediate();
  }

  /** What the queue's limit lets begin. A window that ends later than it can was left by a clock that has since been set back. */
  window(queue: string, { max, perMs }: RateLimit, now: number): Window {
    const open = this.#prepared('SELECT ends, begun FROM windows WHERE queue = ? AND ends > ? AND ends <= ?').get(
      ...[queue, now, now + perMs],
    ) as { ends: number; begun: number } | undefined;
    const left = Math.max(0, max - (open?.begun ?? 0));
    return { left, opensAt: left === 0 && open !== undefined ? open.ends : now };
  }

  #begin(queue: string, { perMs }: RateLimit, count: number, now: number): void {
    if (count === 0) return;
    this.#run(
      `INSERT INTO windows (queue, ends, begun) VALUES (@queue, @ends, @count) ON CONFLICT DO UPDATE SET
         begun = CASE WHEN ends > @now AND ends <= @ends THEN begun + @count ELSE @count END,
         ends = CASE WHEN ends > @now AND ends <= @ends THEN ends ELSE @ends END`,
      { queue, ends: now + perMs, count, now },
    );
  }

  /** Extends the leases of all that the owner still holds. */
  renew(queue: string, owner: string, until: number): void {
    this.#run('UPDATE jobs SET due = ? WHERE queue = ? AND owner = ? AND due IS NOT NULL', until, queue, owner);
  }

  /** The end of a try counts only while it holds the lease: another worker may have the job by now. */
  done(job: ClaimedJob, owner: string): void {
    const { queue, id, attempt } = job;
    this.#run('DELETE FROM jobs WHERE queue = ? AND id = ? AND owner = ? AND attempts = ?', queue, id, owner, attempt);
  }

  /** Waits for `runAt` (ms since the epoch) as if it had been added again. */
  again(job: ClaimedJob, owner: string, runAt: number, data: string | undefined): void {
    this.#run(
      `UPDATE jobs SET owner = NULL, due = ?, data = ?, attempts = 0, error = NULL, progress = 0
       WHERE queue = ? AND id = ? AND owner = ? AND attempts = ?`,
      ...[runAt, data ?? job.data, job.queue, job.id, owner, job.attempt],
    );
  }

  progressed({ queue, id, attempt }: ClaimedJob, owner: string, part: number): void {
    const tell = 'UPDATE jobs SET progress = ? WHERE queue = ? AND id = ? AND owner = ? AND attempts = ?';
    this.#run(tell, part, queue, id, owner, attempt);
  }

  /** Waits for `retryAt` (ms since the epoch), or dead when undefined. */
  failed(job: ClaimedJob, owner: string, error: string, retryAt: number | undefined): void {
    this.#run(
      'UPDATE jobs SET owner = NULL, due = ?, error = ? WHERE queue = ? AND id = ? AND owner = ? AND attempts = ?',
      ...[retryAt ?? null, error, job.queue, job.id, owner, job.attempt],
    );
  }

  counts(queue: string): { waiting: number; running: number; dead: number } {
    return this.#prepared(
      `SELECT count(*) FILTER (WHERE owner IS NULL AND due IS NOT NULL) AS waiting,
              count(owner) AS running, count(*) FILTER (WHERE due IS NULL) AS dead FROM jobs WHERE queue = ?`,
    ).get(queue) as { waiting: number; running: number; dead: number };
  }

  find(queue: string, id: string): FoundRow | undefined {
    return this.#prepared(
      `SELECT queue, id, data, attempts AS attempt, max_attempts AS maxAttempts, progress, error,
              CASE WHEN due IS NULL THEN 'dead' WHEN owner IS NULL THEN 'waiting' ELSE 'running' END AS state
       FROM jobs WHERE queue = ? AND id = ?`,
    ).get(queue, id) as FoundRow | undefined;
  }

  dead(queue: string): readonly (ClaimedJob & { readonly error: string })[] {
    return this.#prepared(
      `SELECT queue, id, data, attempts AS attempt, max_attempts AS maxAttempts, error
       FROM jobs WHERE queue = ? AND due IS NULL ORDER BY rowid`,
    ).all(queue) as (ClaimedJob & { error: string })[];
  }

  retryDead(queue: string, id: string, now: number): boolean {
    const revive = 'UPDATE jobs SET due = ?, attempts = 0, error = NULL WHERE queue = ? AND id = ? AND due IS NULL';
    return this.#run(revive, now, queue, id) > 0;
  }

  close(): void {
    this.#quick.close();
    this.#durable.close();
  }

  #run(
    sql: string,
    ...values: readonly (string | number | null | Readonly<Record<string, string | number>>)[]
  ): number {
    return this.#prepared(sql).run(...values).changes;
  }

  #prepared(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#quick.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
