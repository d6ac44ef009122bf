import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../../infra/cluster/cluster.ts';
import type { ProcessRole } from '../../../infra/config/config.ts';
import { allEngines } from '../../../infra/engines/all-engines.ts';
import type { Engine } from '../../../infra/engines/engine.ts';
import { type RunningEngine, startEngine } from '../../../infra/engines/start-engine.ts';
import type { Trip } from '../../e2e/sailing-trip.ts';
import { registerCompany } from '../../platform/register-company.ts';
import { signInAt } from '../../platform/start-platform.ts';
import { startTcpProxy, type TcpProxy } from '../network/tcp-proxy.ts';
import { offerTripWithFewSeats } from '../platform/trip-with-few-seats.ts';

export type EngineName = Engine['name'];

/** Engines that the platform reaches through a proxy: Kafka tells its clients an address of its own, past any proxy. */
export const LINKED = ['event-store', 'mongodb', 'elasticsearch', 'redis'] as const satisfies readonly EngineName[];
export type LinkedName = (typeof LINKED)[number];

/** A cluster on engines of its own, with what breaks them. */
export interface Stage {
  readonly cluster: Cluster;
  readonly tenant: string;
  /** A session token of the company's owner. */
  readonly token: string;
  readonly trip: Trip;
  readonly dataDir: string;
  /** URLs past the proxies: for whoever checks. */
  readonly direct: Readonly<Record<Engine['variable'], string>>;
  link(engine: LinkedName): TcpProxy;
  /** SIGKILL: as a power cut would. */
  kill(engine: EngineName): Promise<void>;
  /** In order: all it holds is in its files. */
  stop(engine: EngineName): Promise<void>;
  /** Starts an engine that is not up. @param env besides its own */
  start(engine: EngineName, env?: Readonly<Record<string, string>>): Promise<void>;
  pidOf(engine: EngineName): number;
  /** Bytes of the file that the event store keeps its log in. */
  logBytes(): Promise<number>;
  /** Sets the clock of every process of a role. @param aheadMs of the real time; negative: behind */
  setClock(role: ProcessRole, aheadMs: number): Promise<void>;
  close(): Promise<void>;
}

const OWNER = { email: 'owner@chaos.example', password: 'correct horse battery staple' };
const CLOCK = new URL('jumping-clock.mjs', import.meta.url).href;

/** Starts five engines, the proxies and a cluster, and offers a trip of six departures, two of them small. */
export const startStage = async (tell: (line: string) => void): Promise<Stage> => {
  const dir = await mkdtemp(join(tmpdir(), 'chaos-engines-'));
  const ended: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true, maxRetries: 5 })];
  const close = async (): Promise<void> => {
    for (const end of ended.splice(0).reverse()) await end().catch((error: unknown) => tell(String(error)));
  };
  try {
    return await raise(dir, tell, (end) => ended.push(end), close);
  } catch (error) {
    await close();
    throw error;
  }
};

const raise = async (
  dir: string,
  tell: (line: string) => void,
  atEnd: (end: () => Promise<unknown>) => void,
  close: () => Promise<void>,
): Promise<Stage> => {
  const running = new Map<EngineName, RunningEngine>();
  const start: Stage['start'] = async (name, env = {}) => {
    running.set(name, await startEngine(withEnv(engineOf(name), env), { dir: join(dir, name) }));
  };
  const runs = (name: EngineName): RunningEngine => found(running.get(name), name);
  atEnd(() => Promise.all([...running.values()].map((engine) => engine.stop())));
  // All must have ended their starts before anything is taken down.
  for (const started of await Promise.allSettled(allEngines.map(({ name }) => start(name))))
    if (started.status === 'rejected') throw started.reason;

  const links = new Map<LinkedName, TcpProxy>();
  for (const name of LINKED) {
    const proxy = await startTcpProxy({ host: '127.0.0.1', port: runs(name).port });
    links.set(name, proxy);
    atEnd(() => proxy.close());
  }
  const link = (name: LinkedName): TcpProxy => found(links.get(name), name);
  const direct = urlsOf((name) => runs(name).port);
  const clocks = join(dir, 'clocks');
  await mkdir(clocks);
  const dataDir = join(dir, 'data');
  const cluster = await startCluster({
    dir: join(dir, 'run'),
    env: {
      ...process.env,
      ...urlsOf((name) => (isLinked(name) ? link(name).port : runs(name).port)),
      LOG_LEVEL: 'warn',
      SEED_DEMO: 'false',
      DATA_DIR: dataDir,
      PORT: '0',
      // No hold may end while its client believes in it, whatever a clock does.
      HOLD_MINUTES: '1440',
      CLOCKS_DIR: clocks,
      NODE_OPTIONS: `--import ${CLOCK}`,
    },
    tell,
  });
  atEnd(() => cluster.close());
  await cluster.started;
  const tenant = await registerCompany({ dataDir, env: direct }, OWNER.email, OWNER.password);
  const token = await signInAt(cluster.url, OWNER);
  return {
    cluster,
    tenant,
    token,
    trip: await offerTripWithFewSeats(cluster.url, token),
    dataDir,
    direct,
    link,
    start,
    kill: (name) => runs(name).kill(),
    stop: (name) => runs(name).stop(),
    pidOf: (name) => runs(name).pid,
    logBytes: async () => (await stat(join(dir, 'event-store', 'log.db'))).size,
    setClock: (role, aheadMs) => writeFile(join(clocks, role), String(aheadMs)),
    close,
  };
};

const engineOf = (name: EngineName): Engine =>
  found(
    allEngines.find((engine) => engine.name === name),
    name,
  );

const found = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
};

const isLinked = (name: EngineName): name is LinkedName => LINKED.some((one) => one === name);

const withEnv = (engine: Engine, env: Readonly<Record<string, string>>): Engine => ({
  ...engine,
  launch: async (place) => {
    const launch = await engine.launch(place);
    return { ...launch, env: { ...launch.env, ...env } };
  },
});

const urlsOf = (portOf: (name: EngineName) => number): Record<Engine['variable'], string> => {
  const url = (name: EngineName): string => engineOf(name).url(portOf(name));
  return {
    EVENT_STORE_URL: url('event-store'),
    EVENT_BUS_URL: `${url('kafka')}?partitions=2`,
    DOCUMENTS_URL: url('mongodb'),
    SEARCH_URL: url('elasticsearch'),
    JOBS_URL: url('redis'),
  };
};
