export interface JobSpec {
  /** Which worker takes it. */
  readonly queue: string;
  /** Same id in the same queue, not yet done: added once. A dead one is not done: it comes back by `retryDead`. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** ISO 8601 instant before which it does not run. */
  readonly runAt?: string;
  /** Tries before it is dead. Default 10. */
  readonly maxAttempts?: number;
}

export interface Job {
  readonly queue: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** What a running job can tell the queue. */
export interface JobControl {
  /** How far it is, from 0 to 1, as `find` shows it. Once the try has ended it does nothing. */
  progress(part: number): Promise<void>;
}

/** A run's answer that the same job is to run again later: how repeated work is done. */
export interface NextRun {
  /** ISO 8601 instant. */
  readonly runAt: string;
  /** Left out: as it was. */
  readonly data?: Job['data'];
}

/** At most `max` jobs of a queue begin in a window of `perMs`, over all its workers that say so. A window begins with its first job. */
export interface RateLimit {
  readonly max: number;
  readonly perMs: number;
}

export interface WorkOptions {
  readonly queue: string;
  /** Most jobs of this worker at once. Default 1. */
  readonly concurrency?: number;
  /**
   * Resolves: done and gone, or with a `NextRun`: waits for that, with all its tries before it. Rejects: tried again after backoff
   * with jitter (1 s doubling to 5 min), then dead.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most runs just end, and return nothing
  readonly run: (job: Job, control: JobControl) => Promise<void | NextRun | undefined>;
  /** A job whose worker died is given to another after this. Default 30 s; renewed while it runs. */
  readonly leaseMs?: number;
  /** Default: none. */
  readonly limit?: RateLimit;
}

/** A job as `find` shows it. */
export interface FoundJob extends Job {
  readonly state: 'waiting' | 'running' | 'dead';
  /** Tries that have begun. */
  readonly attempt: number;
  /** What the job last told, from 0 to 1; 0 before. */
  readonly progress: number;
  /** Why its last try failed. */
  readonly error?: string;
}

export interface Worker {
  /** Takes no more; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** A job, queue or option that the port does not take. The message names the field. */
export class InvalidJobError extends Error {
  override readonly name = 'InvalidJobError';
}

/** The queue can't be reached. The work may or may not have been done: it can be asked for again, a job's id makes that harmless. */
export class JobsUnavailableError extends Error {
  override readonly name = 'JobsUnavailableError';
}

/** The port of durable delayed work. Adapters: embedded (SQLite), BullMQ. At least once: `run` must be idempotent. */
export interface Jobs {
  /** Resolved: the job survives power loss. @throws JobsUnavailableError within seconds when the queue can't be reached */
  add(job: JobSpec): Promise<void>;
  addMany(jobs: readonly JobSpec[]): Promise<void>;
  /** Takes back what has not begun. */
  cancel(queue: string, id: string): Promise<void>;
  /** Moves a waiting job's time. No error where there is none. */
  reschedule(queue: string, id: string, runAt: string): Promise<void>;
  work(options: WorkOptions): Worker;
  counts(queue: string): Promise<{ readonly waiting: number; readonly running: number; readonly dead: number }>;
  /** The job while it is not done. */
  find(queue: string, id: string): Promise<FoundJob | undefined>;
  dead(queue: string): Promise<readonly (Job & { readonly error: string })[]>;
  retryDead(queue: string, id: string): Promise<boolean>;
  close(): Promise<void>;
}
