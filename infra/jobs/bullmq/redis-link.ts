import { Redis, type RedisOptions } from 'ioredis';
import { JobsUnavailableError } from '../jobs.ts';

/** Longest that a request may take before its caller hears that Redis is away. */
const ANSWER_MS = 5_000;
/** A connection that owes an answer for so long is dead, although nobody closed it. More than a worker blocks (10 s). */
const SILENCE_MS = 20_000;
const LONGEST_RETRY_MS = 1_000;
const SAME_WARNING_MS = 60_000;
const DEFAULT_PREFIX = 'spirit';

/** The connections of one adapter to one Redis. */
export interface RedisLink {
  /** What every key begins with. */
  readonly prefix: string;
  /** For requests: a command is rejected within seconds while Redis is away. */
  readonly requests: Redis;
  /** For workers, made when first asked for: its commands wait until Redis is back. */
  forWorkers(): Redis;
  /** Once a minute each, since an outage says the same many times a second. */
  warn(message: string): void;
  /** @throws JobsUnavailableError in place of whatever the work throws */
  ask<R>(work: () => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

/**
 * Connects to `redis(s)://[user:password@]host:port/db?prefix=…`.
 * @throws Error naming JOBS_URL when the URL is not one; JobsUnavailableError when no Redis answers there.
 */
export const connectRedis = async (url: string): Promise<RedisLink> => {
  const { address, where, prefix } = parsed(url);
  let closing = false;
  let workers: Redis | undefined;
  const warn = quietly((message) => process.emitWarning(`jobs on Redis at ${where}: ${message}`));
  const options: RedisOptions = {
    connectTimeout: ANSWER_MS,
    socketTimeout: SILENCE_MS,
    keepAlive: SILENCE_MS,
    retryStrategy: (times) => (closing ? null : Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RETRY_MS)),
    // After a failover the old primary is read-only: connect anew and send the command again.
    reconnectOnError: ({ message }) => (message.startsWith('READONLY') ? 2 : false),
  };
  const listened = (redis: Redis): Redis => redis.on('error', (error: Error) => warn(error.message));

  const ask = async <R>(work: () => Promise<R>): Promise<R> => {
    try {
      return await inTime(work());
    } catch (error) {
      throw new JobsUnavailableError(`the job queue at ${where} did not do it: ${messageOf(error)}`, { cause: error });
    }
  };
  const requests = listened(new Redis(address, { ...options, lazyConnect: true, maxRetriesPerRequest: 1 }));
  const close = async (): Promise<void> => {
    closing = true;
    await Promise.all([requests, workers].map((redis) => ended(redis)));
  };
  try {
    const persistence = await inTime(requests.connect().then(() => requests.info('persistence')));
    if (/^aof_enabled:0/m.test(persistence))
      warn('it keeps no append-only file, so jobs may be lost with it; see docs/operations.md');
  } catch (error) {
    await close();
    throw new JobsUnavailableError(`JOBS_URL: no Redis answers at ${where}: ${messageOf(error)}`, { cause: error });
  }
  const forWorkers = (): Redis => {
    workers ??= listened(new Redis(address, { ...options, maxRetriesPerRequest: null }));
    return workers;
  };
  return { prefix, requests, forWorkers, warn, ask, close };
};

/** One timer a request: the client's own would be one for each of a batch's hundreds of commands. */
const inTime = async <R>(work: Promise<R>): Promise<R> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const parsed = (url: string): { readonly address: string; readonly where: string; readonly prefix: string } => {
  const { protocol, host, pathname, searchParams, username, password, hostname } = new URL(url);
  const unknown = [...searchParams.keys()].filter((name) => name !== 'prefix');
  if (unknown.length > 0) throw new Error(`JOBS_URL: unknown parameter ${unknown.join(', ')}; there is prefix`);
  if (hostname === '' || !/^\/?\d*$/.test(pathname)) throw new Error('JOBS_URL: must be redis(s)://host:port/number');
  const who = username === '' && password === '' ? '' : `${username}:${password}@`;
  const address = `${protocol}//${who}${host}${pathname}`;
  return { address, where: `${host}${pathname}`, prefix: searchParams.get('prefix') || DEFAULT_PREFIX };
};

/** Lets the same text through once a minute. */
const quietly = (tell: (message: string) => void): ((message: string) => void) => {
  const told = new Map<string, number>();
  return (message) => {
    const now = Date.now();
    for (const [text, at] of told) if (now - at > SAME_WARNING_MS) told.delete(text);
    if (told.has(message)) return;
    told.set(message, now);
    tell(message);
  };
};

/** Ends a connection, at once where Redis is away. */
const ended = async (redis: Redis | undefined): Promise<void> => {
  if (redis === undefined || redis.status === 'end') return;
  if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect());
  else redis.disconnect();
};
