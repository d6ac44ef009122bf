import { beforeAll, describe, expect, it } from 'vitest';
import { commandRoutes } from '../../command-side/command-routes.ts';
import { octoCommandRoutes } from '../../command-side/octo/octo-booking-routes.ts';
import { environment, ROLES, readConfig } from '../../infra/config/config.ts';
import { operationsRoutes } from '../../infra/http/operations-routes.ts';
import type { Route } from '../../infra/http/route.ts';
import { createMetrics } from '../../infra/telemetry/metrics.ts';
import { octoQueryRoutes } from '../../query-side/octo/octo-routes.ts';
import { queryRoutes } from '../../query-side/query-routes.ts';
import { type Block, blocksOf, type Module, readModules } from './terraform-modules.ts';

let modules: readonly Module[];

beforeAll(async () => {
  modules = await readModules([]);
}, 120_000);

const moduleNamed = (name: string): Module => {
  const found = modules.find((module) => module.name === `modules/${name}`);
  if (found === undefined) throw new Error(`no module ${name}`);
  return found;
};

const object = (module: string, address: string): Block => {
  const found = moduleNamed(module).objects.get(address);
  if (found === undefined) throw new Error(`no ${address}`);
  return found;
};

const inner = (block: Block, ...kinds: readonly string[]): Block =>
  kinds.reduce((outer, kind) => blocksOf(outer, kind)[0] ?? {}, block);

/** The keys of an object that is written as such in a local. */
const keysOf = (name: string): readonly string[] => Object.keys(moduleNamed('installation').locals.get(name) as Block);

/** What an expression in a URL could be once it is known. */
const sample = (expression: string): string => {
  const samples: readonly (readonly [RegExp, string])[] = [
    [/password/, 'x'.repeat(48)],
    [/username/, 'spirit'],
    [/bootstrap_brokers/, 'b-1.kafka.example.com:9096,b-2.kafka.example.com:9096,b-3.kafka.example.com:9096'],
    [/\.host$|address$|https_endpoint/, 'engine.example.com'],
    [/port$/, '2113'],
    [/partitions|replication$/, '3'],
    [/ca_path/, '/etc/spirit-tours/event-store/ca.crt'],
    [/var\.name$|index_prefix|database/, 'spirit-production'],
  ];
  const found = samples.find(([pattern]) => pattern.test(expression));
  if (found === undefined) throw new Error(`no sample for ${expression}`);
  return found[1];
};

const MODULE_OF = {
  EVENT_STORE_URL: 'event-store',
  EVENT_BUS_URL: 'kafka',
  DOCUMENTS_URL: 'documents',
  SEARCH_URL: 'search',
  JOBS_URL: 'redis',
} as const;

const urlOf = (module: string): string =>
  String(moduleNamed(module).outputs.get('url')?.value).replaceAll(/\$\{([^}]*)\}/g, (_all, inside) =>
    sample(String(inside)),
  );

describe("the platform's environment", () => {
  it('has variables that the configuration knows, and every engine and secret among them', () => {
    const configMap = String(object('platform', 'kubernetes_config_map_v1.this').data);
    const own = [...configMap.matchAll(/^\s+([A-Z_]+)\s+=/gm)].map(([, name]) => name ?? '');
    expect(own).toEqual(['HOST', 'PORT', 'DATA_DIR']);
    const given = [...keysOf('environment'), ...keysOf('secret_environment'), ...own, 'ROLES'];
    expect(Object.keys(environment.shape)).toEqual(expect.arrayContaining(given));
    expect(new Set(given).size).toBe(given.length);
    // The demo company stays away, and links lead to the load balancer.
    expect(given).toEqual(expect.arrayContaining(['PUBLIC_URL', 'SEED_DEMO']));
    expect(keysOf('secret_environment').toSorted()).toEqual([...Object.keys(MODULE_OF), 'SESSION_SECRET'].toSorted());
  });

  it('has URLs that the configuration takes', () => {
    const urls = Object.fromEntries(Object.entries(MODULE_OF).map(([name, module]) => [name, urlOf(module)]));
    const config = readConfig({ ...urls, SESSION_SECRET: 'x'.repeat(48), HOST: '0.0.0.0', SEED_DEMO: 'false' });
    expect(config).toMatchObject({
      eventStoreUrl: urls.EVENT_STORE_URL,
      eventBusUrl: urls.EVENT_BUS_URL,
      documentsUrl: urls.DOCUMENTS_URL,
      searchUrl: urls.SEARCH_URL,
      jobsUrl: urls.JOBS_URL,
      sessionSecret: 'x'.repeat(48),
    });
  });

  it('has URLs that ask for TLS and show who connects', () => {
    const secure = {
      'event-store': /[?&]tls=true&/,
      kafka: /[?&]tls=true&/,
      documents: /^mongodb\+srv:/,
      search: /^https:/,
      redis: /^rediss:/,
    };
    for (const [module, pattern] of Object.entries(secure)) {
      expect(urlOf(module), module).toMatch(pattern);
      expect(urlOf(module), module).toMatch(/^[a-z+]+:\/\/(spirit|admin):x{48}@/);
    }
  });

  it('gives each URL from the module of its engine', () => {
    const given = moduleNamed('installation').locals.get('secret_environment') as Block;
    for (const [name, module] of Object.entries(MODULE_OF))
      expect(given[name], name).toBe(`\${module.${module.replace('-', '_')}.url}`);
  });
});

describe('the deployments', () => {
  const container = () =>
    inner(object('platform', 'kubernetes_deployment_v1.role'), 'spec', 'template', 'spec', 'container');

  it('are one for each role', () => {
    const roles = moduleNamed('platform').variables.get('roles')?.default as Block;
    expect(Object.keys(roles).toSorted()).toEqual([...ROLES].toSorted());
    const [env, ...others] = blocksOf(container(), 'env');
    expect(others).toEqual([]);
    expect(env?.name).toBe('ROLES');
    expect(env?.value).toMatch(/^\$\{each\.key\}$/);
  });

  it('are probed where the platform answers', () => {
    const served = operationsRoutes({
      readiness: async () => ({ ready: true, status: 'ready' }),
      metrics: createMetrics(),
    }).map(({ path }) => path);
    const probes = ['startup_probe', 'liveness_probe', 'readiness_probe'] as const;
    const paths = probes.map((probe) => String(inner(container(), probe, 'http_get').path));
    expect(paths).toEqual(['/health/live', '/health/live', '/health/ready']);
    for (const path of paths) expect(served).toContain(path);
  });

  it('keep a process until requests under way have ended', () => {
    const pod = inner(object('platform', 'kubernetes_deployment_v1.role'), 'spec', 'template', 'spec');
    const sleep = inner(container(), 'lifecycle', 'pre_stop', 'exec').command as readonly string[];
    const { shutdownSeconds } = readConfig({});
    expect(Number(sleep[1]) + shutdownSeconds + 2).toBeLessThanOrEqual(Number(pod.termination_grace_period_seconds));
  });
});

describe('the load balancer', () => {
  /** Routes are made without being served, so what they would work with is never touched. */
  const nothing = new Proxy({}, { get: () => () => ({}) }) as never;
  const methods = (routes: readonly Route[]) => routes.map(({ method, path }) => ({ method, path }));

  it('sends each request to the API that has its route', () => {
    const annotations = String(inner(object('platform', 'kubernetes_ingress_v1.this'), 'metadata').annotations);
    expect(annotations).toMatch(
      /conditions\.reads"\s+= jsonencode\(\[\{ field = "http-request-method".*\["GET", "HEAD"\]/,
    );
    const paths = blocksOf(inner(object('platform', 'kubernetes_ingress_v1.this'), 'spec', 'rule', 'http'), 'path');
    const rules = paths.map((path) => ({
      prefix: String(path.path),
      service: String(inner(path, 'backend', 'service').name),
    }));
    expect(rules.map(({ prefix }) => prefix)).toEqual(['/octo/availability', '/v1/models/*/predictions', '/', '/']);

    const apiOf = ({ method, path }: { readonly method: string; readonly path: string }): string => {
      const rule = rules.find(
        ({ prefix, service }) =>
          (prefix === '/' ||
            path.replace(/:\w+/, '*') === prefix ||
            path === prefix ||
            path.startsWith(`${prefix}/`)) &&
          (service !== 'reads' || method === 'get'),
      );
      return rule?.service === 'reads' || rule?.service === 'octo-availability' ? 'query-api' : 'command-api';
    };
    for (const route of methods([...queryRoutes(nothing), ...octoQueryRoutes(nothing)]))
      expect(apiOf(route), `${route.method} ${route.path}`).toBe('query-api');
    for (const route of methods([...commandRoutes(nothing), ...octoCommandRoutes(nothing)]))
      expect(apiOf(route), `${route.method} ${route.path}`).toBe('command-api');
  });
});
