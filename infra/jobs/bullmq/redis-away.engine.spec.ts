import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineUrl } from '../../../tests/engines/engine-urls.ts';
import { redis } from '../../engines/redis.ts';
import { type RunningEngine, startEngine } from '../../engines/start-engine.ts';
import { type Jobs, JobsUnavailableError } from '../jobs.ts';
import { openJobs } from '../open-jobs.ts';

const NONE = { waiting: 0, running: 0, dead: 0 };
const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

// An instance of its own, to be killed.
describe.runIf(engineUrl('JOBS_URL') !== undefined)('jobs while Redis is away', () => {
  let dir: string;
  let server: RunningEngine;
  let jobs: Jobs;
  const queue = 'q';

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'redis-'));
    server = await startEngine(redis, { dir });
    jobs = await openJobs({ url: server.url, dataDir: dir });
  });
  afterEach(async () => {
    await jobs.close();
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  });

  const restart = async (): Promise<void> => {
    server = await startEngine(redis, { dir, port: server.port });
  };

  it('loses no acknowledged job and runs each, when it is killed again and again under load', async () => {
    const acknowledged = new Set<string>();
    const ran = new Map<string, number>();
    let refused = 0;
    for (const concurrency of [1, 8])
      jobs.work({
        queue,
        concurrency,
        leaseMs: 1_000,
        run: async ({ id }) => {
          await sleep(2);
          ran.set(id, (ran.get(id) ?? 0) + 1);
        },
      });
    let adding = true;
    const add = async (who: number): Promise<void> => {
      for (let at = 0; adding; at += 1) {
        const ids = [`${who}-${at}-a`, `${who}-${at}-b`];
        try {
          if (who === 0) await jobs.addMany(ids.map((id) => ({ queue, id, data: {} })));
          else await jobs.add({ queue, id: `${who}-${at}-a`, data: {} });
          for (const id of who === 0 ? ids : ids.slice(0, 1)) acknowledged.add(id);
        } catch (error) {
          expect(error).toBeInstanceOf(JobsUnavailableError);
          refused += 1;
        }
      }
    };
    const adders = [0, 1, 2, 3].map(add);
    for (let round = 0; round < 4; round += 1) {
      await sleep(300);
      await server.kill();
      await sleep(round * 400);
      await restart();
      const before = acknowledged.size;
      await until(() => expect(acknowledged.size).toBeGreaterThan(before));
    }
    adding = false;
    await Promise.all(adders);
    await until(async () => expect(await jobs.counts(queue)).toEqual(NONE));
    expect([...acknowledged].filter((id) => !ran.has(id))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(0);
  });

  it('refuses to add within seconds, also to a queue that is new, and goes on by itself when Redis is back', async () => {
    const ran: string[] = [];
    jobs.work({ queue, run: async ({ id }) => void ran.push(id) });
    await jobs.add({ queue, id: 'a', data: {} });
    await until(() => expect(ran).toEqual(['a']));
    await jobs.add({ queue: 'later', id: 'b', data: {} });
    await server.kill();
    jobs.work({ queue: 'later', run: async ({ id }) => void ran.push(id) });
    const begun = Date.now();
    const refusals = await Promise.allSettled([
      jobs.add({ queue, id: 'x', data: {} }),
      jobs.addMany([{ queue: 'new', id: 'x', data: {} }]),
      jobs.counts(queue),
      jobs.find(queue, 'x'),
    ]);
    expect(refusals.map((each) => (each.status === 'rejected' ? each.reason : undefined))).toEqual(
      refusals.map(() => expect.any(JobsUnavailableError)),
    );
    expect(Date.now() - begun).toBeLessThan(6_000);
    await sleep(1_500);
    await restart();
    await until(() => expect(ran).toEqual(['a', 'b']));
    await until(() => jobs.addMany([queue, 'new'].map((each) => ({ queue: each, id: 'c', data: {} }))));
    await until(() => expect(ran).toEqual(['a', 'b', 'c']));
    expect(await jobs.counts('new')).toEqual({ ...NONE, waiting: 1 });
  });

  it('finishes a job that was under way, and one that outlived its lease is run again', async () => {
    const ran: string[] = [];
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    for (const each of ['quick', 'slow'])
      jobs.work({
        queue: each,
        leaseMs: each === 'quick' ? 30_000 : 400,
        run: async ({ queue: of, attempt }) => {
          ran.push(`${of} ${attempt}`);
          if (attempt === 1) await ended;
        },
      });
    await Promise.all(['quick', 'slow'].map((each) => jobs.add({ queue: each, id: 'a', data: {} })));
    await until(() => expect(ran.toSorted()).toEqual(['quick 1', 'slow 1']));
    await server.kill();
    await sleep(600);
    end();
    await restart();
    await until(async () => expect(await jobs.counts('quick')).toEqual(NONE));
    await until(async () => expect(await jobs.counts('slow')).toEqual(NONE));
    expect(ran.filter((run) => run.startsWith('quick'))).toEqual(['quick 1']);
  });

  it('stops and closes in time, with a job under way and without', async () => {
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const busy = jobs.work({ queue, leaseMs: 500, run: () => ended });
    const idle = jobs.work({ queue: 'idle', run: async () => {} });
    await jobs.add({ queue, id: 'a', data: {} });
    await until(async () => expect(await jobs.counts(queue)).toEqual({ ...NONE, running: 1 }));
    await server.kill();
    const begun = Date.now();
    await idle.stop();
    const stopping = busy.stop();
    await sleep(100);
    end();
    await stopping;
    await jobs.close();
    expect(Date.now() - begun).toBeLessThan(6_000);
    await restart();
    jobs = await openJobs({ url: server.url, dataDir: dir });
    const ran: number[] = [];
    jobs.work({ queue, leaseMs: 500, run: async ({ attempt }) => void ran.push(attempt) });
    await until(() => expect(ran).toEqual([2]));
  });

  it('refuses within seconds while Redis hangs, and goes on after', async () => {
    const ran: string[] = [];
    jobs.work({ queue, run: async ({ id }) => void ran.push(id) });
    await jobs.add({ queue, id: 'a', data: {} });
    await until(() => expect(ran).toEqual(['a']));
    process.kill(server.pid, 'SIGSTOP');
    try {
      await expect(jobs.add({ queue, id: 'b', data: {} })).rejects.toThrow(JobsUnavailableError);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await until(() => jobs.add({ queue, id: 'c', data: {} }));
    await until(() => expect(ran).toContain('c'));
  });

  it('refuses what it has no memory for, and keeps what it has', async () => {
    const admin = new Redis(server.url);
    await jobs.add({ queue, id: 'a', data: {} });
    await admin.config('SET', 'maxmemory', '1mb');
    await expect(jobs.add({ queue, id: 'b', data: {} })).rejects.toThrow(/OOM/);
    await admin.config('SET', 'maxmemory', '0');
    expect(await jobs.counts(queue)).toEqual({ ...NONE, waiting: 1 });
    await admin.quit();
  });

  it('says at once, without the password, that nothing answers there', async () => {
    await server.kill();
    const url = `redis://user:secret@127.0.0.1:${server.port}/0`;
    const opening = openJobs({ url, dataDir: dir });
    await expect(opening).rejects.toThrow(JobsUnavailableError);
    await expect(opening).rejects.toThrow(/^JOBS_URL: no Redis answers at 127\.0\.0\.1:\d+\/0(?!.*secret)/);
    await expect(openJobs({ url: `${server.url}?prefx=a`, dataDir: dir })).rejects.toThrow(/unknown parameter prefx/);
    await expect(openJobs({ url: 'redis://127.0.0.1/jobs', dataDir: dir })).rejects.toThrow(/^JOBS_URL: /);
  });
});
