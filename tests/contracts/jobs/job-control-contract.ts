import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { InvalidJobError, type Job, type Jobs } from '../../../infra/jobs/jobs.ts';

interface UnderTest {
  readonly jobs: Jobs;
  readonly queue: string;
  /** A second opening of the same queues, as another process would have it. */
  readonly openAnother: () => Promise<Jobs>;
}

const NONE = { waiting: 0, running: 0, dead: 0 };
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const until = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 10 });

/** The part of the contract about what a run may tell, what is known of a job, and how many may begin. */
export const jobControlContract = (underTest: () => UnderTest): void => {
  describe('a job that runs again', () => {
    it('comes back at the time that its run names, as the same job with new data and all its tries', async () => {
      const { jobs, queue } = underTest();
      const ran: (readonly [number, unknown])[] = [];
      const run = async ({ attempt, data }: Job) => {
        ran.push([attempt, data.day]);
        if (data.day === 2 && attempt === 1) throw new Error('once');
        return data.day === 3 ? undefined : { runAt: inMs(60), data: { day: Number(data.day) + 1 } };
      };
      const begun = Date.now();
      await jobs.add({ queue, id: 'daily', data: { day: 1 }, maxAttempts: 2 });
      jobs.work({ queue, run });
      await until(() => expect(ran).toHaveLength(1));
      await until(async () => expect(await jobs.counts(queue)).toEqual({ ...NONE, waiting: 1 }));
      await jobs.add({ queue, id: 'daily', data: { day: 99 } });
      await until(async () => expect(await jobs.counts(queue)).toEqual(NONE));
      expect(ran).toEqual([
        [1, 1],
        [1, 2],
        [2, 2],
        [1, 3],
      ]);
      expect(Date.now() - begun).toBeGreaterThanOrEqual(120);
    });

    it('keeps its data where its run names only a time, and can be moved and taken back while it waits', async () => {
      const { jobs, queue } = underTest();
      const ran: Job[] = [];
      const run = async (job: Job) => {
        ran.push(job);
        return { runAt: inMs(60_000) };
      };
      jobs.work({ queue, run });
      await jobs.add({ queue, id: 'a', data: { n: 1 } });
      await until(() => expect(ran).toHaveLength(1));
      await until(async () => expect(await jobs.find(queue, 'a')).toMatchObject({ state: 'waiting', attempt: 0 }));
      await jobs.reschedule(queue, 'a', inMs(0));
      await until(() => expect(ran.map(({ data, attempt }) => [data, attempt])).toEqual([1, 1].map((n) => [{ n }, 1])));
      await until(async () => expect(await jobs.counts(queue)).toEqual({ ...NONE, waiting: 1 }));
      await jobs.cancel(queue, 'a');
      expect(await jobs.counts(queue)).toEqual(NONE);
    });

    it('has failed when its run names no time that it could run at', async () => {
      const { jobs, queue } = underTest();
      jobs.work({ queue, run: async () => ({ runAt: 'tomorrow' }) });
      await jobs.add({ queue, id: 'a', data: {}, maxAttempts: 1 });
      await until(async () => expect(await jobs.counts(queue)).toEqual({ ...NONE, dead: 1 }));
      expect((await jobs.dead(queue))[0]?.error).toMatch(/^runAt: "tomorrow"/);
    });
  });

  describe('what is known of a job', () => {
    it('tells its state, tries, progress and last error until it is done', async () => {
      const { jobs, queue } = underTest();
      let step = (): void => {};
      let end = (): void => {};
      const stepped = new Promise<void>((resolve) => {
        step = resolve;
      });
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      await jobs.add({ queue, id: 'a', data: { n: 1 } });
      const job = { queue, id: 'a', data: { n: 1 } };
      expect(await jobs.find(queue, 'a')).toEqual({ ...job, state: 'waiting', attempt: 0, progress: 0 });
      expect(await jobs.find(queue, 'b')).toBeUndefined();
      jobs.work({
        queue,
        run: async ({ attempt }, { progress }) => {
          if (attempt === 1) {
            await progress(0.25);
            step();
            await ended;
            throw new Error('the file broke off');
          }
        },
      });
      await stepped;
      expect(await jobs.find(queue, 'a')).toEqual({ ...job, state: 'running', attempt: 1, progress: 0.25 });
      end();
      const failed = { ...job, state: 'waiting', attempt: 1, progress: 0.25, error: 'the file broke off' };
      await until(async () => expect(await jobs.find(queue, 'a')).toEqual(failed));
      await jobs.reschedule(queue, 'a', inMs(0));
      await until(async () => expect(await jobs.find(queue, 'a')).toBeUndefined());
    });

    it('shows the dead, and as new after retryDead', async () => {
      const { jobs, queue } = underTest();
      const worker = jobs.work({ queue, run: () => Promise.reject(new Error('x'.repeat(5_000))) });
      await jobs.add({ queue, id: 'a', data: {}, maxAttempts: 1 });
      await until(async () => expect(await jobs.find(queue, 'a')).toMatchObject({ state: 'dead', attempt: 1 }));
      expect((await jobs.find(queue, 'a'))?.error).toHaveLength(2_000);
      await worker.stop();
      const retried = await Promise.all([jobs.retryDead(queue, 'a'), jobs.retryDead(queue, 'a')]);
      expect(retried.toSorted()).toEqual([false, true]);
      expect(await jobs.find(queue, 'a')).toEqual({
        queue,
        id: 'a',
        data: {},
        state: 'waiting',
        attempt: 0,
        progress: 0,
      });
    });

    it('refuses a progress that is none, and ignores one that comes after the end', async () => {
      const { jobs, queue } = underTest();
      let late = async (): Promise<void> => {};
      let refused: unknown;
      jobs.work({
        queue,
        run: async (_job, { progress }) => {
          refused = await progress(1.5).catch((error: unknown) => error);
          late = () => progress(0.5);
        },
      });
      await jobs.add({ queue, id: 'a', data: {} });
      await until(async () => expect(await jobs.counts(queue)).toEqual(NONE));
      expect(refused).toBeInstanceOf(InvalidJobError);
      await jobs.add({ queue, id: 'a', data: {}, runAt: inMs(60_000) });
      await late();
      expect(await jobs.find(queue, 'a')).toMatchObject({ progress: 0 });
    });

    it('keeps apart ids and queues that look alike', async () => {
      const { jobs, queue } = underTest();
      const ids = ['1', '01', 'a:b', 'a:b:c', 'a%3Ab', '_a', 'wait', 'meta', ' ', 'ñ😀', '0:1'];
      const queues = [queue, `${queue}:a`, `${queue}%3Aa`];
      const ran: string[] = [];
      await jobs.addMany(queues.flatMap((each) => ids.map((id) => ({ queue: each, id, data: { of: each } }))));
      for (const each of queues)
        jobs.work({ queue: each, run: async ({ id, data }) => void ran.push(`${each} ${data.of} ${id}`) });
      await until(() => expect(ran).toHaveLength(ids.length * queues.length));
      const expected = queues.flatMap((each) => ids.map((id) => `${each} ${each} ${id}`));
      expect(ran.toSorted()).toEqual(expected.toSorted());
    });
  });

  describe('a job that is due but has not begun', () => {
    it('can be put off, and taken back also while it waits for another try', async () => {
      const { jobs, queue } = underTest();
      const ran: string[] = [];
      await jobs.addMany(['a', 'b', 'c'].map((id) => ({ queue, id, data: {} })));
      await jobs.reschedule(queue, 'a', inMs(60_000));
      await jobs.reschedule(queue, 'b', inMs(100));
      jobs.work({
        queue,
        run: async ({ id }) => {
          ran.push(id);
          if (id === 'c') throw new Error('later');
        },
      });
      await until(() => expect(ran).toEqual(['c', 'b']));
      await until(async () => expect(await jobs.find(queue, 'c')).toMatchObject({ state: 'waiting', error: 'later' }));
      await jobs.cancel(queue, 'c');
      await until(async () => expect(await jobs.counts(queue)).toEqual({ ...NONE, waiting: 1 }));
    });
  });

  describe('a queue with a limit', () => {
    it('begins no more in a window than it may, over all its workers', async () => {
      const { jobs, queue, openAnother } = underTest();
      const another = await openAnother();
      const begun: number[] = [];
      const limit = { max: 5, perMs: 300 };
      await jobs.addMany(Array.from({ length: 14 }, (_, at) => ({ queue, id: `j${at}`, data: {} })));
      const start = Date.now();
      for (const each of [jobs, another])
        each.work({ queue, concurrency: 4, limit, run: async () => void begun.push(Date.now()) });
      await until(() => expect(begun).toHaveLength(14));
      await another.close();
      // No window begins before the first worker does; a few ms are left for the queue's own clock.
      expect(begun.filter((at) => at < start + 295).length).toBeLessThanOrEqual(5);
      expect(begun.filter((at) => at < start + 590).length).toBeLessThanOrEqual(10);
    });

    it('refuses a limit that is none', () => {
      const { jobs, queue } = underTest();
      for (const limit of [
        { max: 0, perMs: 10 },
        { max: 1, perMs: 0.5 },
      ])
        expect(() => jobs.work({ queue, limit, run: async () => {} })).toThrow(/^limit:/);
    });
  });

  it('stops one worker while another goes on, and stopping twice is stopping once', async () => {
    const { jobs, queue } = underTest();
    const ran: string[] = [];
    const [first] = ['first', 'second'].map((name) => jobs.work({ queue, run: async () => void ran.push(name) }));
    await Promise.all([first?.stop(), first?.stop()]);
    await jobs.addMany(['a', 'b'].map((id) => ({ queue, id, data: {} })));
    await until(() => expect(ran).toEqual(['second', 'second']));
    await sleep(20);
    expect(await jobs.counts(queue)).toEqual(NONE);
  });
};
