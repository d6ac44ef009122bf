import { type Job as BullJob, type JobsOptions, type JobType, Queue } from 'bullmq';
import type { JobRow } from '../job-row.ts';
import { instantMs, jobRow } from '../job-row.ts';
import type { FoundJob, Job, JobSpec, Jobs, Worker, WorkOptions } from '../jobs.ts';
import { BullmqWorker } from './bullmq-worker.ts';
import { jobIdOf, jobKey, queueName } from './names.ts';
import { connectRedis, type RedisLink } from './redis-link.ts';
import { cancelWaiting, rescheduleWaiting } from './waiting-jobs.ts';

/** Jobs sent to Redis in one go: more would keep it from answering others for long. */
const BATCH = 500;
/** BullMQ tells what it does in a stream for each queue, which nobody here reads. */
const EVENTS_KEPT = 100;

/** Jobs in Redis, for any number of processes on any number of machines. */
export class BullmqJobs implements Jobs {
  readonly #link: RedisLink;
  readonly #queues = new Map<string, Queue>();
  readonly #workers = new Set<BullmqWorker>();
  readonly #asked = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @throws Error naming JOBS_URL; JobsUnavailableError when no Redis answers */
  static async open(url: string): Promise<BullmqJobs> {
    return new BullmqJobs(await connectRedis(url));
  }

  private constructor(link: RedisLink) {
    this.#link = link;
  }

  async add(job: JobSpec): Promise<void> {
    const now = Date.now();
    const row = jobRow(job, now);
    await this.#ask(row.queue, (queue) => queue.add('job', job.data, optionsOf(row, now)));
  }

  async addMany(jobs: readonly JobSpec[]): Promise<void> {
    const now = Date.now();
    const rows = jobs.map((job) => ({ ...jobRow(job, now), job }));
    // What is already due runs in the order in which it comes.
    const inOrder = rows.toSorted((a, b) => a.runAt - b.runAt);
    for (const name of new Set(rows.map(({ queue }) => queue))) {
      const own = inOrder.filter(({ queue }) => queue === name);
      for (let at = 0; at < own.length; at += BATCH) {
        const batch = own.slice(at, at + BATCH);
        const entries = batch.map((row) => ({ name: 'job', data: row.job.data, opts: optionsOf(row, now) }));
        await this.#ask(name, (queue) => queue.addBulk(entries));
      }
    }
  }

  async cancel(queue: string, id: string): Promise<void> {
    await this.#ask(queue, (open) => cancelWaiting(this.#link.requests, open, jobKey(id)));
  }

  async reschedule(queue: string, id: string, runAt: string): Promise<void> {
    const at = instantMs(runAt);
    await this.#ask(queue, (open) => rescheduleWaiting(this.#link.requests, open, jobKey(id), at));
  }

  work(options: WorkOptions): Worker {
    this.#refuseWhenClosed();
    const worker = new BullmqWorker(this.#link, options);
    this.#workers.add(worker);
    const stop = async (): Promise<void> => {
      await worker.stop();
      this.#workers.delete(worker);
    };
    return { stop };
  }

  async counts(queue: string): Promise<{ waiting: number; running: number; dead: number }> {
    const counts = await this.#ask(queue, (open) => open.getJobCounts('wait', 'delayed', 'active', 'failed'));
    return {
      waiting: (counts.wait ?? 0) + (counts.delayed ?? 0),
      running: counts.active ?? 0,
      dead: counts.failed ?? 0,
    };
  }

  async find(queue: string, id: string): Promise<FoundJob | undefined> {
    const found = await this.#ask(queue, async (open) => {
      const job = await open.getJob(jobKey(id));
      return job === undefined ? undefined : { job, state: STATES[await open.getJobState(jobKey(id))] };
    });
    if (found?.state === undefined) return undefined;
    const { job, state } = found;
    const shown = { ...jobOf(queue, job), state, progress: typeof job.progress === 'number' ? job.progress : 0 };
    return job.failedReason ? { ...shown, error: job.failedReason } : shown;
  }

  async dead(queue: string): Promise<readonly (Job & { readonly error: string })[]> {
    const jobs = await this.#ask(queue, (open) => open.getJobs(['failed'], 0, -1, true));
    return jobs.map((job) => ({ ...jobOf(queue, job), error: job.failedReason ?? '' }));
  }

  retryDead(queue: string, id: string): Promise<boolean> {
    return this.#ask(queue, async (open) => {
      const job = await open.getJob(jobKey(id));
      if (job === undefined || !(await job.isFailed())) return false;
      try {
        await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        return true;
      } catch (error) {
        // Another may have been quicker.
        if (await job.isFailed()) throw error;
        return false;
      }
    });
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop()));
    await Promise.allSettled(this.#asked);
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
    await this.#link.close();
  }

  async #ask<R>(queue: string, work: (open: Queue) => Promise<R>): Promise<R> {
    this.#refuseWhenClosed();
    const asking = this.#link.ask(() => work(this.#queue(queue)));
    this.#asked.add(asking);
    try {
      return await asking;
    } finally {
      this.#asked.delete(asking);
    }
  }

  #queue(name: string): Queue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new Queue(queueName(name), {
        connection: this.#link.requests,
        prefix: this.#link.prefix,
        streams: { events: { maxLen: EVENTS_KEPT } },
        // Made while Redis is away it must reject like one that was made before, not wait.
        skipWaitingForReady: true,
        skipVersionCheck: true,
      });
      // The connection's own errors: each request tells its caller.
      queue.on('error', () => {});
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw new Error('the job queue is closed');
  }
}

const STATES: Readonly<Partial<Record<JobType | 'unknown', FoundJob['state']>>> = {
  waiting: 'waiting',
  delayed: 'waiting',
  active: 'running',
  failed: 'dead',
};

const optionsOf = ({ id, runAt, maxAttempts }: JobRow, now: number): JobsOptions => ({
  jobId: jobKey(id),
  timestamp: now,
  delay: Math.max(0, runAt - now),
  attempts: maxAttempts,
  backoff: { type: 'port' },
  // Done is gone; dead stays, and keeps its id from being added again.
  removeOnComplete: true,
  removeOnFail: false,
  stackTraceLimit: 0,
});

/** A job whose last worker died was begun once more than it may. */
const jobOf = (queue: string, { id, attemptsStarted, opts, data }: BullJob): Job => ({
  queue,
  id: jobIdOf(id ?? ''),
  attempt: Math.min(attemptsStarted, opts.attempts ?? 1),
  data,
});
