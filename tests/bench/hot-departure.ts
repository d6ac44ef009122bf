import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { departureDecider } from '../../command-side/departures/departure-decider.ts';
import { departuresOf } from '../../command-side/departures/recurrence.ts';
import { createCommandHandling } from '../../command-side/handling/command-handling.ts';
import type { CommandHandling, CommandMeta } from '../../command-side/handling/handle.ts';
import { createSnapshots } from '../../command-side/handling/snapshots.ts';
import { isRejection } from '../../contracts/decider.ts';
import { randomId } from '../../contracts/ids.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { type Bench, percentile } from './report.ts';

const SHORT = 100;
const LONG = 100_000;
const PROBES = 2_000;
const ROUNDS = 5;

const meta = (): CommandMeta => ({
  commandId: randomId(),
  correlationId: 'bench',
  tenant: 'bench',
  actor: 'system:bench',
});

/** How long a departure with many past events takes to decide a hold, against one with few: each in turn, durable. */
export const hotDeparture: Bench = {
  name: 'hot-departure',
  run: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'bench-'));
    const eventStore = await openEventStore({ dataDir });
    const documents = await openDocuments({ dataDir });
    const handling = createCommandHandling({
      eventStore,
      snapshots: await createSnapshots(documents),
      clock: () => new Date().toISOString(),
      onWarning: console.warn,
    });
    try {
      const short = await departureWith(handling, '09:00', SHORT);
      const long = await departureWith(handling, '10:00', LONG);
      const shortTimes: number[] = [];
      const longTimes: number[] = [];
      // In turn, so that a slow spell of the machine falls on both.
      for (let round = 0; round < ROUNDS; round++) {
        shortTimes.push(await probe(handling, short));
        longTimes.push(await probe(handling, long));
      }
      const ratio = median(longTimes) / median(shortTimes);
      const tell = (times: readonly number[]) => `${median(times).toFixed(1)} µs a hold`;
      return [
        {
          bench: `a departure with ${LONG} past events decides / one with ${SHORT}`,
          ours: tell(longTimes),
          against: tell(shortTimes),
          ratio,
          aim: '<= 1.2',
          met: ratio <= 1.2,
        },
      ];
    } finally {
      await documents.close();
      await eventStore.close();
      await rm(dataDir, { recursive: true });
    }
  },
};

/** A departure whose stream has about so many events: holds that were released again, and some that stay. */
const departureWith = async (handling: CommandHandling, time: string, events: number): Promise<string> => {
  const day = new Date(Date.now() + 86_400_000 * 2).toISOString().slice(0, 10);
  const [facts] = departuresOf(
    {
      productId: 'product',
      optionId: 'option',
      timeZone: 'Europe/Lisbon',
      availabilityType: 'START_TIME',
      recurrence: { from: day, until: day, weekdays: [1, 2, 3, 4, 5, 6, 7], except: [] },
      startTimes: [time],
      openingHours: [],
      durationMinutes: 60,
      capacity: 1_000_000,
      cutoffMinutes: 0,
    },
    day,
    day,
  );
  if (facts === undefined) throw new Error('no departure');
  const { departureId } = facts;
  await send(handling, departureId, { type: 'schedule-departure', facts });
  for (let done = 0; done < events; done += 1_000) {
    const pairs = Math.min(1_000, events - done) / 2;
    await Promise.all(
      Array.from({ length: pairs }, async () => {
        const bookingId = randomId();
        await send(handling, departureId, hold(bookingId));
        await send(handling, departureId, { type: 'release-seats', bookingId, reason: 'cancelled' });
      }),
    );
  }
  return departureId;
};

/** Microseconds a hold, 64 at a time. */
const probe = async (handling: CommandHandling, departureId: string): Promise<number> => {
  const startedAt = performance.now();
  let left = PROBES;
  const work = async () => {
    while (left-- > 0) await send(handling, departureId, hold(randomId()));
  };
  await Promise.all(Array.from({ length: 64 }, work));
  return ((performance.now() - startedAt) * 1_000) / PROBES;
};

const hold = (bookingId: string) =>
  ({ type: 'hold-seats', bookingId, seats: 2, expiresAt: new Date(Date.now() + 1_800_000).toISOString() }) as const;

const send = async (
  handling: CommandHandling,
  departureId: string,
  command: Parameters<typeof departureDecider.decide>[0],
): Promise<void> => {
  const outcome = await handling.handle(departureDecider, departureId, command, meta(), () => undefined);
  if (isRejection(outcome)) throw new Error(`${command.type}: ${outcome.detail}`);
};

const median = (values: readonly number[]): number => percentile(values, 0.5);
