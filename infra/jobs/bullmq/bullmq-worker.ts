import { setTimeout as pause } from 'node:timers/promises';
import { type Job as BullJob, Worker as BullWorker, DelayedError, UnrecoverableError } from 'bullmq';
import { backoffMs } from '../backoff.ts';
import { instantMs } from '../job-row.ts';
import type { Job, NextRun, Worker, WorkOptions } from '../jobs.ts';
import { checkedProgress, workSettings } from '../work-settings.ts';
import { jobIdOf, queueName } from './names.ts';
import type { RedisLink } from './redis-link.ts';

const LONGEST_ERROR = 2_000;
/** How long the end of the last jobs may take to be recorded. After it they run again elsewhere when their leases end. */
const LAST_WORD_MS = 2_000;
const RETRY_MS = 500;
/** What BullMQ says of a try whose lease has ended, or whose end was recorded although the answer got lost: harmless, job by job. */
const TOO_LATE = /^Missing (?:key|lock) for job|^could not renew lock/;
const LOST = 'the end of a try came too late to count, as happens when Redis was away';

/** A try that failed, but not the last. */
class FailedTry extends Error {
  readonly attempt: number;

  constructor(message: string, attempt: number) {
    super(message);
    this.attempt = attempt;
  }
}

/** Ends also while Redis is away, where `close` would wait until it is back. */
class LeavingWorker extends BullWorker {
  async leave(): Promise<void> {
    await this.lockManager.close();
    await this.backend.close(true);
  }
}

/** Runs the due jobs of one queue. BullMQ's locks are the leases, its attempts started are the tries. */
export class BullmqWorker implements Worker {
  readonly #queue: string;
  readonly #run: WorkOptions['run'];
  readonly #worker: LeavingWorker;
  readonly #underWay = new Set<Promise<void>>();
  #stopping: Promise<void> | undefined;

  constructor(link: RedisLink, options: WorkOptions) {
    const { queue, concurrency, leaseMs, limit } = workSettings(options);
    this.#queue = queue;
    this.#run = options.run;
    const lease = Math.round(leaseMs);
    // Two parameters: with a third, BullMQ would make an abort signal for each job.
    const process = (job: BullJob, token: string | undefined): Promise<void> => this.#process(job, token);
    this.#worker = new LeavingWorker(queueName(queue), process, {
      connection: link.forWorkers(),
      prefix: link.prefix,
      concurrency,
      lockDuration: lease,
      lockRenewTime: lease / 3,
      stalledInterval: Math.max(1, Math.round(lease / 3)),
      // How often a job may lose its worker is told by its tries.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: RETRY_MS,
      settings: { backoffStrategy: (failed, _type, error) => waitAfter(failed, error) },
      ...(limit === undefined ? {} : { limiter: { max: limit.max, duration: limit.perMs } }),
    });
    this.#worker.on('error', ({ message }) => link.warn(`queue ${queue}: ${TOO_LATE.test(message) ? LOST : message}`));
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const closed = this.#worker.close();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    const timer = new AbortController();
    const late = pause(LAST_WORD_MS, 'late', { signal: timer.signal }).catch(() => undefined);
    if ((await Promise.race([closed, late])) === 'late') await this.#worker.leave();
    timer.abort();
  }

  async #process(job: BullJob, token: string | undefined): Promise<void> {
    // A last try whose worker died is begun once more, only to be told dead.
    if (job.attemptsStarted > (job.opts.attempts ?? 1)) throw new UnrecoverableError('the worker did not come back');
    const running = this.#try(job);
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay.add(settled);
    void settled.then(() => this.#underWay.delete(settled));
    const next = await running;
    if (next !== undefined) await this.#putBack(job, token, next);
  }

  /** @throws FailedTry, or UnrecoverableError when it was the last, with a message of bounded length */
  async #try(job: BullJob): Promise<{ readonly runAt: number; readonly data: Job['data'] } | undefined> {
    let ended = false;
    const progress = async (part: number): Promise<void> => {
      const told = checkedProgress(part);
      if (!ended) await job.updateProgress(told);
    };
    try {
      const told: Job = { queue: this.#queue, id: jobIdOf(job.id ?? ''), attempt: job.attemptsStarted, data: job.data };
      const next: NextRun | undefined = (await this.#run(told, { progress })) || undefined;
      return next === undefined ? undefined : { runAt: instantMs(next.runAt), data: next.data ?? told.data };
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).slice(0, LONGEST_ERROR);
      if (job.attemptsStarted >= (job.opts.attempts ?? 1)) throw new UnrecoverableError(message);
      throw new FailedTry(message, job.attemptsStarted);
    } finally {
      ended = true;
    }
  }

  /** In one step of Redis: the job waits again, as if it had been added anew. */
  async #putBack(job: BullJob, token: string | undefined, next: { runAt: number; data: Job['data'] }): Promise<never> {
    const now = Date.now();
    const fields = { data: JSON.stringify(next.data), ats: 0, atm: 0, progress: 0, failedReason: '' };
    await this.#worker.getBackend().moveToDelayed(job.id ?? '', now, Math.max(0, next.runAt - now), token ?? '', {
      fieldsToUpdate: fields,
      skipAttempt: true,
    });
    throw new DelayedError();
  }
}

/** BullMQ counts only the tries that failed, the port also those whose worker died. */
const waitAfter = (failed: number, error: Error | undefined): number =>
  backoffMs(error instanceof FailedTry ? error.attempt : failed, Math.random());
