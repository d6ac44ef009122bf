import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

// What BullMQ has no single call for: it removes also what has failed, and moves the time only of what is not yet due. Two calls would
// leave a moment in which the job begins. So two scripts over BullMQ's lists, which the contract suite holds to the installed version.

const CANCEL = `
if redis.call('LREM', KEYS[1], 1, ARGV[1]) + redis.call('ZREM', KEYS[2], ARGV[1]) > 0 then
  redis.call('DEL', KEYS[3])
end`;

/** BullMQ keeps a due time in ms times 4096, and the earliest one in a marker that wakes its workers. */
const RESCHEDULE = `
if redis.call('LREM', KEYS[1], 1, ARGV[1]) + redis.call('ZREM', KEYS[2], ARGV[1]) > 0 then
  redis.call('ZADD', KEYS[2], ARGV[2] * 4096, ARGV[1])
  local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  redis.call('ZADD', KEYS[3], math.floor(first[2] / 4096), '1')
end`;

/** Removes a job that has not begun. */
export const cancelWaiting = async (redis: Redis, queue: Queue, key: string): Promise<void> => {
  await redis.eval(CANCEL, 3, queue.toKey('wait'), queue.toKey('delayed'), queue.toKey(key), key);
};

/** Moves the time of a job that has not begun. @param runAt ms since the epoch */
export const rescheduleWaiting = async (redis: Redis, queue: Queue, key: string, runAt: number): Promise<void> => {
  await redis.eval(RESCHEDULE, 3, queue.toKey('wait'), queue.toKey('delayed'), queue.toKey('marker'), key, runAt);
};
