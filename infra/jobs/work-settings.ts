import type { RateLimit, WorkOptions } from './jobs.ts';
import { InvalidJobError } from './jobs.ts';

/** How a worker works, checked and with what was left out. */
export interface WorkSettings {
  readonly queue: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly limit: RateLimit | undefined;
}

const DEFAULT_LEASE_MS = 30_000;

/** @throws InvalidJobError */
export const workSettings = (options: WorkOptions): WorkSettings => {
  const { queue, concurrency = 1, leaseMs = DEFAULT_LEASE_MS, limit } = options;
  if (typeof queue !== 'string' || queue === '') throw new InvalidJobError('queue: must be a text that is not empty');
  if (!isPositive(concurrency)) throw new InvalidJobError('concurrency: must be a positive integer');
  if (!Number.isFinite(leaseMs) || leaseMs < 10) throw new InvalidJobError('leaseMs: must be at least 10');
  if (limit !== undefined && !(isPositive(limit.max) && isPositive(limit.perMs)))
    throw new InvalidJobError('limit: max and perMs must be positive integers');
  return { queue, concurrency, leaseMs, limit };
};

/** @throws InvalidJobError */
export const checkedProgress = (part: number): number => {
  if (!(part >= 0 && part <= 1)) throw new InvalidJobError('progress: must be from 0 to 1');
  return part;
};

const isPositive = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
