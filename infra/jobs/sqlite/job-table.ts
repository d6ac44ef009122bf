import Database from 'better-sqlite3';
import type { JobRow } from '../job-row.ts';

export interface ClaimedJob {
  readonly queue: string;
  readonly id: string;
  readonly data: string;
  readonly attempt: number;
  readonly maxAttempts: number;
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
      CREATE INDEX IF NOT EXISTS jobs_due ON jobs (queue, due);`);
    this.#quick = new Database(file);
    this.#quick.pragma('synchronous = NORMAL');
    this.#insert = this.#durable.prepare(
      `INSERT INTO jobs (queue, id, data, due, max_attempts) VALUES (@queue, @id, @data, @runAt, @maxAttempts)
       ON CONFLICT DO NOTHING`,
    );
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

  /** Takes up to `limit` due jobs, longest due first, and leases them to the owner. A job whose last try's worker died is dead. */
  claim(queue: string, owner: string, limit: number, now: number, leaseMs: number): readonly ClaimedJob[] {
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
      ).all(queue, now, limit) as (ClaimedJob & { row: number })[];
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

  /** Extends the leases of all that the owner still holds. */
  renew(queue: string, owner: string, until: number): void {
    this.#run('UPDATE jobs SET due = ? WHERE queue = ? AND owner = ? AND due IS NOT NULL', until, queue, owner);
  }

  /** The end of a try counts only while it holds the lease: another worker may have the job by now. */
  done(job: ClaimedJob, owner: string): void {
    const { queue, id, attempt } = job;
    this.#run('DELETE FROM jobs WHERE queue = ? AND id = ? AND owner = ? AND attempts = ?', queue, id, owner, attempt);
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

  #run(sql: string, ...values: readonly (string | number | null)[]): number {
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
