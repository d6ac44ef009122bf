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

export interface WorkOptions {
  readonly queue: string;
  /** Most jobs of this worker at once. Default 1. */
  readonly concurrency?: number;
  /** Resolves: done and gone. Rejects: tried again after backoff with jitter (1 s doubling to 5 min), then dead. */
  readonly run: (job: Job) => Promise<void>;
  /** A job whose worker died is given to another after this. Default 30 s; renewed while it runs. */
  readonly leaseMs?: number;
}

export interface Worker {
  /** Takes no more; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** A job, queue or option that the port does not take. The message names the field. */
export class InvalidJobError extends Error {
  override readonly name = 'InvalidJobError';
}

/** The port of durable delayed work. Adapters: embedded (SQLite), BullMQ. At least once: `run` must be idempotent. */
export interface Jobs {
  /** Resolved: the job survives power loss. */
  add(job: JobSpec): Promise<void>;
  addMany(jobs: readonly JobSpec[]): Promise<void>;
  /** Takes back what has not begun. */
  cancel(queue: string, id: string): Promise<void>;
  /** Moves a waiting job's time. No error where there is none. */
  reschedule(queue: string, id: string, runAt: string): Promise<void>;
  work(options: WorkOptions): Worker;
  counts(queue: string): Promise<{ readonly waiting: number; readonly running: number; readonly dead: number }>;
  dead(queue: string): Promise<readonly (Job & { readonly error: string })[]>;
  retryDead(queue: string, id: string): Promise<boolean>;
  close(): Promise<void>;
}
