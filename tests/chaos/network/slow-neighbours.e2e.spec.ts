import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { randomId } from '../../../contracts/ids.ts';
import { seededRandom } from '../../../ml/learning/seeded-random.ts';
import { allProjections } from '../../../projections/all-projections.ts';
import { conformingClient } from '../../e2e/conforming-client.ts';
import { adults, offerTrip, type Trip } from '../../e2e/sailing-trip.ts';
import { enginesAreUp } from '../../platform/engine-namespaces.ts';
import { caughtUp, signIn } from '../../platform/start-platform.ts';
import { logFaults } from '../engines/invariants.ts';
import { openBeside } from '../platform/beside-the-platform.ts';
import { BookingLoad } from '../platform/booking-load.ts';
import { halfDone, truthOf } from '../platform/what-the-log-says.ts';
import { type LinkedPlatform, NEIGHBOURS, type Neighbour, startLinkedPlatform } from './linked-platform.ts';

const ALL = Object.keys(NEIGHBOURS) as Neighbour[];
type Beside = Awaited<ReturnType<typeof openBeside>>;

/** No request may take longer, whatever is wrong. */
const BOUND_MS = 15_000;
const DELAY_MS = 300;
const CUT_MS = 5_000;
/** Longer than a query waits for MongoDB, so that its client is refused before the link is whole. */
const MONGODB_CUT_MS = 7_000;
const CLIENTS = 2;

describe.runIf(enginesAreUp())('a platform of one process whose neighbours', () => {
  let linked: LinkedPlatform;
  let token: string;
  let trip: Trip;
  let beside: Beside;
  beforeAll(async () => {
    linked = await startLinkedPlatform({ HOLD_MINUTES: '1440' });
    token = await signIn(linked.platform);
    const owner = (await conformingClient(linked.platform.origin)).as(token);
    trip = await offerTrip(owner, { capacity: 100_000, days: 3 });
    beside = await openBeside(linked.dataDir, linked.direct);
    await caughtUp(linked.platform.origin);
  }, 120_000);
  afterEach(() => {
    for (const link of Object.values(linked?.links ?? {})) link.heal();
  });
  afterAll(async () => {
    await beside?.close();
    await linked?.close();
  }, 60_000);

  /** @throws TimeoutError when it hangs */
  const ask = async (path: string, body?: object) => {
    const answer = await fetch(`${linked.platform.origin}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': randomId(),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(BOUND_MS),
    });
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), text: await answer.text() };
  };
  const book = () => ask('/v1/bookings', adults(trip, trip.departures.at(-1)));
  /** Done, or refused in the one way that tells a client to come again. */
  const mustBeAnswered = (answer: Awaited<ReturnType<typeof ask>>, done: number): void => {
    expect([done, 503], answer.text).toContain(answer.status);
    if (answer.status === 503) expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  };

  /** What the log or a view has not, has twice, or has otherwise. Empty: all is well. */
  const faultsOf = async (load: BookingLoad): Promise<readonly string[]> => {
    await caughtUp(linked.platform.origin);
    const log = await beside.log();
    const truth = truthOf(log);
    const faults = [...logFaults(log, truth, load, linked.platform.demo.tenant), ...halfDone(truth)];
    for (const view of allProjections) faults.push(...(await beside.differences(view, log)));
    return faults;
  };

  it.each(ALL)('are %s, late by 300 ms each way: every request is answered in bounded time', async (neighbour) => {
    linked.links[neighbour].slow({ delayMs: DELAY_MS });
    const [live, ...booked] = await Promise.all([ask('/health/live'), book(), book(), book()]);
    expect(live.status).toBe(200);
    for (const answer of booked) mustBeAnswered(answer, 201);
    mustBeAnswered(await ask(`/v1/departures/${trip.departures[0]?.id}`), 200);
    mustBeAnswered(await ask('/v1/search/products?q=sailing'), 200);
  });

  it.each(ALL)(
    'are %s, cut off for seconds: nothing acknowledged is lost, and all is whole afterwards',
    { timeout: 90_000 },
    async (neighbour) => {
      const { origin, demo } = linked.platform;
      const load = new BookingLoad(demo.tenant, seededRandom(11), { ridesOutages: true });
      const booking = load.run(origin, token, trip, CLIENTS);
      let during = 0;
      try {
        await expect.poll(() => load.acknowledged, { timeout: BOUND_MS }).toBeGreaterThan(0);
        const before = load.acknowledged;
        const [link, cutMs] = [linked.links[neighbour], neighbour === 'MongoDB' ? MONGODB_CUT_MS : CUT_MS];
        const connections = link.connections;
        link.cut(cutMs);
        const beforeItHeals = pause(cutMs - 500);
        const [live, departure, search] = await Promise.all([
          ask('/health/live'),
          ask(`/v1/departures/${trip.departures[0]?.id}`),
          ask('/v1/search/products?q=sailing'),
        ]);
        expect(live.status).toBe(200);
        expect(departure.status, departure.text).toBe(neighbour === 'MongoDB' ? 503 : 200);
        mustBeAnswered(departure, 200);
        mustBeAnswered(search, 200);
        await beforeItHeals;
        expect(link.connections, 'it was tried to reach it').toBeGreaterThan(connections);
        during = load.acknowledged - before;
        await expect.poll(() => load.acknowledged, { timeout: 30_000 }).toBeGreaterThan(before + during);
      } finally {
        load.stop();
        await booking;
      }
      if (neighbour !== 'event store') {
        expect(during, 'bookings do not need it').toBeGreaterThan(0);
        expect([...load.ledger.values()].filter(({ inDoubt }) => inDoubt !== undefined)).toEqual([]);
      }
      await expect.poll(() => faultsOf(load), { timeout: 45_000, interval: 500 }).toEqual([]);
    },
  );

  it('are an Elasticsearch that answers half of all requests 429: product search catches up meanwhile', async () => {
    linked.links.Elasticsearch.answer429(0.5);
    const owner = (await conformingClient(linked.platform.origin)).as(token);
    const offered: string[] = [];
    for (let at = 0; at < 3; at++) offered.push((await offerTrip(owner, { capacity: 10 })).productId);
    const found = async () => {
      const { text } = await ask('/v1/search/products?q=sailing&limit=50');
      return offered.filter((id) => text.includes(id));
    };
    await expect.poll(found, { timeout: 30_000, interval: 500 }).toEqual(offered);
    expect(linked.links.Elasticsearch.refusals.filter((path) => path.includes('/_bulk'))).not.toEqual([]);
  });

  it('leave the process that was started, without a rejection that nobody took', async () => {
    expect(linked.platform.process.exitCode).toBeNull();
    expect(linked.platform.process.signalCode).toBeNull();
    expect(linked.platform.output()).not.toMatch(/unhandled|nobody caught|uncaught/i);
    expect((await ask('/health/ready')).status).toBe(200);
  });
});
