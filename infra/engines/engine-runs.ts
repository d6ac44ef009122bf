import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endIn, runningIn } from '../processes/kept-process.ts';
import { type Engine, programOf } from './engine.ts';
import { writeUrls } from './engines-dir.ts';
import { engineCache, startEngine } from './start-engine.ts';
import { withLock } from './with-lock.ts';

export interface Wanted {
  readonly engine: Engine;
  /** Left out: the one it had last, or a free one. */
  readonly port?: number | undefined;
}

export interface Failure {
  readonly engine: Engine;
  /** EngineUnavailableError: its message tells what to install. */
  readonly error: Error;
}

export interface EngineStatus {
  readonly engine: Engine;
  /** Undefined: it is down. */
  readonly running?: { readonly pid: number; readonly port: number; readonly residentBytes: number };
  readonly ready: boolean;
}

/** How long an engine that runs already may take to answer. */
const ANSWER_MS = 15_000;
/** Preparing that takes longer is worth a word. */
const FETCHING_MS = 1_000;

/**
 * Starts what is not up yet, several side by side, and waits until each takes work; what runs stays. Engines outlive this process.
 * @param all what the list of URLs is made of, whether wanted now or not
 * @returns those that could not be started; the others are up
 */
export const bringUp = async (
  dir: string,
  all: readonly Engine[],
  wanted: readonly Wanted[],
  tell: (line: string) => void,
): Promise<readonly Failure[]> => {
  await mkdir(dir, { recursive: true });
  return withLock(dir, async () => {
    const outcomes = await Promise.all(
      wanted.map((one) =>
        bringOneUp(dir, one, tell).then(
          () => [],
          (error: unknown) => [
            { engine: one.engine, error: error instanceof Error ? error : new Error(String(error)) },
          ],
        ),
      ),
    );
    await noteUrls(dir, all);
    return outcomes.flat();
  });
};

const bringOneUp = async (dir: string, { engine, port }: Wanted, tell: (line: string) => void): Promise<void> => {
  const home = join(dir, engine.name);
  const running = await runningIn(home);
  if (running !== undefined) {
    if (port !== undefined && port !== running.port)
      throw new Error(`it is up on port ${running.port}; take it down to start it on another`);
    if (await answersSoon(engine, running.port)) return tell(`${engine.name} is up already`);
    throw new Error(`it runs (pid ${running.pid}) and takes no work; its log tells more`);
  }
  const begun = performance.now();
  await prepare(engine, tell);
  await startEngine(engine, { dir: home, detached: true, ...(port === undefined ? {} : { port }) });
  tell(`${engine.name} is up (${programOf(engine)}, ${((performance.now() - begun) / 1_000).toFixed(1)} s)`);
};

/** Says so where something is fetched: looking whether all is there takes no time. */
const prepare = async (engine: Engine, tell: (line: string) => void): Promise<void> => {
  const notice = setTimeout(() => tell(`fetching ${programOf(engine)} …`), FETCHING_MS);
  await engine.prepare(engineCache()).finally(() => clearTimeout(notice));
};

const answersSoon = async (engine: Engine, port: number): Promise<boolean> => {
  for (const deadline = Date.now() + ANSWER_MS; Date.now() < deadline; await pause(100))
    if (await engine.isReady(port)) return true;
  return false;
};

/** Ends engines by pid, and forgets their URLs. Their data stays. @returns those that ran */
export const takeDown = async (
  dir: string,
  all: readonly Engine[],
  wanted: readonly Engine[],
): Promise<readonly Engine[]> => {
  if (!existsSync(dir)) return [];
  return withLock(dir, async () => {
    const ended = await Promise.all(
      wanted.map(async (engine) => ((await endIn(join(dir, engine.name))) ? [engine] : [])),
    );
    await noteUrls(dir, all);
    return ended.flat();
  });
};

export const statuses = (dir: string, all: readonly Engine[]): Promise<readonly EngineStatus[]> =>
  Promise.all(
    all.map(async (engine) => {
      const running = await runningIn(join(dir, engine.name));
      return running === undefined
        ? { engine, ready: false }
        : { engine, running, ready: await engine.isReady(running.port) };
    }),
  );

const noteUrls = async (dir: string, all: readonly Engine[]): Promise<void> => {
  const urls = await Promise.all(
    all.map(async (engine) => {
      const running = await runningIn(join(dir, engine.name));
      return running === undefined ? [] : [[engine.variable, engine.url(running.port)] as const];
    }),
  );
  await writeUrls(dir, Object.fromEntries(urls.flat()));
};
