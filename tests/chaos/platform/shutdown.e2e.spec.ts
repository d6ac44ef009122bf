import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../ml/learning/seeded-random.ts';
import { startPlatform } from '../../platform/start-platform.ts';
import { startUnderLoad, type UnderLoad } from './platform-under-load.ts';
import { halfDone, lostOf, seatFaults, truthOf } from './what-the-log-says.ts';

let company: UnderLoad;
beforeAll(async () => {
  company = await startUnderLoad(seededRandom(7));
});
afterAll(() => company.close());

describe('SIGTERM under booking load', () => {
  it('ends within ten seconds with 0, finishes what is under way and leaves nothing half-done', async () => {
    const booking = company.book();
    await pause(800);
    const began = performance.now();
    const code = await company.platform().stop();
    const took = performance.now() - began;
    await booking;
    expect(code, company.platform().output()).toBe(0);
    expect(took).toBeLessThan(10_000);

    const found = truthOf(await company.beside.log());
    expect(company.load.acknowledged).toBeGreaterThan(0);
    expect(lostOf(company.load.ledger.values(), found)).toEqual([]);
    expect(halfDone(found)).toEqual([]);
    expect(seatFaults(found)).toEqual([]);
  });

  it('starts again where it was', async () => {
    await company.restart();
    expect(await company.viewFaults()).toEqual([]);
  });
});

describe('SIGTERM when nobody reads the log any more', () => {
  it('ends the platform all the same', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'unread-'));
    const platform = await startPlatform(dataDir, { LOG_LEVEL: 'info' });
    try {
      // The reader is gone: what is still to be written meets a broken pipe.
      platform.process.stdout?.destroy();
      platform.process.stderr?.destroy();
      const ended = await Promise.race([platform.stop(), pause(15_000, 'it did not end')]);
      expect(ended).toBe(0);
    } finally {
      await platform.kill();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
