import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionSecret } from '../auth/session-secret.ts';
import { type ProcessRole, ROLES, readConfig } from '../config/config.ts';
import { startServer } from '../http/server.ts';
import { endIn } from '../processes/kept-process.ts';
import { processFacts } from '../processes/process-identity.ts';
import { type ApiMap, apiMap, type OpenApi } from './api-map.ts';
import { front } from './front.ts';
import { Slot } from './slot.ts';
import { Upstreams } from './upstreams.ts';

/** How many processes play each role. */
const PROCESSES: Readonly<Record<ProcessRole, number>> = {
  'command-api': 2,
  'query-api': 1,
  relay: 1,
  projector: 2,
  'process-managers': 1,
  ml: 1,
};

/** Roles that answer requests; what both have, like the pages of the documentation, the first answers. */
const API_ROLES = ['query-api', 'command-api'] as const satisfies readonly ProcessRole[];
type ApiRole = (typeof API_ROLES)[number];

export interface MemberStatus {
  readonly name: string;
  readonly role: ProcessRole;
  readonly ready: boolean;
  readonly pid: number | undefined;
  readonly origin: string | undefined;
  readonly residentBytes: number;
  readonly restarts: number;
  readonly underWay: number;
}

export interface Cluster {
  /** The one address. */
  readonly url: string;
  /** Resolves when every role is ready. Rejects where a process can't be started; `close` ends the others. */
  readonly started: Promise<void>;
  status(): Promise<readonly MemberStatus[]>;
  /** Puts a new process in the place of each, one after another, without losing a request. @param role of this role only */
  restart(role?: ProcessRole): Promise<void>;
  /** Takes no more requests, lets those under way end, and ends all processes, also those that are still starting. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** Logs, pids and the session secret. */
  readonly dir: string;
  /** As main.ts reads it; PORT and HOST are those of the one address. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tell: (line: string) => void;
}

interface Placed {
  readonly role: ProcessRole;
  readonly slot: Slot;
}

/**
 * Starts every role as processes of their own, behind one address that answers 503 until all are ready.
 * @throws ConfigError; Error when the address is taken
 */
export const startCluster = async ({ dir, env, tell }: ClusterOptions): Promise<Cluster> => {
  const config = readConfig(env);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await endLeftovers(dir, tell);
  const upstreams = new Map(API_ROLES.map((role) => [role, new Upstreams()] as const));
  let api: ApiMap<ApiRole> | undefined;
  const server = await startServer(
    front({
      api: () => api,
      upstreams,
      missing: () => ROLES.filter((role) => !placed.some((one) => one.role === role && one.slot.isReady)),
      onFailure: (error) => tell(`a request failed: ${String(error)}`),
    }),
    config.host,
    config.port,
  );
  const shared = {
    ...definedOf(env),
    SESSION_SECRET: Buffer.from(await sessionSecret(config.sessionSecret, dir)).toString('utf8'),
    PUBLIC_URL: config.publicUrl ?? server.url,
  };
  const placed: readonly Placed[] = ROLES.flatMap((role) =>
    Array.from({ length: PROCESSES[role] }, (_, at) => ({
      role,
      slot: new Slot({
        name: `${role}-${at + 1}`,
        dir,
        tell,
        graceMs: (config.shutdownSeconds + 3) * 1_000,
        upstreams: isApiRole(role) ? upstreams.get(role) : undefined,
        // Two that seed the demo company would be in each other's way.
        env: { ...shared, ROLES: role, SEED_DEMO: String(config.seedDemo && role === 'command-api' && at === 0) },
      }),
    })),
  );

  const start = async (): Promise<void> => {
    // One command API before the others: it may have the demo company to seed, which takes all there is.
    const isLater = ({ role }: Placed, at: number): boolean => role === 'command-api' && at > 0;
    await startAll(placed.filter((one, at) => !isLater(one, at)));
    await startAll(placed.filter(isLater));
    api = await apiOf(placed);
  };
  const replaceEach = async (role: ProcessRole | undefined): Promise<void> => {
    for (const { slot } of placed.filter((one) => role === undefined || one.role === role)) {
      const began = performance.now();
      await slot.replace();
      tell(
        `${slot.name} was replaced in ${((performance.now() - began) / 1_000).toFixed(1)} s (pid ${slot.member?.pid})`,
      );
    }
    // The new ones may run newer code.
    api = await apiOf(placed);
  };
  let restarting: Promise<void> = Promise.resolve();
  return {
    url: server.url,
    started: start(),
    status: () => Promise.all(placed.map(statusOf)),
    restart: (role) => {
      restarting = restarting.catch(() => undefined).then(() => replaceEach(role));
      return restarting;
    },
    close: async () => {
      await server.close(config.shutdownSeconds * 1_000);
      await Promise.all(placed.map(({ slot }) => slot.close()));
    },
  };
};

const isApiRole = (role: ProcessRole): role is ApiRole => API_ROLES.some((one) => one === role);

const startAll = async (placed: readonly Placed[]): Promise<void> => {
  await Promise.all(placed.map(({ slot }) => slot.start()));
};

/** What a run that was cut off left behind. */
const endLeftovers = async (dir: string, tell: (line: string) => void): Promise<void> => {
  for (const name of await readdir(dir)) {
    if (await endIn(join(dir, name))) tell(`${name} was left over from an earlier run and is ended`);
  }
};

/** Asks a process of each role that answers requests what it answers. */
const apiOf = async (placed: readonly Placed[]): Promise<ApiMap<ApiRole>> =>
  apiMap(
    new Map(
      await Promise.all(
        API_ROLES.map(async (role) => {
          const origin = placed.find((one) => one.role === role && one.slot.isReady)?.slot.member?.origin;
          const answer = await fetch(`${origin}/openapi.json`);
          return [role, (await answer.json()) as OpenApi] as const;
        }),
      ),
    ),
  );

const statusOf = async ({
  role,
  slot: { name, isReady, member, restarts, underWay },
}: Placed): Promise<MemberStatus> => ({
  name,
  role,
  ready: isReady,
  pid: member?.pid,
  origin: member?.origin,
  residentBytes: member === undefined ? 0 : ((await processFacts(member.pid))?.residentBytes ?? 0),
  restarts,
  underWay,
});

const definedOf = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
