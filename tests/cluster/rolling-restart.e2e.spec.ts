import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomId } from '../../contracts/ids.ts';
import { ROLES } from '../../infra/config/config.ts';
import { seededRandom } from '../../ml/learning/seeded-random.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { openBeside } from '../chaos/platform/beside-the-platform.ts';
import { BookingLoad, type Sold } from '../chaos/platform/booking-load.ts';
import { lostOf, seatFaults, truthOf } from '../chaos/platform/what-the-log-says.ts';
import { conformingClient } from '../e2e/conforming-client.ts';
import { adults, offerTrip, type Trip } from '../e2e/sailing-trip.ts';
import { enginesAreUp } from '../platform/engine-namespaces.ts';
import { type RunningCluster, startCluster } from '../platform/start-cluster.ts';
import { caughtUp } from '../platform/start-platform.ts';

const CLIENTS = 3;

/** Somebody who places a booking and looks at it as soon as it was acknowledged, over and over. */
class ReadingLoad {
  answered = 0;
  readonly failures: string[] = [];
  #isStopped = false;

  async run({ origin, token }: RunningCluster, trip: Trip): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const ask = async (path: string, init: RequestInit, status: number): Promise<Response | undefined> => {
      const answer = await fetch(`${origin}${path}`, init).catch((error: unknown) => String(error));
      const text = typeof answer === 'string' ? answer : await answer.clone().text();
      if (typeof answer !== 'string' && answer.status === status) this.answered++;
      else this.failures.push(`${init.method} ${path}: ${typeof answer === 'string' ? '' : answer.status} ${text}`);
      return typeof answer === 'string' ? undefined : answer;
    };
    while (!this.#isStopped) {
      const body = JSON.stringify(adults(trip, trip.departures.at(-1)));
      const key = { 'idempotency-key': randomId() };
      const placed = await ask('/v1/bookings', { method: 'POST', headers: { ...headers, ...key }, body }, 201);
      const token = placed?.headers.get('x-consistency-token') ?? '';
      const { id } = ((await placed?.json()) ?? {}) as { id?: string };
      if (id === undefined) continue;
      await ask(`/v1/bookings/${id}`, { method: 'GET', headers: { ...headers, 'x-read-after': token } }, 200);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }
}

describe.runIf(enginesAreUp())('a rolling restart under load', () => {
  let running: RunningCluster;
  let trip: Trip;
  /** All that was acknowledged to anybody. */
  const sold: Sold[] = [];
  beforeAll(async () => {
    // The load outpaces the processes where two cores carry all of them: what is tried here is that nothing fails.
    running = await startCluster({ READ_AFTER_TIMEOUT_MS: '30000' });
    const owner = (await conformingClient(running.origin)).as(running.token);
    trip = await offerTrip(owner, { capacity: 100_000, days: 3 });
  }, 300_000);
  afterAll(() => running?.close(), 60_000);

  it.each(ROLES)('of %s fails no request', { timeout: 240_000 }, async (role) => {
    const { cluster, origin, token, tenant } = running;
    const pidsOf = async () => (await cluster.status()).filter((member) => member.role === role).map(({ pid }) => pid);
    const before = await pidsOf();
    const load = new BookingLoad(tenant, seededRandom(7));
    const reading = new ReadingLoad();
    const booking = Promise.all([load.run(origin, token, trip, CLIENTS), reading.run(running, trip)]);
    try {
      await pause(500);
      const begun = load.acknowledged;
      await cluster.restart(role);
      expect(load.acknowledged, 'it worked while it was restarted').toBeGreaterThan(begun);
      await pause(500);
    } finally {
      load.stop();
      reading.stop();
      await booking;
    }
    expect(reading.failures).toEqual([]);
    expect(reading.answered).toBeGreaterThan(0);
    expect([...load.ledger.values()].filter(({ inDoubt }) => inDoubt !== undefined)).toEqual([]);
    sold.push(...load.ledger.values());
    const after = await pidsOf();
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    expect(after).toHaveLength(before.length);
  });

  it('of a process that was killed: the next takes its place, and requests go on', { timeout: 120_000 }, async () => {
    const { cluster, origin, token, tenant } = running;
    const [victim] = (await cluster.status()).filter(({ role }) => role === 'command-api');
    const load = new BookingLoad(tenant, seededRandom(8));
    const booking = load.run(origin, token, trip, CLIENTS);
    try {
      await pause(500);
      process.kill(victim?.pid ?? 0, 'SIGKILL');
      const isBack = async () => (await cluster.status()).find(({ name }) => name === victim?.name)?.restarts;
      await expect.poll(isBack, { timeout: 60_000, interval: 250 }).toBe(1);
    } finally {
      load.stop();
      await booking;
    }
    // Each booking request carries a key of its own, so that what the dead process had was sent to the other.
    expect([...load.ledger.values()].filter(({ inDoubt }) => inDoubt !== undefined)).toEqual([]);
    sold.push(...load.ledger.values());
    expect(running.told.join('\n')).toContain(`${victim?.name} is back`);
  });

  it('leaves in the log all that was acknowledged, no seat sold twice, and views as the log says', {
    timeout: 120_000,
  }, async () => {
    await caughtUp(running.origin);
    const beside = await openBeside(running.dataDir, running.env);
    try {
      const log = await beside.log();
      const truth = truthOf(log);
      expect(sold.length).toBeGreaterThan(0);
      expect(lostOf(sold, truth)).toEqual([]);
      expect(seatFaults(truth)).toEqual([]);
      for (const view of allProjections) expect(await beside.differences(view, log)).toEqual([]);
    } finally {
      await beside.close();
    }
  });
});
