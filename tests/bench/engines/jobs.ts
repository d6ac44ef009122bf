import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { redis } from '../../../infra/engines/redis.ts';
import { startEngine } from '../../../infra/engines/start-engine.ts';
import { openJobs } from '../../../infra/jobs/open-jobs.ts';
import { percentile, type Row } from '../report.ts';

const ROUNDS = 31;
const ONE_BY_ONE = 100;
const AT_ONCE = 64;
const MANY = 500;
const BATCH = 500;
const CONCURRENCY = 20;
const AIM = 0.8;

/** The same work, by our adapter or by bare BullMQ. */
interface Side {
  readonly add: (id: number) => Promise<void>;
  readonly addMany: (ids: readonly number[]) => Promise<void>;
  /** Resolves when as many have been run. */
  readonly work: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const QUEUE = 'bench';
const data = { tenant: 'spirit-tours', bookingId: '0198c0de-0000-7000-8000-000000000000', departureId: null };
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

const oursOn = async (url: string): Promise<Side> => {
  const jobs = await openJobs({ url: `${url}?prefix=ours`, dataDir: tmpdir() });
  const spec = (id: number) => ({ queue: QUEUE, id: `job-${id}`, data });
  return {
    add: (id) => jobs.add(spec(id)),
    addMany: (ids) => jobs.addMany(ids.map(spec)),
    work: (count) =>
      untilAll(count, (ran) => jobs.work({ queue: QUEUE, concurrency: CONCURRENCY, run: async () => ran() }).stop),
    close: () => jobs.close(),
  };
};

const bareOn = async (url: string): Promise<Side> => {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const prefix = 'bare';
  const queue = new Queue(QUEUE, { connection, prefix, streams: { events: { maxLen: 100 } } });
  const opts = (id: number) => ({
    jobId: `job-${id}`,
    attempts: 10,
    backoff: { type: 'exponential', delay: 1_000 },
    removeOnComplete: true,
    removeOnFail: false,
    stackTraceLimit: 0,
  });
  return {
    add: async (id) => void (await queue.add('job', data, opts(id))),
    addMany: async (ids) => {
      for (let at = 0; at < ids.length; at += BATCH)
        await queue.addBulk(ids.slice(at, at + BATCH).map((id) => ({ name: 'job', data, opts: opts(id) })));
    },
    work: (count) =>
      untilAll(count, (ran) => {
        const worker = new Worker(QUEUE, async () => ran(), { connection, prefix, concurrency: CONCURRENCY });
        return () => worker.close();
      }),
    close: async () => {
      await queue.close();
      await connection.quit();
    },
  };
};

const untilAll = async (count: number, start: (ran: () => void) => () => Promise<void>): Promise<void> => {
  let left = count;
  let stop = (): Promise<void> => Promise.resolve();
  await new Promise<void>((all) => {
    stop = start(() => {
      left -= 1;
      if (left === 0) all();
    });
  });
  await stop();
};

interface Step {
  readonly name: string;
  readonly jobs: number;
  /** What is measured, with ids from `first` on that no job had before. */
  readonly work: (side: Side, first: number) => Promise<void>;
}

const STEPS: readonly Step[] = [
  {
    name: 'add one by one',
    jobs: ONE_BY_ONE,
    work: async (side, first) => {
      for (const id of range(first, ONE_BY_ONE)) await side.add(id);
    },
  },
  {
    name: `add, ${AT_ONCE} at once`,
    jobs: MANY,
    work: async (side, first) => {
      const ids = range(first, MANY).values();
      const adder = async (): Promise<void> => {
        for (const id of ids) await side.add(id);
      };
      await Promise.all(range(0, AT_ONCE).map(adder));
    },
  },
  { name: 'addMany', jobs: MANY, work: (side, first) => side.addMany(range(first, MANY)) },
  {
    name: `process, ${CONCURRENCY} at once`,
    jobs: ONE_BY_ONE + 2 * MANY,
    work: (side) => side.work(ONE_BY_ONE + 2 * MANY),
  },
];

/** The jobs port on Redis against bare BullMQ with the same options on the same Redis, in many short turns. Medians. */
export const jobsOnRedis = async (): Promise<readonly Row[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  const server = await startEngine(redis, { dir });
  const sides = [await oursOn(server.url), await bareOn(server.url)];
  try {
    // Jobs a second by step and side.
    const figures = STEPS.map(() => sides.map((): number[] => []));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [at, { jobs, work }] of STEPS.entries())
        for (const turn of [0, 1]) {
          const which = (round + turn) % 2;
          const side = sides[which];
          if (side === undefined) continue;
          const begun = performance.now();
          await work(side, (round * STEPS.length + at) * MANY);
          // The first round warms up.
          if (round > 0) figures[at]?.[which]?.push((jobs / (performance.now() - begun)) * 1_000);
        }
    return STEPS.map(({ name }, at) => {
      const [ours = 0, bare = 0] = (figures[at] ?? []).map((each) => percentile(each, 0.5));
      return {
        bench: `jobs on Redis: ${name}`,
        ours: `${Math.round(ours)} jobs/s`,
        against: `bare BullMQ ${Math.round(bare)} jobs/s`,
        ratio: ours / bare,
        aim: `>= ${AIM}`,
        met: ours / bare >= AIM,
      };
    });
  } finally {
    await Promise.all(sides.map((side) => side.close()));
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
};
