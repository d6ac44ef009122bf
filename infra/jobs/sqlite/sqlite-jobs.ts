import type { JobRow } from '../job-row.ts';
import { instantMs, jobRow } from '../job-row.ts';
import type { FoundJob, Job, JobSpec, Jobs, Worker, WorkOptions } from '../jobs.ts';
import { JobTable } from './job-table.ts';
import { SqliteWorker } from './sqlite-worker.ts';

interface Addition {
  readonly rows: readonly JobRow[];
  readonly added: () => void;
  readonly refused: (error: unknown) => void;
}

/** Jobs in one SQLite file, for any number of processes on one machine. Additions of one turn are flushed to the disk together. */
export class SqliteJobs implements Jobs {
  readonly #table: JobTable;
  readonly #workers = new Set<SqliteWorker>();
  #additions: Addition[] = [];
  #flushing: NodeJS.Immediate | undefined;
  #closing: Promise<void> | undefined;

  constructor(file: string) {
    this.#table = new JobTable(file);
  }

  async add(job: JobSpec): Promise<void> {
    await this.addMany([job]);
  }

  async addMany(jobs: readonly JobSpec[]): Promise<void> {
    this.#refuseWhenClosed();
    const now = Date.now();
    const rows = jobs.map((job) => jobRow(job, now));
    if (rows.length === 0) return;
    await new Promise<void>((added, refused) => {
      this.#additions.push({ rows, added, refused });
      this.#flushing ??= setImmediate(() => this.#flush());
    });
  }

  async cancel(queue: string, id: string): Promise<void> {
    this.#open().cancel(queue, id);
  }

  async reschedule(queue: string, id: string, runAt: string): Promise<void> {
    this.#open().reschedule(queue, id, instantMs(runAt));
    this.#wake(new Set([queue]));
  }

  work(options: WorkOptions): Worker {
    const worker = new SqliteWorker(this.#open(), options);
    this.#workers.add(worker);
    const stop = async (): Promise<void> => {
      await worker.stop();
      this.#workers.delete(worker);
    };
    return { stop };
  }

  async counts(queue: string): Promise<{ waiting: number; running: number; dead: number }> {
    return this.#open().counts(queue);
  }

  async find(queue: string, id: string): Promise<FoundJob | undefined> {
    const row = this.#open().find(queue, id);
    if (row === undefined) return undefined;
    const { state, attempt, progress, error } = row;
    const job = { queue, id, data: JSON.parse(row.data) as Job['data'], attempt, state, progress };
    return error === null ? job : { ...job, error };
  }

  async dead(queue: string): Promise<readonly (Job & { readonly error: string })[]> {
    const jobs = this.#open().dead(queue);
    return jobs.map(({ id, attempt, error, data }) => ({
      queue,
      id,
      attempt,
      error,
      data: JSON.parse(data) as Job['data'],
    }));
  }

  async retryDead(queue: string, id: string): Promise<boolean> {
    const revived = this.#open().retryDead(queue, id, Date.now());
    if (revived) this.#wake(new Set([queue]));
    return revived;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    this.#flush();
    this.#table.close();
  }

  /** The table with all additions in it, so that each call sees what was asked before it. */
  #open(): JobTable {
    this.#refuseWhenClosed();
    this.#flush();
    return this.#table;
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw new Error('the job queue is closed');
  }

  #flush(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    const additions = this.#additions;
    if (additions.length === 0) return;
    this.#additions = [];
    try {
      this.#table.insert(additions.flatMap(({ rows }) => rows));
      for (const { added } of additions) added();
      this.#wake(new Set(additions.flatMap(({ rows }) => rows.map(({ queue }) => queue))));
    } catch (error) {
      for (const { refused } of additions) refused(error);
    }
  }

  #wake(queues: ReadonlySet<string>): void {
    for (const worker of this.#workers) if (queues.has(worker.queue)) worker.wake();
  }
}
