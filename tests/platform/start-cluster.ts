import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster as start } from '../../infra/cluster/cluster.ts';
import { freshNamespaces } from './engine-namespaces.ts';
import { registerCompany } from './register-company.ts';
import { signInAt } from './start-platform.ts';

export interface RunningCluster {
  readonly cluster: Cluster;
  readonly origin: string;
  readonly dataDir: string;
  /** The engines' URLs and whatever else its processes were given. */
  readonly env: Readonly<Record<string, string>>;
  /** Id of the one company. */
  readonly tenant: string;
  /** A session token of its owner. */
  readonly token: string;
  /** What the cluster told of its processes. */
  readonly told: readonly string[];
  close(): Promise<void>;
}

const OWNER = { email: 'owner@cluster.example', password: 'correct horse battery staple' };

/** Every role as processes of their own, over namespaces of their own on the engines that are up, with one company. */
export const startCluster = async (settings: Readonly<Record<string, string>> = {}): Promise<RunningCluster> => {
  const dir = await mkdtemp(join(tmpdir(), 'cluster-'));
  const dataDir = join(dir, 'data');
  const namespaces = await freshNamespaces(dir);
  const told: string[] = [];
  const env = { ...namespaces.env, LOG_LEVEL: 'warn', SEED_DEMO: 'false', DATA_DIR: dataDir, PORT: '0', ...settings };
  const cluster = await start({
    dir: join(dir, 'run'),
    env: { ...process.env, ...env },
    tell: (line) => told.push(line),
  });
  const close = async (): Promise<void> => {
    await cluster.close();
    await namespaces.close();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await cluster.started;
    const tenant = await registerCompany({ dataDir, env }, OWNER.email, OWNER.password);
    return {
      cluster,
      origin: cluster.url,
      dataDir,
      env,
      tenant,
      token: await signInAt(cluster.url, OWNER),
      told,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
