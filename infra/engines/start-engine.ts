import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keepProcess } from '../processes/kept-process.ts';
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

export interface StartOptions {
  /** Its data, log and `process.json`. */
  readonly dir: string;
  /** Left out: the one it had in this folder, or a free one. */
  readonly port?: number;
  /** Lets it outlive this process. */
  readonly detached?: boolean;
}

export const READY_MS = 90_000;
const STOP_MS = 15_000;

/** Where downloads are kept: ENGINES_CACHE, or the user's cache folder. */
export const engineCache = (): string =>
  resolve(
    process.env.ENGINES_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spirit-tours-engines'),
  );

/** A port of the loopback interface that was free a moment ago. */
export const freePort = (): Promise<number> => boundPort(0);

/** @throws Error with code EADDRINUSE when something listens there */
const boundPort = async (wanted: number): Promise<number> => {
  const server = createServer().listen(wanted, '127.0.0.1');
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
  const ports = { port: wanted ?? (await freePort()), innerPort: kept?.innerPort ?? (await freePort()) };
  await writeFile(file, JSON.stringify(ports));
  return ports;
};

/**
 * Prepares and starts an engine in `dir`, which keeps its data over restarts, and waits until it takes work.
 * Its output goes to `<dir>/log`, its pid to `<dir>/process.json`.
 * @throws EngineUnavailableError; Error when its port is taken, or with the end of its log when it ended or was not ready
 * within 90 s.
 */
export const startEngine = async (engine: Engine, options: StartOptions): Promise<RunningEngine> => {
  const dir = resolve(options.dir);
  const cache = engineCache();
  await mkdir(dir, { recursive: true });
  await engine.prepare(cache);
  const ports = await portsOf(dir, options.port);
  await boundPort(ports.port).catch((error: unknown) => {
    throw new Error(`${engine.name}: port ${ports.port} is taken by another program`, { cause: error });
  });
  const child = await spawnEngine(engine, { cache, dir, ...ports }, options.detached ?? false);
  const exited = once(child, 'exit').catch(() => undefined);
  await untilReady(engine, child, ports.port, join(dir, 'log'));
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

const spawnEngine = async (
  engine: Engine,
  place: Parameters<Engine['launch']>[0],
  detached: boolean,
): Promise<ChildProcess> => {
  const { program, args, env } = await engine.launch(place);
  const output = await open(join(place.dir, 'log'), 'a');
  try {
    const child = spawn(program, args, {
      cwd: place.dir,
      env: { ...process.env, ...env },
      stdio: ['ignore', output.fd, output.fd],
      detached,
    });
    await once(child, 'spawn');
    if (detached) child.unref();
    await keepProcess(place.dir, child.pid ?? 0, place.port);
    return child;
  } finally {
    await output.close();
  }
};

/** @throws Error with the end of the log; the process is gone then. */
const untilReady = async (engine: Engine, child: ChildProcess, port: number, log: string): Promise<void> => {
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const ready = await engine.isReady(port);
    if (ended() || Date.now() > deadline) break;
    if (ready) return;
    await pause(50);
  }
  const why = ended() ? 'ended' : `was not ready within ${READY_MS / 1_000} s`;
  child.kill('SIGKILL');
  const tail = (await readFile(log, 'utf8').catch(() => '')).slice(-2_000);
  throw new Error(`${engine.name} ${why}:\n${tail}`);
};
