import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job, Jobs } from '../../../infra/jobs/jobs.ts';
import { InvalidJobError } from '../../../infra/jobs/jobs.ts';
import { openJobs } from '../../../infra/jobs/open-jobs.ts';
import { jobControlContract } from './job-control-contract.ts';

interface Config {
  readonly url?: string;
  readonly dataDir: string;
}

/**
 * What every adapter of the jobs port must do. `configOf` names the adapter: this process and a child of it open it by that.
 * `cleanUp` removes what it keeps outside of `dataDir`.
 */
export const jobsContract = (
  name: string,
  configOf: (dataDir: string) => Config,
  cleanUp?: (dataDir: string) => Promise<void>,
): void => {
  describe(`jobs: ${name}`, () => {
    let dataDir: string;
    let queue: string;
    let jobs: Jobs;

    beforeEach(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'jobs-'));
      queue = `q-${Math.random().toString(36).slice(2)}`;
      jobs = await openJobs(configOf(dataDir));
    });
    afterEach(async () => {
      await jobs.close();
      await cleanUp?.(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    });

    jobControlContract(() => ({ jobs, queue, openAnother: () => openJobs(configOf(dataDir)) }));

    const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const until = (check: () => void | Promise<void>, timeout = 5_000): Promise<void> =>
      vi.waitFor(check, { timeout, interval: 10 });
    const collect = (into: Job[], concurrency = 1) =>
      jobs.work({ queue, concurrency, run: async (job) => void into.push(job) });

    it('runs a job once, with its data, and then it is gone', async () => {
      const ran: Job[] = [];
      await jobs.add({ queue, id: 'a', data: { text: 'é ’ "', n: [1, { b: null }] } });
      collect(ran);
      await until(async () => expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 0 }));
      expect(ran).toEqual([{ queue, id: 'a', data: { text: 'é ’ "', n: [1, { b: null }] }, attempt: 1 }]);
    });

    it('wakes a sleeping worker when a job is added', async () => {
      const ran: Job[] = [];
      collect(ran);
      await sleep(50);
      const before = Date.now();
      await jobs.add({ queue, id: 'a', data: {} });
      await until(() => expect(ran).toHaveLength(1));
      expect(Date.now() - before).toBeLessThan(500);
    });

    it('runs each queue by its own workers', async () => {
      const ran: Job[] = [];
      await jobs.addMany([
        { queue: `${queue}-other`, id: 'a', data: {} },
        { queue, id: 'b', data: {} },
      ]);
      collect(ran);
      await until(() => expect(ran.map(({ id }) => id)).toEqual(['b']));
      expect(await jobs.counts(`${queue}-other`)).toEqual({ waiting: 1, running: 0, dead: 0 });
    });

    it('does not run a job before its time, and runs what is due in the order of the times', async () => {
      const ran: (readonly [string, number])[] = [];
      const start = Date.now();
      jobs.work({ queue, run: async ({ id }) => void ran.push([id, Date.now() - start]) });
      await jobs.addMany([
        { queue, id: 'later', data: {}, runAt: new Date(start + 250).toISOString() },
        { queue, id: 'soon', data: {}, runAt: new Date(start + 120).toISOString() },
        { queue, id: 'past', data: {}, runAt: new Date(start - 60_000).toISOString() },
      ]);
      await until(() => expect(ran.map(([id]) => id)).toEqual(['past', 'soon', 'later']));
      expect(ran[1]?.[1]).toBeGreaterThanOrEqual(120);
      expect(ran[2]?.[1]).toBeGreaterThanOrEqual(250);
    });

    it('adds the same id once while it is not done, and again after', async () => {
      const ran: Job[] = [];
      await Promise.all([
        jobs.add({ queue, id: 'a', data: { n: 1 } }),
        jobs.addMany([
          { queue, id: 'a', data: { n: 2 } },
          { queue, id: 'a', data: { n: 3 } },
        ]),
      ]);
      await jobs.add({ queue, id: 'a', data: { n: 4 } });
      expect(await jobs.counts(queue)).toMatchObject({ waiting: 1 });
      collect(ran);
      await until(async () => expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 0 }));
      await jobs.add({ queue, id: 'a', data: { n: 5 } });
      await until(() => expect(ran.map(({ data }) => data.n)).toEqual([1, 5]));
    });

    it('tries a failed job again after about a second', async () => {
      const tries: (readonly [number, number])[] = [];
      const start = Date.now();
      const run = async ({ attempt }: Job): Promise<void> => {
        tries.push([attempt, Date.now() - start]);
        if (attempt === 1) throw new Error('the mail server is away');
      };
      jobs.work({ queue, run });
      await jobs.add({ queue, id: 'a', data: {} });
      await until(async () => expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 0 }));
      expect(tries.map(([attempt]) => attempt)).toEqual([1, 2]);
      expect((tries[1]?.[1] ?? 0) - (tries[0]?.[1] ?? 0)).toBeGreaterThanOrEqual(700);
    });

    it('keeps what failed for good, with its error, and gives it a new life when asked', async () => {
      const ran: Job[] = [];
      let fail = true;
      jobs.work({
        queue,
        run: (job) => {
          ran.push(job);
          if (fail) throw new Error('no such address');
          return Promise.resolve();
        },
      });
      await jobs.add({ queue, id: 'a', data: { to: 'x' }, maxAttempts: 1 });
      await until(async () => expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 1 }));
      expect(await jobs.dead(queue)).toEqual([
        { queue, id: 'a', data: { to: 'x' }, attempt: 1, error: 'no such address' },
      ]);
      await jobs.add({ queue, id: 'a', data: { to: 'y' } });
      await jobs.cancel(queue, 'a');
      expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 1 });

      fail = false;
      expect(await jobs.retryDead(queue, 'a')).toBe(true);
      await until(async () => expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 0 }));
      expect(ran.map(({ attempt, data }) => [attempt, data.to])).toEqual([
        [1, 'x'],
        [1, 'x'],
      ]);
      expect(await jobs.retryDead(queue, 'a')).toBe(false);
    });

    it('takes back what has not begun, and only that', async () => {
      const ran: string[] = [];
      let end = (): void => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      await jobs.addMany([
        { queue, id: 'a', data: {} },
        { queue, id: 'b', data: {}, runAt: inMs(100) },
      ]);
      jobs.work({
        queue,
        concurrency: 2,
        run: async ({ id }) => {
          ran.push(id);
          await ended;
        },
      });
      await until(() => expect(ran).toEqual(['a']));
      await Promise.all([jobs.cancel(queue, 'a'), jobs.cancel(queue, 'b'), jobs.cancel(queue, 'none')]);
      expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 1, dead: 0 });
      await sleep(150);
      end();
      await until(async () => expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 0 }));
      expect(ran).toEqual(['a']);
    });

    it('moves a waiting job’s time, earlier and later', async () => {
      const ran: string[] = [];
      await jobs.addMany([
        { queue, id: 'sooner', data: {}, runAt: inMs(60_000) },
        { queue, id: 'later', data: {}, runAt: inMs(100) },
      ]);
      jobs.work({ queue, run: async ({ id }) => void ran.push(id) });
      await sleep(20);
      await jobs.reschedule(queue, 'sooner', inMs(50));
      await jobs.reschedule(queue, 'later', inMs(60_000));
      await jobs.reschedule(queue, 'none', inMs(1));
      await until(() => expect(ran).toEqual(['sooner']));
      await sleep(150);
      expect(ran).toEqual(['sooner']);
      expect(await jobs.counts(queue)).toEqual({ waiting: 1, running: 0, dead: 0 });
    });

    it('never runs more at once than it may, and uses what it may', async () => {
      let now = 0;
      let most = 0;
      let done = 0;
      const run = async (): Promise<void> => {
        now += 1;
        most = Math.max(most, now);
        await sleep(5);
        now -= 1;
        done += 1;
      };
      await jobs.addMany(Array.from({ length: 40 }, (_, at) => ({ queue, id: `j${at}`, data: {} })));
      jobs.work({ queue, concurrency: 4, run });
      await until(() => expect(done).toBe(40));
      expect(most).toBe(4);
    });

    it('shares a queue between workers without running a job twice', async () => {
      const ran: string[] = [];
      const second = await openJobs(configOf(dataDir));
      for (const each of [jobs, second, second])
        each.work({ queue, concurrency: 3, run: async ({ id }) => void ran.push(id) });
      await jobs.addMany(Array.from({ length: 200 }, (_, at) => ({ queue, id: `j${at}`, data: {} })));
      await until(() => expect(ran).toHaveLength(200));
      await second.close();
      expect(new Set(ran).size).toBe(200);
    });

    it('keeps a job that runs longer than its lease', async () => {
      const ran: number[] = [];
      const run = async ({ attempt }: Job): Promise<void> => {
        ran.push(attempt);
        await sleep(400);
      };
      await jobs.add({ queue, id: 'a', data: {} });
      for (let at = 0; at < 2; at += 1) jobs.work({ queue, leaseMs: 120, run });
      await until(async () => expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 0 }));
      expect(ran).toEqual([1]);
    });

    it('gives the job of a killed worker to another, or to the dead when it was the last try', async () => {
      await jobs.addMany([
        { queue, id: 'a', data: {} },
        { queue: `${queue}-last`, id: 'b', data: {}, maxAttempts: 1 },
      ]);
      await Promise.all(
        [queue, `${queue}-last`].map(async (doomedQueue) => {
          const script = fileURLToPath(new URL('./doomed-worker.ts', import.meta.url));
          const config = JSON.stringify(configOf(dataDir));
          const child = spawn(process.execPath, ['--import', 'tsx', script, config, doomedQueue, '300']);
          await once(child.stdout, 'data');
          child.kill('SIGKILL');
          await once(child, 'exit');
        }),
      );
      const ran: Job[] = [];
      jobs.work({ queue, leaseMs: 300, run: async (job) => void ran.push(job) });
      jobs.work({ queue: `${queue}-last`, leaseMs: 300, run: async (job) => void ran.push(job) });
      await until(async () => expect(await jobs.counts(`${queue}-last`)).toEqual({ waiting: 0, running: 0, dead: 1 }));
      await until(() => expect(ran.map(({ id, attempt }) => [id, attempt])).toEqual([['a', 2]]));
    }, 20_000);

    it('waits on stop for what is under way, and takes no more', async () => {
      const ran: string[] = [];
      let ended = false;
      const worker = jobs.work({
        queue,
        run: async ({ id }) => {
          ran.push(id);
          await sleep(100);
          ended = true;
        },
      });
      await jobs.addMany(['a', 'b', 'c'].map((id) => ({ queue, id, data: {} })));
      await until(() => expect(ran).toEqual(['a']));
      await worker.stop();
      expect(ended).toBe(true);
      await sleep(50);
      expect(ran).toEqual(['a']);
      expect(await jobs.counts(queue)).toEqual({ waiting: 2, running: 0, dead: 0 });
    });

    it('has its jobs after a reopen; closed, it refuses', async () => {
      const adding = jobs.add({ queue, id: 'a', data: { n: 1 } });
      await jobs.close();
      await adding;
      await expect(jobs.add({ queue, id: 'b', data: {} })).rejects.toThrow();
      await expect(jobs.counts(queue)).rejects.toThrow();
      jobs = await openJobs(configOf(dataDir));
      const ran: Job[] = [];
      collect(ran);
      await until(() => expect(ran.map(({ data }) => data.n)).toEqual([1]));
    });

    it('refuses what is no job by its field, and adds nothing of the batch', async () => {
      const good = { queue, id: 'good', data: {} };
      const bad = [
        [{ ...good, id: '' }, /^id:/],
        [{ ...good, queue: '' }, /^queue:/],
        [{ ...good, runAt: 'tomorrow' }, /^runAt:/],
        [{ ...good, maxAttempts: 0 }, /^maxAttempts:/],
        [{ ...good, data: [] as never }, /^data:/],
      ] as const;
      for (const [job, field] of bad) {
        await expect(jobs.addMany([good, job])).rejects.toThrow(InvalidJobError);
        await expect(jobs.addMany([good, job])).rejects.toThrow(field);
      }
      await expect(jobs.reschedule(queue, 'a', '')).rejects.toThrow(/^runAt:/);
      expect(() => jobs.work({ queue, concurrency: 0, run: async () => {} })).toThrow(/^concurrency:/);
      expect(await jobs.counts(queue)).toEqual({ waiting: 0, running: 0, dead: 0 });
    });
  });
};
