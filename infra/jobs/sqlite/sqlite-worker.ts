import { randomUUID } from 'node:crypto';
import { backoffMs } from '../backoff.ts';
import type { Job, Worker, WorkOptions } from '../jobs.ts';
import { InvalidJobError } from '../jobs.ts';
import type { ClaimedJob, JobTable } from './job-table.ts';

/** Other processes add to the same file without waking us. */
const SLOW_POLL_MS = 1_000;
const DEFAULT_LEASE_MS = 30_000;
const LONGEST_ERROR = 2_000;

/** Runs the due jobs of one queue, a bounded number at once; sleeps until the next one is due or until it is woken. */
export class SqliteWorker implements Worker {
  readonly queue: string;
  readonly #owner = randomUUID();
  readonly #table: JobTable;
  readonly #run: (job: Job) => Promise<void>;
  readonly #concurrency: number;
  readonly #leaseMs: number;
  readonly #underWay = new Set<Promise<void>>();
  readonly #renewal: NodeJS.Timeout;
  #sleep: NodeJS.Timeout | undefined;
  #wakeUp: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(table: JobTable, options: WorkOptions) {
    const { queue, concurrency = 1, leaseMs = DEFAULT_LEASE_MS, run } = options;
    if (typeof queue !== 'string' || queue === '') throw new InvalidJobError('queue: must be a text that is not empty');
    if (!Number.isSafeInteger(concurrency) || concurrency < 1)
      throw new InvalidJobError('concurrency: must be a positive integer');
    if (!Number.isFinite(leaseMs) || leaseMs < 10) throw new InvalidJobError('leaseMs: must be at least 10');
    this.queue = queue;
    this.#table = table;
    this.#run = run;
    this.#concurrency = concurrency;
    this.#leaseMs = leaseMs;
    this.#renewal = setInterval(() => this.#guarded(() => this.#renew()), leaseMs / 3);
    this.wake();
  }

  /** Looks for due jobs soon: several wake-ups of one turn are one look. */
  wake(): void {
    if (this.#stopped || this.#wakeUp !== undefined) return;
    this.#wakeUp = setImmediate(() => {
      this.#wakeUp = undefined;
      this.#look();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#sleep);
    clearImmediate(this.#wakeUp);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    clearInterval(this.#renewal);
  }

  #look(): void {
    clearTimeout(this.#sleep);
    if (this.#stopped) return;
    let nextMs = SLOW_POLL_MS;
    this.#guarded(() => {
      this.#takeDue();
      const next = this.#table.nextDue(this.queue);
      // With no hand free, the end of a job is what wakes.
      if (next !== undefined && this.#underWay.size < this.#concurrency) nextMs = Math.min(nextMs, next - Date.now());
    });
    this.#sleep = setTimeout(() => this.#look(), Math.max(1, nextMs));
  }

  #takeDue(): void {
    const now = Date.now();
    const free = this.#concurrency - this.#underWay.size;
    const next = this.#table.nextDue(this.queue);
    if (free <= 0 || next === undefined || next > now) return;
    // Own leases first: a turn of the event loop that took too long must not hand us a job that we are running.
    if (this.#underWay.size > 0) this.#renew();
    for (const job of this.#table.claim(this.queue, this.#owner, free, now, this.#leaseMs)) {
      const running = this.#try(job).finally(() => {
        this.#underWay.delete(running);
        this.wake();
      });
      this.#underWay.add(running);
    }
  }

  async #try(job: ClaimedJob): Promise<void> {
    const { queue, id, attempt } = job;
    try {
      await this.#run({ queue, id, attempt, data: JSON.parse(job.data) as Job['data'] });
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_ERROR);
      const retryAt = attempt >= job.maxAttempts ? undefined : Date.now() + backoffMs(attempt, Math.random());
      return this.#guarded(() => this.#table.failed(job, this.#owner, message, retryAt));
    }
    this.#guarded(() => this.#table.done(job, this.#owner));
  }

  #renew(): void {
    if (this.#underWay.size > 0) this.#table.renew(this.queue, this.#owner, Date.now() + this.#leaseMs);
  }

  /** A table that can't be written now (disk full, locked) must not end the worker: what is not recorded is tried again. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      process.emitWarning(`jobs of ${this.queue}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
