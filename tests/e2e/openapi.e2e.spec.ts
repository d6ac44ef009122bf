import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandRoutes } from '../../command-side/command-routes.ts';
import { octoCommandRoutes } from '../../command-side/octo/octo-booking-routes.ts';
import { docsRoutes } from '../../infra/http/docs-routes.ts';
import { operationsRoutes } from '../../infra/http/operations-routes.ts';
import { octoQueryRoutes } from '../../query-side/octo/octo-routes.ts';
import { queryRoutes } from '../../query-side/query-routes.ts';
import { operationsOf } from './conforming-client.ts';
import { type RunningCompany, startCompany } from './running-company.ts';

let company: RunningCompany;
beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.close());

/** Method and path, whatever a parameter is called. */
const shape = (method: string, path: string) => `${method} ${path.replaceAll(/:\w+|\{\w+\}/g, '*')}`;

describe('the OpenAPI document', () => {
  it('has every route of the source, and no other', () => {
    // Only listed here, never called; there is whatever a route needs to be there.
    const none = new Proxy({}, { get: () => ({}) }) as never;
    const served = [commandRoutes, queryRoutes, octoCommandRoutes, octoQueryRoutes, operationsRoutes].flatMap(
      (routes) => routes(none),
    );
    const documented = operationsOf(company.client.document).map(({ method, template }) => shape(method, template));
    expect(documented.toSorted()).toEqual(served.map(({ method, path }) => shape(method, path)).toSorted());
  });

  it('names only what is served: no operation is answered as an unknown path or method', async () => {
    const { origin } = company.platform;
    for (const { method, template } of operationsOf(company.client.document)) {
      const path = template.replaceAll(/\{\w+\}/g, 'x');
      const answer = await fetch(`${origin}${path}`, { method: method.toUpperCase() });
      const body = await answer.text();
      expect(answer.status, `${method} ${path}`).not.toBe(405);
      expect(body, `${method} ${path}`).not.toContain('No route has this path');
    }
  });

  it('is valid by its own references, and its page works from this machine alone', async () => {
    const { origin } = company.platform;
    const text = JSON.stringify(company.client.document);
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#([^"]+)"/g)) {
      const target = pointer
        .split('/')
        .slice(1)
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], company.client.document);
      expect(target, pointer).toBeDefined();
    }
    const page = await (await fetch(`${origin}/docs`)).text();
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    for (const [, asset] of page.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) {
      const answer = await fetch(`${origin}${asset}`);
      expect([answer.status, asset]).toEqual([200, asset]);
      await answer.arrayBuffer();
    }
  });

  it('is the only thing that is served undocumented, with its page and the problem types', () => {
    const none = docsRoutes({ openapi: '3.1.0', info: { title: '', version: '' } });
    expect(none.map(({ path }) => path)).toEqual(['/openapi.json', '/docs', '/docs/:file', '/problems/:code']);
  });

  it('knows every request that README.md and the pages of docs/ name', () => {
    const root = new URL('../../', import.meta.url);
    const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)];
    const texts = pages.map((path) => readFileSync(new URL(path, root), 'utf8')).join('\n');
    const named = [...texts.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^\s?`]+)/g)].map(([, method = '', path = '']) =>
      shape(method.toLowerCase(), path),
    );
    expect(named.length).toBeGreaterThan(5);
    const documented = operationsOf(company.client.document).map(({ method, template }) => shape(method, template));
    expect(documented).toEqual(expect.arrayContaining(named));
  });
});
