import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomId } from '../../contracts/ids.ts';
import { openEventStore } from '../../infra/event-store/open-event-store.ts';
import { caughtUp, startPlatform, viewLagOf } from '../platform/start-platform.ts';
import type { Bench, Row } from './report.ts';

const SHARED = process.env.SHARED_DIR ?? '../shared';
const FILE = `${SHARED}/data/hotel/hotel_bookings.csv.gz`;
const RAW_EVENTS = 200_000;

/** Import of the whole hotel history beside the running platform, and what the platform weighs with it. */
export const hotelImport: Bench = {
  name: 'hotel-import',
  run: async (): Promise<readonly Row[]> => {
    if (!existsSync(FILE)) {
      console.log(`  skipped: ${FILE} is not there (set SHARED_DIR)`);
      return [];
    }
    console.log(`  with ${FILE}`);
    const directory = await mkdtemp(join(tmpdir(), 'bench-'));
    const dataDir = join(directory, 'data');
    const platform = await startPlatform(dataDir);
    try {
      const rawPerSecond = await rawAppends(directory);
      const before = (await viewLagOf(platform.origin)).headPosition;
      const startedAt = performance.now();
      await runImport(dataDir);
      const seconds = (performance.now() - startedAt) / 1_000;
      const { headPosition } = await viewLagOf(platform.origin);
      await caughtUp(platform.origin);
      const untilSeen = (performance.now() - startedAt) / 1_000;
      const eventsPerSecond = (headPosition - before) / seconds;
      const megabytes = await residentMegabytes(platform.process.pid ?? 0);
      return [
        {
          bench: `import of the hotel history (${headPosition - before} events) beside the platform`,
          ours: `${seconds.toFixed(1)} s; in every view after ${untilSeen.toFixed(1)} s`,
          against: '30 s',
          ratio: seconds / 30,
          aim: '<= 30 s',
          met: seconds <= 30,
        },
        {
          bench: 'import events/s / appending made events, 4 an append, durable',
          ours: `${Math.round(eventsPerSecond)}/s`,
          against: `${Math.round(rawPerSecond)}/s`,
          ratio: eventsPerSecond / rawPerSecond,
          aim: 'told, no aim',
          met: true,
        },
        {
          bench: 'memory of the platform after the import',
          ours: `${Math.round(megabytes)} MB resident`,
          against: '400 MB',
          ratio: megabytes / 400,
          aim: '< 400 MB',
          met: megabytes < 400,
        },
      ];
    } finally {
      await platform.stop();
      await rm(directory, { recursive: true });
    }
  },
};

const runImport = async (dataDir: string): Promise<void> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'command-side/stays/import/cli.ts', FILE], {
    env: { ...process.env, DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`the import ended with ${code}`);
};

/** Events a second of the bare store: streams of four events of the import's size, 1,024 streams under way. */
const rawAppends = async (directory: string): Promise<number> => {
  const store = await openEventStore({ dataDir: join(directory, 'raw') });
  const data = { text: 'x'.repeat(450) };
  const event = (causationId: string) => ({
    id: randomId(),
    type: 'stay.booked.v1',
    time: '2015-07-01T00:00:00.000Z',
    tenant: 'tenant',
    actor: 'system:bench',
    correlationId: causationId,
    causationId,
    data,
  });
  let left = RAW_EVENTS / 4;
  const work = async () => {
    while (left-- > 0) {
      const id = randomId();
      await store.append(`stay-${id}`, 'no-stream', [event(id), event(id), event(id), event(id)]);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 1_024 }, work));
  const perSecond = (RAW_EVENTS * 1_000) / (performance.now() - startedAt);
  await store.close();
  return perSecond;
};

/** Linux only, like the rest of the benches' process figures. */
const residentMegabytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
};
