import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from './engine.ts';

/** An engine that runs as a process of ours. */
export interface RunningEngine {
  readonly engine: Engine;
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  /** SIGTERM, SIGKILL after 15 s. */
  stop(): Promise<void>;
  /** SIGKILL: as a power cut would. */
  kill(): Promise<void>;
}

const READY_MS = 90_000;
const STOP_MS = 15_000;

/** Where downloads are kept: ENGINES_CACHE, or the user's cache folder. */
export const engineCache = (): string =>
  resolve(
    process.env.ENGINES_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'spirit-tours-engines'),
  );

/** A port of the loopback interface that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

/** The ports of an engine stay the same over restarts in one folder, because what it keeps there may name them. */
const portsOf = async (dir: string, wanted: number | undefined): Promise<{ port: number; innerPort: number }> => {
  const file = join(dir, 'ports.json');
  const kept = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as { port: number; innerPort: number },
    () => undefined,
  );
  if (kept !== undefined && (wanted === undefined || kept.port === wanted)) return kept;
  const ports = { port: wanted ?? (await freePort()), innerPort: await freePort() };
  await writeFile(file, JSON.stringify(ports));
  return ports;
};

/**
 * Prepares and starts an engine in `dir`, which keeps its data over restarts, and waits until it takes work.
 * Its output goes to `<dir>/log`.
 * @throws EngineUnavailableError; Error with the end of its log when it ended or was not ready within 90 s.
 */
export const startEngine = async (
  engine: Engine,
  options: { readonly dir: string; readonly port?: number; readonly detached?: boolean },
): Promise<RunningEngine> => {
  const dir = resolve(options.dir);
  const cache = engineCache();
  await mkdir(dir, { recursive: true });
  await engine.prepare(cache);
  const ports = await portsOf(dir, options.port);
  const { program, args, env } = await engine.launch({ cache, dir, ...ports });
  const log = join(dir, 'log');
  const output = await open(log, 'a');
  const child = spawn(program, args, {
    cwd: dir,
    env: { ...process.env, ...env },
    stdio: ['ignore', output.fd, output.fd],
    detached: options.detached ?? false,
  });
  await output.close();
  let failure: unknown;
  child.once('error', (error) => (failure = error));
  const exited = new Promise<void>((resolveExit) => {
    child.once('exit', () => resolveExit());
    child.once('error', () => resolveExit());
  });
  const ended = (): boolean => failure !== undefined || child.exitCode !== null || child.signalCode !== null;

  for (const deadline = Date.now() + READY_MS; !(await engine.isReady(ports.port)) || ended(); await pause(50)) {
    if (!ended() && Date.now() < deadline) continue;
    child.kill('SIGKILL');
    const tail = (await readFile(log, 'utf8').catch(() => '')).slice(-2_000);
    throw new Error(`${engine.name} ${ended() ? 'ended' : 'was not ready in time'}:\n${tail}`, { cause: failure });
  }
  return {
    engine,
    url: engine.url(ports.port),
    port: ports.port,
    pid: child.pid ?? 0,
    process: child,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
