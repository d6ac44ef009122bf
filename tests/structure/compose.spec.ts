import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { DCLinter } from 'dclint';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { environment, readConfig } from '../../infra/config/config.ts';
import { redis } from '../../infra/engines/redis.ts';
import { root } from './source-files.ts';

const file = join(root, 'compose.yaml');

/** What is looked at here, beside what the specification's own schema asks for. */
const service = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()).min(2) }).optional(),
  mem_limit: z.string().regex(/^\d+[mg]$/),
});
const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(await readFile(file, 'utf8')));
const { services } = compose;

const serviceOf = (name: string): z.output<typeof service> => {
  const found = services[name];
  if (found === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return found;
};
const versionOf = (name: string): string => serviceOf(name).image?.split(':')[1] ?? '';
const textOf = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
/** What the pattern's first group finds in a file of ours. */
const foundIn = async (path: string, pattern: RegExp): Promise<string> => {
  const found = pattern.exec(await textOf(path))?.[1];
  if (found === undefined) throw new Error(`${path} does not match ${pattern}`);
  return found;
};

const rules = {
  'require-quotes-in-ports': [2, { quoteType: 'double' }],
  // The order in which things are told is the reader's.
  'service-keys-order': 0,
  'services-alphabetical-order': 0,
  'service-dependencies-alphabetical-order': 0,
} as const;
interface Linted {
  readonly messages: readonly { readonly rule: string; readonly line: number; readonly message: string }[];
}
const lint = (path: string): readonly string[] => {
  const linter = new DCLinter({ rules: { ...rules }, quiet: true, debug: false, exclude: [] });
  const linted: readonly Linted[] = linter.lintFiles([path], false);
  return linted.flatMap(({ messages }) => messages.map(({ rule, line, message }) => `${line}: ${rule}: ${message}`));
};

describe('compose.yaml', () => {
  it('is what the Compose specification allows, and good practice', () => {
    expect(lint(file)).toEqual([]);
  });

  it('is checked by something that finds faults', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'compose-'));
    const broken = join(dir, 'compose.yaml');
    await writeFile(broken, (await textOf('compose.yaml')).replace('mem_limit:', 'memory_limit:'));
    expect(lint(broken).join('\n')).toMatch(/invalid-schema/);
    await writeFile(broken, (await textOf('compose.yaml')).replace('"127.0.0.1:2113:2113"', '"2113:2113"'));
    expect(lint(broken).join('\n')).toMatch(/no-unbound-port-interfaces/);
    await rm(dir, { recursive: true });
  });

  it('has every engine, and only the platform in a profile', () => {
    const engines = ['elasticsearch', 'event-store', 'kafka', 'kibana', 'mongodb', 'mongodb-init', 'redis'];
    expect(Object.keys(services).toSorted()).toEqual([...engines, 'platform'].toSorted());
    for (const [name, { profiles }] of Object.entries(services))
      expect(profiles, name).toEqual(name === 'platform' ? ['platform'] : []);
  });

  it('pins every image to a version, down to the last figure', () => {
    for (const [name, { image, build }] of Object.entries(services)) {
      if (build === undefined) expect(image, name).toMatch(/^[a-z/]+:\d+\.\d+\.\d+$/);
      else expect(image, name).toBeUndefined();
    }
    expect(versionOf('mongodb-init')).toBe(versionOf('mongodb'));
    expect(versionOf('kibana')).toBe(versionOf('elasticsearch'));
  });

  it('runs the versions that the code is tested on, and that the cluster runs', async () => {
    const { dependencies } = JSON.parse(await textOf('package.json')) as { dependencies: Record<string, string> };
    expect(versionOf('elasticsearch')).toBe(
      await foundIn('infra/engines/elasticsearch/build-home.ts', /const VERSION = '([^']+)'/),
    );
    expect(dependencies['@elastic/elasticsearch']).toMatch(`~${/^\d+\.\d+/.exec(versionOf('elasticsearch'))?.[0]}.`);
    expect(versionOf('kafka')).toBe(await foundIn('infra/engines/kafka/download.ts', /const VERSION = '([^']+)'/));
    expect(versionOf('redis')).toMatch(`${redis.version}.`);
    const terraform = async (module: string, variable: string): Promise<string> => {
      const declared = new RegExp(`variable "${variable}" \\{[^}]*?default\\s*=\\s*"([^"]+)"`);
      return foundIn(`terraform/modules/${module}/variables.tf`, declared);
    };
    expect(serviceOf('event-store').image).toContain(await terraform('event-store', 'image'));
    expect(versionOf('mongodb')).toMatch(await terraform('documents', 'mongodb_version'));
  });

  it('opens ports on the loopback interface alone, each once', () => {
    const open = Object.values(services).flatMap(({ ports }) => ports);
    for (const port of open) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    expect(new Set(open).size).toBe(open.length);
  });

  it('looks after each service’s health, and keeps its data in a volume of its own', () => {
    const mounted = Object.entries(services).flatMap(([name, { volumes }]) =>
      volumes.map((mount) => [mount.split(':')[0] ?? '', name] as const),
    );
    expect(mounted.map(([volume]) => volume).toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
    for (const [name, { healthcheck, build }] of Object.entries(services)) {
      if (name === 'mongodb-init') continue;
      // The platform's is in its image.
      if (build === undefined) expect(healthcheck, name).toBeDefined();
      expect(
        mounted.map(([, mounting]) => mounting),
        name,
      ).toContain(name);
    }
  });

  it('keeps jobs as safe as our own Redis does', async () => {
    const { args } = await redis.launch({
      cache: tmpdir(),
      dir: await mkdtemp(join(tmpdir(), 'redis-')),
      port: 1,
      innerPort: 2,
    });
    const settings = (line: readonly string[]) =>
      ['--appendonly', '--appendfsync', '--save', '--maxmemory-policy'].map((name) => [
        name,
        line[line.indexOf(name) + 1],
      ]);
    expect(settings(serviceOf('redis').command)).toEqual(settings(args));
  });
});

describe('the platform in compose.yaml', () => {
  const { environment: variables, ports, depends_on: needs } = serviceOf('platform');
  /** As Compose fills it in where nothing is set. */
  const filled = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/, '$1')]),
  );

  it('is given variables that it reads, and no other', () => {
    expect(Object.keys(variables).filter((name) => !(name in environment.shape))).toEqual([]);
    const config = readConfig(filled);
    expect(config).toMatchObject({ host: '0.0.0.0', port: 8080, dataDir: '/data' });
    expect(ports).toEqual([`127.0.0.1:${config.port}:${config.port}`]);
  });

  it('stores nothing embedded that an engine could hold', () => {
    const urls = Object.keys(environment.shape).filter((name) => name.endsWith('_URL') && name !== 'PUBLIC_URL');
    expect(urls.filter((name) => filled[name] === undefined)).toEqual([]);
  });

  it('finds each engine at its service’s name and a port on which it listens, and waits until it is healthy', () => {
    const listening: Readonly<Record<string, string | undefined>> = {
      'event-store': serviceOf('event-store').environment.EVENTSTORE_NODE_PORT,
      kafka: /CONTAINERS:\/\/kafka:(\d+)/.exec(serviceOf('kafka').environment.KAFKA_ADVERTISED_LISTENERS ?? '')?.[1],
      mongodb: '27017',
      elasticsearch: '9200',
      redis: '6379',
    };
    const engines = Object.entries(filled).filter(([name]) => name.endsWith('_URL') && name !== 'PUBLIC_URL');
    expect(Object.fromEntries(engines.map(([, url]) => [new URL(url).hostname, new URL(url).port]))).toEqual(listening);
    const waited = Object.keys(listening).map((name) =>
      name === 'mongodb'
        ? ['mongodb-init', { condition: 'service_completed_successfully' }]
        : [name, { condition: 'service_healthy' }],
    );
    expect(needs).toEqual(Object.fromEntries(waited));
  });

  it('speaks to the replica set that the first start makes', () => {
    const name = new URL(filled.DOCUMENTS_URL ?? '').searchParams.get('replicaSet');
    const { command } = serviceOf('mongodb');
    expect(command[command.indexOf('--replSet') + 1]).toBe(name);
    expect(serviceOf('mongodb-init').command.at(-1)).toContain(
      `{ _id: '${name}', members: [{ _id: 0, host: 'mongodb:27017' }] }`,
    );
  });

  it('asks Kafka for no more copies than there are brokers', () => {
    expect(new URL(filled.EVENT_BUS_URL ?? '').searchParams.get('replication')).toBe('1');
    const factors = Object.entries(serviceOf('kafka').environment).filter(([name]) =>
      /REPLICATION_FACTOR|_ISR|INSYNC/.test(name),
    );
    expect(factors.length).toBeGreaterThan(4);
    for (const [name, value] of factors) expect(value, name).toBe('1');
  });
});

describe('the URLs of the containers in docs/operations.md', () => {
  it('are taken by a platform on this machine, at the ports that are open, one for each engine', async () => {
    const [, block = ''] = /```env\n([\s\S]*?)```/.exec(await textOf('docs/operations.md')) ?? [];
    const urls = parseEnv(block);
    expect(() => readConfig(urls)).not.toThrow();
    const given = Object.keys(serviceOf('platform').environment).filter((name) => name.endsWith('_URL'));
    expect(Object.keys(urls).toSorted()).toEqual(given.filter((name) => name !== 'PUBLIC_URL').toSorted());
    const open = Object.values(services).flatMap(({ ports }) => ports);
    for (const [name, url = ''] of Object.entries(urls)) {
      const { hostname, port } = new URL(url);
      expect(open, name).toContain(`${hostname}:${port}:${port}`);
    }
  });

  it('tells how much memory all of it may take', async () => {
    const megabytes = Object.values(services).map(
      ({ mem_limit: limit }) => Number.parseInt(limit, 10) * (limit.endsWith('g') ? 1024 : 1),
    );
    const total = megabytes.reduce((sum, each) => sum + each, 0) / 1024;
    expect(await textOf('docs/operations.md')).toContain(`(${total} GB together, with the platform)`);
  });
});
