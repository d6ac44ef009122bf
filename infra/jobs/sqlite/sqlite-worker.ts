import { randomUUID } from 'node:crypto';
import { backoffMs } from '../backoff.ts';
import { instantMs } from '../job-row.ts';
import type { Job, Worker, WorkOptions } from '../jobs.ts';
import { checkedProgress, type WorkSettings, workSettings } from '../work-settings.ts';
import type { ClaimedJob, JobTable } from './job-table.ts';

/** Other processes add to the same file without waking us. */
const SLOW_POLL_MS = 1_000;
const LONGEST_ERROR = 2_000;

/** Runs the due jobs of one queue, a bounded number at once; sleeps until the next one is due or until it is woken. */
export class SqliteWorker implements Worker {
  readonly queue: string;
  readonly #owner = randomUUID();
  readonly #table: JobTable;
  readonly #run: WorkOptions['run'];
  readonly #settings: WorkSettings;
  readonly #underWay = new Set<Promise<void>>();
  readonly #renewal: NodeJS.Timeout;
  #sleep: NodeJS.Timeout | undefined;
  #wakeUp: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(table: JobTable, options: WorkOptions) {
    this.#settings = workSettings(options);
    this.queue = this.#settings.queue;
    this.#table = table;
    this.#run = options.run;
    this.#renewal = setInterval(() => this.#guarded(() => this.#renew()), this.#settings.leaseMs / 3);
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
      const next = this.#nextAt();
      // With no hand free, the end of a job is what wakes.
      if (next !== undefined && this.#underWay.size < this.#settings.concurrency) nextMs = next - Date.now();
    });
    this.#sleep = setTimeout(() => this.#look(), Math.min(SLOW_POLL_MS, Math.max(1, nextMs)));
  }

  /** When the next job may begin, in ms since the epoch. */
  #nextAt(): number | undefined {
    const { queue, limit } = this.#settings;
    const due = this.#table.nextDue(queue);
    if (due === undefined || limit === undefined) return due;
    return Math.max(due, this.#table.window(queue, limit, Date.now()).opensAt);
  }

  #takeDue(): void {
    const { queue, concurrency, leaseMs, limit } = this.#settings;
    const now = Date.now();
    const free = concurrency - this.#underWay.size;
    const next = this.#nextAt();
    if (free <= 0 || next === undefined || next > now) return;
    // Own leases first: a turn of the event loop that took too long must not hand us a job that we are running.
    if (this.#underWay.size > 0) this.#renew();
    for (const job of this.#table.claim(queue, this.#owner, free, now, leaseMs, limit)) {
      const running = this.#try(job).finally(() => {
        this.#underWay.delete(running);
        this.wake();
      });
      this.#underWay.add(running);
    }
  }

  async #try(job: ClaimedJob): Promise<void> {
    const { queue, id, attempt } = job;
    const progress = async (part: number): Promise<void> => {
      const told = checkedProgress(part);
      this.#guarded(() => this.#table.progressed(job, this.#owner, told));
    };
    try {
      const next = await this.#run({ queue, id, attempt, data: JSON.parse(job.data) as Job['data'] }, { progress });
      const runAt = next ? instantMs(next.runAt) : undefined;
      const data = next?.data === undefined ? undefined : JSON.stringify(next.data);
      this.#guarded(() => {
        if (runAt === undefined) this.#table.done(job, this.#owner);
        else this.#table.again(job, this.#owner, runAt, data);
      });
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_ERROR);
      const retryAt = attempt >= job.maxAttempts ? undefined : Date.now() + backoffMs(attempt, Math.random());
      this.#guarded(() => this.#table.failed(job, this.#owner, message, retryAt));
    }
  }

  #renew(): void {
    if (this.#underWay.size > 0) this.#table.renew(this.queue, this.#owner, Date.now() + this.#settings.leaseMs);
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
