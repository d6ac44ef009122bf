import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import closeWithGrace from 'close-with-grace';
import { ConfigError, type ProcessRole, ROLES } from '../config/config.ts';
import { startCluster } from './cluster.ts';
import { askDown, askRestart, askStatus, NoClusterError, serveControl } from './control.ts';

const USAGE = `usage: npm run cluster [-- COMMAND]
  up               each role as its own process behind one address, until Ctrl-C (the default)
  status           the processes, where they are, and how much memory each holds
  restart [ROLE]   replaces the processes one after another, without losing a request
  down             ends a cluster that runs elsewhere
roles: ${ROLES.join(', ')}
Engines are those of .engines/env and the environment; what has no URL is embedded in DATA_DIR. Logs and pids are in CLUSTER_DIR
(default .cluster).`;

const ENGINE_VARIABLES = ['EVENT_STORE_URL', 'EVENT_BUS_URL', 'DOCUMENTS_URL', 'SEARCH_URL', 'JOBS_URL'];

const dir = resolve(process.env.CLUSTER_DIR || fileURLToPath(new URL('../../.cluster', import.meta.url)));
const tell = (line: string): void => console.error(line);

const up = async (): Promise<void> => {
  const other = await askStatus(dir).catch(() => undefined);
  if (other !== undefined) throw new NoClusterError(`a cluster is up already at ${other.url}`);
  const embedded = ENGINE_VARIABLES.filter((variable) => !process.env[variable]);
  if (embedded.length > 0) tell(`embedded, as no URL is given: ${embedded.join(', ')}`);
  const cluster = await startCluster({ dir, env: process.env, tell });
  const control = await serveControl(dir, cluster, async () => {
    await close();
    // Nothing is left to be closed at the exit that follows by itself.
    signals.uninstall();
  });
  const close = async (): Promise<void> => {
    await cluster.close();
    // Who asked for the end gets the answer yet.
    control.close();
  };
  const signals = closeWithGrace({ delay: 60_000 }, close);
  try {
    await cluster.started;
  } catch (error) {
    await close();
    throw error;
  }
  const { url } = cluster;
  console.log(`\nThe cluster is ready at ${url}\n  API ${url}/v1 and ${url}/octo, its pages ${url}/docs\n`);
};

const status = async (): Promise<void> => {
  const { url, members } = await askStatus(dir);
  console.log(url);
  console.table(
    members.map(({ name, ready, pid, origin, residentBytes, restarts, underWay }) => ({
      name,
      state: ready ? 'ready' : 'not ready',
      pid,
      address: origin,
      MB: Math.round(residentBytes / 2 ** 20),
      restarts,
      requests: underWay,
    })),
  );
};

const restart = async (role: string | undefined): Promise<void> => {
  if (role !== undefined && !isRole(role)) return refuse(`no role is named "${role}"`);
  await askRestart(dir, role);
  await status();
};

const isRole = (name: string): name is ProcessRole => ROLES.some((role) => role === name);

const refuse = (why: string): void => {
  tell(`${why}\n\n${USAGE}`);
  process.exitCode = 2;
};

const main = async (): Promise<void> => {
  const [command = 'up', argument, ...more] = process.argv.slice(2);
  if (more.length > 0 || (argument !== undefined && command !== 'restart')) return refuse('too much is said');
  if (command === 'up') return up();
  if (command === 'status') return status();
  if (command === 'restart') return restart(argument);
  if (command === 'down') {
    await askDown(dir);
    return tell('the cluster has ended');
  }
  return refuse(`there is no command "${command}"`);
};

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError || error instanceof NoClusterError ? error.message : error);
  process.exit(1);
});
