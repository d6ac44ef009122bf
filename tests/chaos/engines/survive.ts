import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '../../../ml/learning/seeded-random.ts';
import { allProjections } from '../../../projections/all-projections.ts';
import { openBeside } from '../platform/beside-the-platform.ts';
import { BookingLoad } from '../platform/booking-load.ts';
import { halfDone, truthOf } from '../platform/what-the-log-says.ts';
import { type Stage, startStage } from './engine-stage.ts';
import { type Fault, plan } from './faults.ts';
import { logFaults, searchFaults } from './invariants.ts';
import { Retitling } from './retitling.ts';

const CLIENTS = 4;
/**
 * All ready, settled and caught up again. A projector that was killed in a transaction leaves it open, and its view waits for as long as
 * MongoDB lets a transaction live: 60 s by default.
 */
const HEALTHY_WITHIN_MS = 150_000;
const STEP_MS = 200;
/** Of faults that a message shows. */
const SHOWN = 5;

export interface Survival {
  readonly survived: number;
  readonly acknowledged: number;
  readonly inDoubt: number;
  readonly events: number;
  readonly slowestMs: number;
}

/** The platform did not come through a fault. The message tells seed, fault and what is broken. */
export class NotSurvived extends Error {
  override readonly name = 'NotSurvived';
}

export interface SurviveOptions {
  readonly seed: number;
  /** Of faults; undefined: the short set. */
  readonly count: number | undefined;
  readonly tell: (line: string) => void;
  /** Ends it at the next step, with all that was started. */
  readonly signal: AbortSignal;
}

/**
 * Breaks one thing after another under booking load; after each, all that must hold is checked.
 * @throws NotSurvived; EngineUnavailableError
 */
export const surviveFaults = async ({ seed, count, tell, signal }: SurviveOptions): Promise<Survival> => {
  const random = seededRandom(seed);
  const faults = plan(random, count);
  const told: string[] = [];
  const stage = await startStage((line) => told.push(line));
  const load = new BookingLoad(stage.tenant, random, { ridesOutages: true });
  let [events, slowestMs] = [0, 0];
  try {
    for (const [at, fault] of faults.entries()) {
      const began = performance.now();
      const before = load.acknowledged;
      try {
        const healed = await strikeUnderLoad(stage, load, fault, signal);
        events = await untilWhole(stage, load, signal);
        slowestMs = Math.max(slowestMs, performance.now() - healed);
      } catch (error) {
        const log = told.slice(-SHOWN).join('\n');
        throw new NotSurvived(`seed ${seed}, fault ${at + 1} of ${faults.length} (${fault.name}): ${error}\n${log}`, {
          cause: error,
        });
      }
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      tell(
        `${at + 1}/${faults.length} ${fault.name}: ${load.acknowledged - before} acknowledged, whole after ${seconds} s`,
      );
    }
    const inDoubt = [...load.ledger.values()].filter((sold) => sold.inDoubt !== undefined).length;
    return { survived: faults.length, acknowledged: load.acknowledged, inDoubt, events, slowestMs };
  } finally {
    await stage.close();
  }
};

/** Clients book before, while and after it is broken, until they get answers again. Resolves with the moment of its healing. */
const strikeUnderLoad = async (stage: Stage, load: BookingLoad, fault: Fault, signal: AbortSignal): Promise<number> => {
  let failure: unknown;
  let healed = 0;
  const retitling = new Retitling();
  const booking = [load.run(stage.cluster.url, stage.token, stage.trip, CLIENTS), retitling.run(stage)].map((clients) =>
    clients.catch((error: unknown) => {
      failure ??= error;
    }),
  );
  try {
    await progress(load, 10, signal);
    await fault.strike(stage, load);
    healed = performance.now();
    await progress(load, 10, signal);
  } catch (error) {
    throw failure ?? error;
  } finally {
    load.stop();
    retitling.stop();
    await Promise.all(booking);
  }
  if (failure !== undefined) throw failure;
  return healed;
};

/** Resolves when clients were acknowledged so many requests more. */
const progress = async (load: BookingLoad, requests: number, signal: AbortSignal): Promise<void> => {
  const [due, deadline] = [load.acknowledged + requests, Date.now() + HEALTHY_WITHIN_MS];
  while (load.acknowledged < due) {
    if (Date.now() > deadline) throw new Error('clients get no answers');
    await pause(STEP_MS, undefined, { signal });
  }
};

/**
 * Resolves with the events of the log when all processes are ready, no booking is half-done and the views have seen everything, and all
 * of it holds what was acknowledged. @throws Error telling what does not hold
 */
const untilWhole = async (stage: Stage, load: BookingLoad, signal: AbortSignal): Promise<number> => {
  const deadline = Date.now() + HEALTHY_WITHIN_MS;
  const beside = await openBeside(stage.dataDir, stage.direct);
  try {
    for (;;) {
      const head = await beside.head();
      const waitsFor = await unready(stage);
      const log = waitsFor === undefined ? await beside.log() : [];
      const truth = truthOf(log);
      const broken = waitsFor === undefined ? logFaults(log, truth, load, stage.tenant) : [];
      if (broken.length > 0) throw new Error(shown(broken));
      const half = halfDone(truth);
      if (waitsFor === undefined && half.length === 0) {
        const views: string[] = [];
        for (const view of allProjections) views.push(...(await beside.differences(view, log)));
        views.push(...(await searchFaults(stage, log)));
        // Who settles may write at any moment: then what was compared is not one moment's.
        if ((await beside.head()) === head) {
          if (views.length > 0) throw new Error(shown(views));
          return log.length;
        }
      }
      if (Date.now() > deadline) throw new Error(waitsFor ?? `half-done: ${shown(half)}`);
      await pause(STEP_MS, undefined, { signal });
    }
  } finally {
    await beside.close();
  }
};

const shown = (faults: readonly string[]): string => [`${faults.length} faults`, ...faults.slice(0, SHOWN)].join('\n');

/** What is not ready yet; undefined: all is, and the views have seen everything. */
const unready = async ({ cluster }: Stage): Promise<string | undefined> => {
  const members = (await cluster.status()).filter(({ ready }) => !ready);
  if (members.length > 0) return `not ready: ${members.map(({ name }) => name).join(', ')}`;
  const answer = await fetch(`${cluster.url}/health/ready`).catch(() => undefined);
  const health = (await answer?.json().catch(() => undefined)) as
    | { readonly views?: readonly { readonly view: string; readonly lagEvents: number }[] }
    | undefined;
  if (health?.views === undefined) return `not ready: ${JSON.stringify(health)}`;
  const behind = health.views.filter(({ lagEvents }) => lagEvents > 0);
  return behind.length === 0 ? undefined : `behind: ${JSON.stringify(behind)}`;
};
