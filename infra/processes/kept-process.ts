import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProcessFacts, processFacts } from './process-identity.ts';

/** A process that outlives whoever started it, as `<dir>/process.json` keeps it. */
export interface KeptProcess {
  readonly pid: number;
  readonly started: string;
  readonly port: number;
}

const STOP_MS = 15_000;
const fileIn = (dir: string): string => join(dir, 'process.json');

/** Notes in `dir` which process runs there. Does nothing when it has ended already. */
export const keepProcess = async (dir: string, pid: number, port: number): Promise<void> => {
  const facts = await processFacts(pid);
  if (facts === undefined) return;
  const kept: KeptProcess = { pid, started: facts.started, port };
  await writeFile(`${fileIn(dir)}.new`, JSON.stringify(kept));
  await rename(`${fileIn(dir)}.new`, fileIn(dir));
};

/** The process that was noted in `dir`, while it runs; undefined when it has ended, though its number may be in use again. */
export const runningIn = async (dir: string): Promise<(KeptProcess & ProcessFacts) | undefined> => {
  const text = await readFile(fileIn(dir), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const kept = JSON.parse(text) as KeptProcess;
  const facts = await processFacts(kept.pid);
  return facts?.started === kept.started ? { ...kept, ...facts } : undefined;
};

/** Ends the process that was noted in `dir`, if it is still there: SIGTERM, SIGKILL after 15 s. @returns whether it ran. */
export const endIn = async (dir: string): Promise<boolean> => {
  const running = await runningIn(dir);
  if (running === undefined) return false;
  process.kill(running.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  while ((await runningIn(dir)) !== undefined) {
    if (Date.now() > deadline) killed(running.pid);
    await pause(50);
  }
  await rm(fileIn(dir), { force: true });
  return true;
};

const killed = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended a moment ago.
  }
};
