import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DepartureView } from '../../../contracts/views/departure.ts';
import { allProjections } from '../../../projections/all-projections.ts';
import { conformingClient, succeeded } from '../../e2e/conforming-client.ts';
import { offerTrip, type Trip } from '../../e2e/sailing-trip.ts';
import { freePort, type Platform, signIn, startPlatform } from '../../platform/start-platform.ts';
import { openBeside } from './beside-the-platform.ts';
import { BookingLoad, type Sold } from './booking-load.ts';
import { seededRandom } from './seeded-random.ts';
import { halfDone, lostOf, seatFaults, truthOf } from './what-the-log-says.ts';

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 6);
const SEED = Number(process.env.CHAOS_SEED ?? 20260101);
/** A file of hotel bookings to import first, so that restarts are timed with the whole history in place. */
const HISTORY = process.env.CHAOS_HISTORY;
const CLIENTS = 16;
const READY_WITHIN_MS = 5_000;
const SMALL = 25;
/** The settlement gives a command 5 s to end before it settles what is left. */
const SETTLED_WITHIN_MS = 30_000;

const random = seededRandom(SEED);
let dataDir: string;
let platform: Platform;
let beside: Awaited<ReturnType<typeof openBeside>>;
let token: string;
let trip: Trip;
let load: BookingLoad;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chaos-'));
  platform = await startPlatform(dataDir);
  if (HISTORY !== undefined) await importHistory(HISTORY);
  beside = await openBeside(dataDir);
  token = await signIn(platform);
  const owner = (await conformingClient(platform.origin)).as(token);
  trip = await offerTrip(owner, { capacity: 100_000, days: 6 });
  for (const { id } of trip.departures.slice(0, 2)) {
    await succeeded(owner.put(`/v1/departures/${id}/capacity`, { capacity: SMALL }));
  }
  trip = { ...trip, departures: trip.departures.map((one, at) => (at < 2 ? { ...one, capacity: SMALL } : one)) };
  load = new BookingLoad(platform.demo.tenant, random);
}, 600_000);

afterAll(async () => {
  await platform.kill();
  await beside.close();
  await rm(dataDir, { recursive: true, force: true });
});

const importHistory = async (file: string): Promise<void> => {
  const program = ['--import', 'tsx', 'command-side/stays/import/cli.ts', file];
  await promisify(execFile)(process.execPath, program, { env: { ...process.env, DATA_DIR: dataDir } });
};

/** Resolves when every view has folded what the log held at one moment and still holds alone. */
const caughtUp = async (): Promise<number> => {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const head = await beside.head();
    const answer = await fetch(`${platform.origin}/health/ready`);
    const { views } = (await answer.json()) as { views: { view: string; reached: number; lagEvents: number }[] };
    if (views.every(({ lagEvents }) => lagEvents === 0) && (await beside.head()) === head) return head;
    if (Date.now() > deadline) throw new Error(`the views did not catch up: ${JSON.stringify(views)}`);
    await pause(25);
  }
};

/** What is wrong of the views, and of the departures that clients are shown, against a fold of the log. */
const viewFaults = async (): Promise<readonly string[]> => {
  // The imported stays are folded and compared by specs of their own; here they would only take time.
  const projections = allProjections.filter(({ name }) => HISTORY === undefined || !name.startsWith('stay'));
  for (let attempt = 0; attempt < 20; attempt++) {
    const head = await caughtUp();
    const log = await beside.log();
    const faults: string[] = [];
    for (const projection of projections) faults.push(...(await beside.differences(projection, log)));
    for (const [id, { departure }] of truthOf(log).departures) {
      if (!trip.departures.some((one) => one.id === id)) continue;
      const shown = await fetch(`${platform.origin}/v1/departures/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { vacancies } = (await shown.json()) as DepartureView;
      if (vacancies !== departure.vacancies) faults.push(`${id} offers ${vacancies}, not ${departure.vacancies}`);
    }
    // The settlement may write at any moment: then what was compared is not one moment's.
    if ((await beside.head()) === head) return faults;
  }
  throw new Error('the log never stood still');
};

const restart = async (): Promise<number> => {
  const began = performance.now();
  platform = await startPlatform(dataDir);
  return performance.now() - began;
};

/** A start that is cut off as well, wherever it has come to. */
const startCutOff = async (): Promise<void> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts'], {
    env: { ...process.env, LOG_LEVEL: 'silent', DATA_DIR: dataDir, PORT: String(await freePort()) },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  await pause(300 + random() * 1_200);
  child.kill('SIGKILL');
  await exited;
};

describe('kill -9 of the whole platform under booking load', () => {
  it(`loses nothing that was acknowledged and oversells nothing, ${ROUNDS} times`, {
    timeout: 60_000 + ROUNDS * 30_000,
  }, async () => {
    const restarts: number[] = [];
    let doubts = 0;
    let leftHalfDone = 0;
    const late: Sold[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const before = load.acknowledged;
      const running = load.run(platform.origin, token, trip, CLIENTS);
      await pause(150 + random() * 1_200);
      await platform.kill();
      await running;
      expect(load.acknowledged, `round ${round} did some work`).toBeGreaterThan(before);

      if (round % 3 === 0) await startCutOff();
      restarts.push(await restart());
      const truth = truthOf(await beside.log());
      expect(lostOf(load.ledger.values(), truth), `lost in round ${round}`).toEqual([]);
      expect(seatFaults(truth), `seats in round ${round}`).toEqual([]);
      const inDoubt = [...load.ledger.values()].filter((sold) => sold.inDoubt !== undefined);
      doubts += inDoubt.length;
      const half = halfDone(truth);
      leftHalfDone += half.length;
      // Only what was under way may be half-done: whatever was acknowledged is whole.
      expect(half.filter((id) => load.ledger.has(id) && !inDoubt.some((sold) => sold.id === id))).toEqual([]);

      // Some clients come back at once and ask again under the same key, some after the next kill, some never.
      for (const sold of late.splice(0)) await load.retry(platform.origin, token, sold);
      for (const [at, sold] of inDoubt.filter((one) => one.inDoubt !== undefined).entries()) {
        if (at % 3 === 0) await load.retry(platform.origin, token, sold);
        else if (at % 3 === 1) late.push(sold);
        else load.ledger.delete(sold.id);
      }

      expect(await viewFaults(), `views in round ${round}`).toEqual([]);
    }

    const settledBy = Date.now() + SETTLED_WITHIN_MS;
    let half = halfDone(truthOf(await beside.log()));
    while (half.length > 0 && Date.now() < settledBy) {
      await pause(250);
      half = halfDone(truthOf(await beside.log()));
    }
    expect(half, 'half-done bookings are settled').toEqual([]);
    const truth = truthOf(await beside.log());
    expect(seatFaults(truth)).toEqual([]);
    expect(lostOf(load.ledger.values(), truth)).toEqual([]);
    expect(await viewFaults()).toEqual([]);

    const slowest = Math.max(...restarts);
    console.log(
      `survived ${restarts.length} kills (seed ${SEED}) at ${await beside.head()} events: ` +
        `${load.acknowledged} acknowledged requests, ${doubts} without an answer, ${leftHalfDone} half-done bookings settled; ` +
        `ready again in ${Math.round(slowest)} ms at the slowest, ` +
        `${Math.round(restarts.reduce((sum, ms) => sum + ms, 0) / restarts.length)} ms on average`,
    );
    expect(slowest).toBeLessThan(READY_WITHIN_MS);
  });
});
