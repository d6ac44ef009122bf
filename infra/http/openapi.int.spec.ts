import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../telemetry/logger.ts';
import { counter, createMetrics } from '../telemetry/metrics.ts';
import { createApi } from './api.ts';
import { departuresFromContract, mustConform } from './conformance.ts';
import { docsRoutes } from './docs-routes.ts';
import { openApiDocument } from './openapi.ts';
import { operationsRoutes, type Readiness } from './operations-routes.ts';
import { defineRoute, type Route } from './route.ts';
import { type RunningServer, startServer } from './server.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(100)));
});

const booking = z.object({ id: z.string(), seats: z.int() }).meta({ id: 'Booking' });

const place = defineRoute({
  method: 'post',
  path: '/v1/bookings/:bookingId',
  operationId: 'place',
  summary: 'Places',
  tag: 'bookings',
  action: 'bookings:write',
  params: z.object({ bookingId: z.uuid() }),
  body: z.strictObject({ seats: z.int().min(1) }),
  responses: { 201: { description: 'Placed', schema: booking } },
  errors: ['SOLD_OUT'],
  handle: () => ({ body: { id: 'b', seats: 1 } }),
});

const read = defineRoute({
  method: 'get',
  path: '/v1/bookings/:id',
  operationId: 'read',
  summary: 'Reads',
  tag: 'bookings',
  action: 'bookings:read',
  params: z.object({ id: z.string() }),
  query: z.strictObject({ limit: z.coerce.number().int().optional() }).transform((query) => query),
  responses: { 200: { description: 'It', schema: booking } },
  handle: () => ({ body: { id: 'b', seats: 'two' } }),
});

const info = { title: 'Spirit Tours', version: '1.0.0' };

describe('the OpenAPI document', () => {
  const document = openApiDocument([place, read], info);
  const path = document.paths?.['/v1/bookings/{bookingId}'];

  it('lists both methods of a path under one template, with the schemas that validate', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths ?? {})).toEqual(['/v1/bookings/{bookingId}']);
    expect(path?.get?.parameters).toMatchObject([
      { in: 'path', name: 'bookingId', required: true },
      { in: 'query', name: 'limit' },
      { in: 'header', name: 'X-Read-After' },
    ]);
    expect(path?.post?.requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { required: ['seats'], additionalProperties: false } } },
    });
    expect(document.components?.schemas).toHaveProperty('Booking');
  });

  it('tells credential, key and refusals of a command', () => {
    expect(path?.post?.security).toEqual([{ bearer: [] }]);
    expect(path?.post?.parameters).toContainEqual(expect.objectContaining({ in: 'header', name: 'Idempotency-Key' }));
    expect(Object.keys(path?.post?.responses ?? {})).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '409', '413', '415', '422', '429', '503']),
    );
    expect(path?.post?.responses?.['409']).toMatchObject({ description: expect.stringContaining('SOLD_OUT') });
  });

  it('has schemas that a JSON Schema 2020-12 validator takes', () => {
    const schema = structuredClone(document.components?.schemas?.Booking);
    const validate = new Ajv2020({ strict: false }).compile(schema as object);
    expect(validate({ id: 'b', seats: 2 })).toBe(true);
    expect(validate({ id: 'b', seats: 2.5 })).toBe(false);
  });

  it('tells refusals in the dialect of their route', () => {
    const dialect = { contentType: 'application/json', schema: z.object({ error: z.string() }), statusOf: () => 400 };
    const spoken = openApiDocument([place, read], info, (route) => (route === place ? dialect : undefined));
    const { post, get } = spoken.paths?.['/v1/bookings/{bookingId}'] ?? {};
    expect(Object.keys(post?.responses ?? {})).toEqual(['201', '400']);
    expect(post?.responses?.['400']).toHaveProperty(['content', 'application/json']);
    expect(get?.responses?.['400']).toHaveProperty(['content', 'application/problem+json']);
  });

  it('refuses two routes of one place or one name', () => {
    expect(() => openApiDocument([place, place], info)).toThrow('defined twice');
    expect(() => openApiDocument([place, { ...read, operationId: 'place' }], info)).toThrow('used twice');
  });
});

describe('an answer that departs from its route', () => {
  it('is named with operation, status and field', () => {
    expect(departuresFromContract(read, 200, { id: 'b', seats: 'two' })).toEqual([
      expect.stringMatching(/^read 200: seats: /),
    ]);
    expect(departuresFromContract(read, 202, {})).toEqual(['read 202: the status is not declared']);
    expect(departuresFromContract(read, 200, { id: 'b', seats: 2 })).toEqual([]);
    expect(() => mustConform(read, 200, {})).toThrow('read 200: id');
  });
});

const serve = async (routes: readonly Route[]) => {
  const api = createApi({ routes, authenticate: async () => undefined, logger: createLogger('silent') });
  const server = await startServer(api.callback(), '127.0.0.1', 0);
  running.push(server);
  return server.url;
};

describe('the documentation', () => {
  it('is served whole from here: every file of the page, and nothing from elsewhere', async () => {
    const url = await serve(docsRoutes(openApiDocument([place, read], info)));
    const page = await fetch(`${url}/docs`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    const html = await page.text();
    const links = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) {
      expect(link).toMatch(/^\//);
      const file = await fetch(url + link);
      expect(file.status).toBe(200);
      expect((await file.arrayBuffer()).byteLength).toBeGreaterThan(50);
    }
  });

  it('has the document itself, the problem types, and no other file', async () => {
    const url = await serve(docsRoutes(openApiDocument([place, read], info)));
    expect(await (await fetch(`${url}/openapi.json`)).json()).toMatchObject({ openapi: '3.1.0', info });
    expect(await (await fetch(`${url}/problems/SOLD_OUT`)).json()).toEqual({
      code: 'SOLD_OUT',
      status: 409,
      title: 'Not enough seats are left',
    });
    for (const missing of ['/problems/toString', '/docs/package.json', '/docs/..%2Fpackage.json', '/docs/__proto__']) {
      expect((await fetch(url + missing)).status).toBe(404);
    }
  });
});

describe('health and metrics', () => {
  const ready: Readiness = {
    ready: true,
    status: 'ready',
    headPosition: 12,
    views: [{ view: 'bookings', version: 1, reached: 10, lagEvents: 2, lagSeconds: 0.4 }],
  };

  it('tell ready, not ready, and what could not even be asked', async () => {
    let answer = async (): Promise<Readiness> => ready;
    const url = await serve(operationsRoutes({ readiness: () => answer(), metrics: createMetrics(false) }));
    expect(await (await fetch(`${url}/health/live`)).json()).toEqual({ live: true });
    const first = await fetch(`${url}/health/ready`);
    expect(first.status).toBe(200);
    expect(await first.json()).toEqual(ready);
    answer = async () => ({ ...ready, ready: false });
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    answer = () => Promise.reject(new Error('disk on fire at /data'));
    const broken = await fetch(`${url}/health/ready`);
    expect(broken.status).toBe(503);
    expect(await broken.text()).not.toContain('/data');
  });

  it('are given in the Prometheus format', async () => {
    const metrics = createMetrics();
    counter(metrics, 'bookings_total', 'Bookings', ['channel']).inc({ channel: 'octo' }, 3);
    const url = await serve(operationsRoutes({ readiness: async () => ready, metrics }));
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await response.text();
    expect(text).toContain('bookings_total{channel="octo"} 3');
    expect(text).toContain('process_resident_memory_bytes');
  });
});
