import type { JobSpec } from './jobs.ts';
import { InvalidJobError } from './jobs.ts';

/** A job as adapters store it. */
export interface JobRow {
  readonly queue: string;
  readonly id: string;
  /** JSON. */
  readonly data: string;
  /** Milliseconds since the epoch. */
  readonly runAt: number;
  readonly maxAttempts: number;
}

const DEFAULT_ATTEMPTS = 10;

/** Checks a job and fills in what it leaves out. @throws InvalidJobError */
export const jobRow = (job: JobSpec, now: number): JobRow => {
  const { queue, id, maxAttempts = DEFAULT_ATTEMPTS } = job;
  if (typeof queue !== 'string' || queue === '') throw new InvalidJobError('queue: must be a text that is not empty');
  if (typeof id !== 'string' || id === '') throw new InvalidJobError('id: must be a text that is not empty');
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1)
    throw new InvalidJobError('maxAttempts: must be a positive integer');
  const data = JSON.stringify(job.data);
  if (data?.[0] !== '{') throw new InvalidJobError('data: must be a JSON object');
  return { queue, id, data, runAt: job.runAt === undefined ? now : instantMs(job.runAt), maxAttempts };
};

/** Milliseconds since the epoch of an ISO 8601 instant. @throws InvalidJobError */
export const instantMs = (runAt: string): number => {
  const at = /^\d{4}-\d\d-\d\dT/.test(runAt) ? Date.parse(runAt) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidJobError(`runAt: ${JSON.stringify(runAt)} is not an ISO 8601 instant`);
  return at;
};
