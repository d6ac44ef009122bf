import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { DepartureView } from '../../../contracts/views/departure.ts';
import { freePort } from '../../../infra/engines/start-engine.ts';
import { allProjections } from '../../../projections/all-projections.ts';
import { type Platform, signIn, startPlatform } from '../../platform/start-platform.ts';
import { openBeside } from './beside-the-platform.ts';
import { BookingLoad } from './booking-load.ts';
import { offerTripWithFewSeats } from './trip-with-few-seats.ts';
import { truthOf } from './what-the-log-says.ts';

const CLIENTS = 16;

export interface UnderLoad {
  readonly load: BookingLoad;
  readonly beside: Awaited<ReturnType<typeof openBeside>>;
  /** The process that runs now. */
  platform(): Platform;
  /** Begins to book; resolves when no client gets an answer any more. */
  book(): Promise<void>;
  /** Sends again what got no answer. */
  comeBack(sold: Parameters<BookingLoad['retry']>[2]): Promise<void>;
  /** Starts again on the same data. Resolves with the milliseconds until it was ready. */
  restart(): Promise<number>;
  /** A start that is killed after so many milliseconds, wherever it has come to. */
  startCutOff(afterMs: number): Promise<void>;
  /** What is wrong of the views, and of the departures that clients are shown, against a fold of the log. */
  viewFaults(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * A platform with a trip of six departures, two of them small, so that they are sold out most of the time.
 * @param history a file of hotel bookings to import first, so that restarts are timed with it in place
 */
export const startUnderLoad = async (random: () => number, history?: string): Promise<UnderLoad> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'chaos-'));
  let platform = await startPlatform(dataDir);
  const { token, trip } = await prepare(platform, dataDir, history);
  const beside = await openBeside(dataDir);
  const load = new BookingLoad(platform.demo.tenant, random);

  const shownDeparture = async (id: string): Promise<DepartureView> => {
    const answer = await fetch(`${platform.origin}/v1/departures/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return (await answer.json()) as DepartureView;
  };

  /** Resolves when every view has folded what the log held at one moment and still holds alone. */
  const caughtUp = async (): Promise<number> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const head = await beside.head();
      const answer = await fetch(`${platform.origin}/health/ready`);
      const { views } = (await answer.json()) as { views: { view: string; lagEvents: number }[] };
      if (views.every(({ lagEvents }) => lagEvents === 0) && (await beside.head()) === head) return head;
      if (Date.now() > deadline) throw new Error(`the views did not catch up: ${JSON.stringify(views)}`);
      await pause(25);
    }
  };

  // The imported stays are folded and compared by specs of their own; here they would only take time.
  const compared = allProjections.filter(({ name }) => history === undefined || !name.startsWith('stay'));

  return {
    load,
    beside,
    platform: () => platform,
    book: () => load.run(platform.origin, token, trip, CLIENTS),
    comeBack: (sold) => load.retry(platform.origin, token, sold),
    restart: async () => {
      const began = performance.now();
      platform = await startPlatform(dataDir);
      return performance.now() - began;
    },
    startCutOff: async (afterMs) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'main.ts'], {
        env: { ...process.env, LOG_LEVEL: 'silent', DATA_DIR: dataDir, PORT: String(await freePort()) },
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      await pause(afterMs);
      child.kill('SIGKILL');
      await exited;
    },
    viewFaults: async () => {
      for (let attempt = 0; attempt < 20; attempt++) {
        const head = await caughtUp();
        const log = await beside.log();
        const faults: string[] = [];
        for (const projection of compared) faults.push(...(await beside.differences(projection, log)));
        const { departures } = truthOf(log);
        for (const { id } of trip.departures) {
          const offered = (await shownDeparture(id)).vacancies;
          const left = departures.get(id)?.departure.vacancies;
          if (offered !== left) faults.push(`${id} offers ${offered}, not ${left}`);
        }
        // The settlement may write at any moment: then what was compared is not one moment's.
        if ((await beside.head()) === head) return faults;
      }
      throw new Error('the log never stood still');
    },
    close: async () => {
      await platform.kill();
      await beside.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Where it fails nobody would end the platform afterwards. */
const prepare = async (platform: Platform, dataDir: string, history: string | undefined) => {
  try {
    if (history !== undefined) await importHistory(history, dataDir);
    const token = await signIn(platform);
    return { token, trip: await offerTripWithFewSeats(platform.origin, token) };
  } catch (error) {
    await platform.kill();
    throw error;
  }
};

const importHistory = async (file: string, dataDir: string): Promise<void> => {
  const program = ['--import', 'tsx', 'command-side/stays/import/cli.ts', file];
  await promisify(execFile)(process.execPath, program, { env: { ...process.env, DATA_DIR: dataDir } });
};
