import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshNamespaces, type Namespaces } from '../../platform/engine-namespaces.ts';
import { registerCompany } from '../../platform/register-company.ts';
import { type Demo, type Platform, startPlatform } from '../../platform/start-platform.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** Neighbours that can be reached through a proxy: Kafka tells its clients an address of its own, past any proxy. */
export const NEIGHBOURS = {
  'event store': 'EVENT_STORE_URL',
  MongoDB: 'DOCUMENTS_URL',
  Elasticsearch: 'SEARCH_URL',
  Redis: 'JOBS_URL',
} as const;
export type Neighbour = keyof typeof NEIGHBOURS;

/** A platform of one process with a proxy before each neighbour. */
export interface LinkedPlatform {
  readonly platform: Platform;
  readonly dataDir: string;
  /** URLs past the proxies: for whoever checks. */
  readonly direct: Namespaces['env'];
  readonly links: Readonly<Record<Neighbour, TcpProxy>>;
  close(): Promise<void>;
}

const OWNER = { email: 'owner@links.example', password: 'correct horse battery staple' };

/** Starts it over namespaces of its own on the engines that are up, with one company and nothing else. @param settings of the platform, besides the URLs */
export const startLinkedPlatform = async (settings: Readonly<Record<string, string>> = {}): Promise<LinkedPlatform> => {
  const dir = await mkdtemp(join(tmpdir(), 'neighbours-'));
  const dataDir = join(dir, 'data');
  const ends: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true, maxRetries: 5 })];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const namespaces = await freshNamespaces(dir);
    ends.push(() => namespaces.close());
    const env: Record<string, string> = { ...namespaces.env };
    const linkTo = async (neighbour: Neighbour): Promise<TcpProxy> => {
      const variable = NEIGHBOURS[neighbour];
      const { hostname, port } = new URL(namespaces.env[variable]);
      const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
      ends.push(() => proxy.close());
      env[variable] = past(namespaces.env[variable], `${hostname}:${port}`, proxy.port);
      return proxy;
    };
    const links = {
      'event store': await linkTo('event store'),
      MongoDB: await linkTo('MongoDB'),
      Elasticsearch: await linkTo('Elasticsearch'),
      Redis: await linkTo('Redis'),
    };
    await mkdir(dataDir);
    const tenant = await registerCompany({ dataDir, env: namespaces.env }, OWNER.email, OWNER.password);
    // In place of the demo company, whose thousands of events would be compared after every fault.
    const company: Demo = { baseUrl: '', tenant, signIn: OWNER, octoApiKey: '' };
    await writeFile(join(dataDir, 'demo.json'), JSON.stringify(company));
    const platform = await startPlatform(dataDir, { ...env, ...settings, SEED_DEMO: 'false' });
    ends.push(() => platform.kill());
    return { platform, dataDir, direct: namespaces.env, links, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** The URL by way of the proxy. A member of a replica set would tell its own address, so that one is named as the only one. */
const past = (url: string, host: string, port: number): string =>
  url.replace(host, `127.0.0.1:${port}`).replace(/replicaSet=[^&]*/, 'directConnection=true');
