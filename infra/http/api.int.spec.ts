import Koa from 'koa';
import mount from 'koa-mount';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Principal } from '../../contracts/policy.ts';
import { EventStoreUnavailableError } from '../event-store/event-store.ts';
import { OverloadedError } from '../overloaded-error.ts';
import { createLogger } from '../telemetry/logger.ts';
import { type ApiOptions, createApi } from './api.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import { rateLimits } from './rate-limits.ts';
import { defineRoute, type Route, refuse } from './route.ts';
import { type RunningServer, startServer } from './server.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(100)));
});

const principals: Readonly<Record<string, Principal>> = {
  'Bearer manager': { tenant: 'acme', actor: 'user:1', roles: ['manager'], channel: 'direct' },
  'Bearer guide': { tenant: 'acme', actor: 'user:2', roles: ['guide'], channel: 'direct' },
};

const greeting = z.strictObject({ name: z.string().min(1), guests: z.array(z.strictObject({ age: z.int().min(0) })) });

const routes: readonly Route[] = [
  defineRoute({
    method: 'post',
    path: '/greetings',
    operationId: 'greet',
    summary: 'Greets',
    tag: 'greetings',
    action: 'bookings:write',
    body: greeting,
    responses: { 201: { description: 'Greeted', schema: z.object({ said: z.string() }) } },
    handle: ({ body, context }) => ({
      body: { said: `hello ${body.name}`, hash: context.bodyHash, key: context.idempotencyKey, origin: context.origin },
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/greetings/:id',
    operationId: 'getGreeting',
    summary: 'A greeting',
    tag: 'greetings',
    action: 'public',
    params: z.object({ id: z.string().max(20) }),
    query: z.strictObject({ limit: z.coerce.number().int().max(100).optional() }),
    responses: { 200: { description: 'The greeting' } },
    handle: ({ params, query, context }) => ({
      body: { id: params.id, limit: query.limit ?? null, who: context.principal?.actor ?? null },
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/greetings/:id',
    operationId: 'fail',
    summary: 'Fails as its id says',
    tag: 'greetings',
    action: 'authenticated',
    params: z.object({ id: z.string() }),
    responses: { 204: { description: 'Gone' } },
    handle: ({ params }) => {
      if (params.id === 'away') throw new EventStoreUnavailableError('disk full: /secret/path');
      if (params.id === 'busy') throw new OverloadedError('full');
      if (params.id === 'bug') throw new Error('password=hunter2');
      if (params.id === 'sold') return refuse('SOLD_OUT', '2 of 3 seats are left', 'guests', { left: 2 });
      return {};
    },
  }),
];

const serve = async (options: Partial<ApiOptions> = {}) => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  const api = createApi({
    routes,
    authenticate: async (authorization) => principals[authorization ?? ''],
    logger,
    ...options,
  });
  const server = await startServer(api.callback(), '127.0.0.1', 0);
  running.push(server);
  return { url: server.url, lines };
};

const manager = { authorization: 'Bearer manager' };
const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${url}/greetings`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...manager, ...headers },
  });

const problem = async (response: Response) => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body.status).toBe(response.status);
  expect(body.type).toBe(`/problems/${body.code}`);
  expect(body.correlationId).toBe(response.headers.get('x-correlation-id'));
  return body;
};

describe('an answer', () => {
  it('is JSON with the declared status, a correlation id and security headers', async () => {
    const { url } = await serve();
    const response = await post(url, '{"name":"Ana","guests":[]}', { 'x-correlation-id': 'trip-1' });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-correlation-id')).toBe('trip-1');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ said: 'hello Ana', origin: url });
  });

  it('gets a new correlation id where the one sent is not usable', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}/greetings/1`, { headers: { 'x-correlation-id': 'a b"c' } });
    expect(response.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('to a GET has a strong ETag, and 304 without a body where the client knows it', async () => {
    const { url } = await serve();
    const first = await fetch(`${url}/greetings/1`);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    const second = await fetch(`${url}/greetings/1`, { headers: { 'if-none-match': `"other", W/${etag}` } });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe('');
    const other = await fetch(`${url}/greetings/2`, { headers: { 'if-none-match': etag } });
    expect(other.status).toBe(200);
  });

  it('to a HEAD has the headers of the GET and no body', async () => {
    const { url } = await serve();
    const get = await fetch(`${url}/greetings/1`);
    const head = await fetch(`${url}/greetings/1`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers.get('etag')).toBe(get.headers.get('etag'));
    expect(await head.text()).toBe('');
  });

  it('is shown to the hook before it is sent', async () => {
    const seen: unknown[] = [];
    const { url } = await serve({ onReply: (route, status, body) => seen.push([route.operationId, status, body]) });
    await fetch(`${url}/greetings/7?limit=3`);
    expect(seen).toEqual([['getGreeting', 200, { id: '7', limit: 3, who: null }]]);
  });
});

describe('the body', () => {
  it('that does not fit names the first field and lists all', async () => {
    const { url } = await serve();
    const response = await post(url, '{"name":"","guests":[{"age":1},{"age":-1,"shoe/size":4}]}');
    expect(response.status).toBe(422);
    const body = await problem(response);
    expect(body).toMatchObject({ code: 'INVALID_BODY', field: 'name' });
    expect(body.errors).toEqual([
      { field: 'name', pointer: '#/name', detail: expect.any(String) },
      { field: 'guests.1.age', pointer: '#/guests/1/age', detail: expect.any(String) },
      { field: 'guests.1.shoe/size', pointer: '#/guests/1/shoe~1size', detail: 'Not a known field' },
    ]);
  });

  it.each([
    ['{"name":', 400, 'BAD_REQUEST'],
    ['', 400, 'BAD_REQUEST'],
    [new Uint8Array([0x22, 0xc3, 0x28, 0x22]), 400, 'BAD_REQUEST'],
    [`{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400, 'BAD_REQUEST'],
    ['[]', 422, 'INVALID_BODY'],
    ['null', 422, 'INVALID_BODY'],
    [JSON.stringify({ name: 'x'.repeat(1024 * 1024), guests: [] }), 413, 'PAYLOAD_TOO_LARGE'],
  ])('%.20s is refused', async (sent, status, code) => {
    const { url } = await serve();
    const response = await post(url, sent);
    expect(response.status).toBe(status);
    expect(await problem(response)).toMatchObject({ code });
  });

  it('sent in pieces over the limit is refused, and the connection goes on', async () => {
    const { url } = await serve({ maxBodyBytes: 1000 });
    const pieces = new ReadableStream({
      start: (stream) => {
        for (let piece = 0; piece < 5; piece += 1) stream.enqueue(new Uint8Array(400).fill(0x20));
        stream.close();
      },
    });
    const response = await fetch(`${url}/greetings`, {
      method: 'POST',
      body: pieces,
      headers: { 'content-type': 'application/json', ...manager },
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect((await fetch(`${url}/greetings/1`)).status).toBe(200);
  });

  it.each([
    ['text/plain', 415],
    ['application/jsonp', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset=utf-8', 201],
    ['application/vnd.octo+json', 201],
  ])('as %s is answered %i', async (type, status) => {
    const { url } = await serve();
    const response = await post(url, '{"name":"Ana","guests":[]}', { 'content-type': type });
    expect(response.status).toBe(status);
  });

  it('has the same hash in whatever order its keys come, and another for another body', async () => {
    const { url } = await serve();
    const hash = async (sent: string) => ((await (await post(url, sent)).json()) as { hash: string }).hash;
    const first = await hash('{"name":"Ana","guests":[{"age":1}]}');
    expect(await hash('{ "guests": [{"age":1}], "name": "Ana" }')).toBe(first);
    expect(await hash('{"name":"Ana","guests":[{"age":2}]}')).not.toBe(first);
  });
});

describe('parameters', () => {
  it.each([
    ['/greetings/%E0%A4%A', 'id'],
    [`/greetings/${'x'.repeat(21)}`, 'id'],
    ['/greetings/1?limit=ten', 'limit'],
    ['/greetings/1?limit=1&limit=2', 'limit'],
    ['/greetings/1?sort=up', 'sort'],
  ])('%s is refused by name', async (path, field) => {
    const { url } = await serve();
    const response = await fetch(url + path);
    expect(response.status).toBe(400);
    expect(await problem(response)).toMatchObject({ code: 'INVALID_PARAMETER', field });
  });

  it('are decoded', async () => {
    const { url } = await serve();
    expect(await (await fetch(`${url}/greetings/caf%C3%A9?limit=5`)).json()).toEqual({
      id: 'café',
      limit: 5,
      who: null,
    });
  });

  it('Idempotency-Key of strange characters is refused', async () => {
    const { url } = await serve();
    const response = await post(url, '{"name":"Ana","guests":[]}', { 'idempotency-key': 'a b' });
    expect(await problem(response)).toMatchObject({ code: 'INVALID_PARAMETER', field: 'Idempotency-Key' });
  });
});

describe('who asks', () => {
  it('without a credential gets 401 and is told how', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}/greetings`, { method: 'POST' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="spirit-tours"');
    expect(await problem(response)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('with a wrong credential gets 401', async () => {
    const { url } = await serve();
    const response = await post(url, '{}', { authorization: 'Bearer nobody' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('without the permission gets 403, before the body is looked at', async () => {
    const { url } = await serve();
    const response = await post(url, '{}', { authorization: 'Bearer guide' });
    expect(response.status).toBe(403);
    expect(await problem(response)).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('on a public route is known where the credential is valid, and nobody where it is not', async () => {
    const { url } = await serve();
    const known = await fetch(`${url}/greetings/1`, { headers: manager });
    expect(await known.json()).toMatchObject({ who: 'user:1' });
    const unknown = await fetch(`${url}/greetings/1`, { headers: { authorization: 'Bearer nobody' } });
    expect(await unknown.json()).toMatchObject({ who: null });
  });
});

describe('failures', () => {
  const fail = (url: string, id: string) => fetch(`${url}/greetings/${id}`, { method: 'DELETE', headers: manager });

  it('an expected refusal comes with its field and extensions', async () => {
    const { url } = await serve();
    const response = await fail(url, 'sold');
    expect(response.status).toBe(409);
    expect(await problem(response)).toMatchObject({ code: 'SOLD_OUT', field: 'guests', left: 2 });
  });

  it.each([
    ['away', 'STORE_UNAVAILABLE'],
    ['busy', 'OVERLOADED'],
  ])('%s is 503 with Retry-After', async (id, code) => {
    const { url } = await serve();
    const response = await fail(url, id);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const body = await problem(response);
    expect(body).toMatchObject({ code });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('a bug is 500 without its insides, and logged with the correlation id', async () => {
    const { url, lines } = await serve();
    const response = await fail(url, 'bug');
    expect(response.status).toBe(500);
    const body = await problem(response);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(lines.join()).toContain(String(body.correlationId));
    expect(lines.join()).toContain('hunter2');
  });

  it('in the format of the API where it has its own', async () => {
    const { url } = await serve({
      errorFormat: (refusal, status) => ({ status: 400, body: { error: refusal.refused, was: status } }),
    });
    const response = await fail(url, 'sold');
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ error: 'SOLD_OUT', was: 409 });
  });
});

describe('limits', () => {
  const settings = { credentialPerMinute: 2, ipPerMinute: 1, signInPerMinute: 0 };

  it('of a credential and of an address are counted apart, told in headers, and end in 429', async () => {
    const { url } = await serve({ rateLimits: rateLimits(settings) });
    const get = (headers = {}) => fetch(`${url}/greetings/1`, { headers });
    const first = await get(manager);
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-limit')).toBe('2');
    expect(first.headers.get('ratelimit-remaining')).toBe('1');
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(0);
    expect((await get()).status).toBe(200);
    expect((await get(manager)).status).toBe(200);
    const over = await get(manager);
    expect(over.status).toBe(429);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(over)).toMatchObject({ code: 'RATE_LIMITED' });
    expect((await get({ authorization: 'Bearer guess' })).status).toBe(429);
  });

  it('of requests under way: one too many is told to come back', async () => {
    const limit = concurrencyLimit(1);
    const { url } = await serve({ concurrency: limit });
    limit.enter();
    const refused = await fetch(`${url}/greetings/1`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await problem(refused)).toMatchObject({ code: 'OVERLOADED' });
    limit.leave();
    expect((await fetch(`${url}/greetings/1`)).status).toBe(200);
    expect(limit.running).toBe(0);
  });
});

describe('paths', () => {
  it('unknown: 404', async () => {
    const { url } = await serve();
    for (const path of ['/nothing', '/greetings/', '/greetings/1/more', '//greetings']) {
      const response = await fetch(url + path);
      expect(response.status).toBe(404);
      expect(await problem(response)).toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('with another method: 405 and Allow; OPTIONS tells the same', async () => {
    const { url } = await serve();
    const response = await fetch(`${url}/greetings/1`, { method: 'PUT' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS');
    const options = await fetch(`${url}/greetings/1`, { method: 'OPTIONS' });
    expect(options.status).toBe(204);
    expect(options.headers.get('allow')).toBe('DELETE, GET, HEAD, OPTIONS');
  });

  it('shared by two mounted apps: each answers its own methods, and 405 names those of both', async () => {
    const shared = { authenticate: async () => undefined, logger: createLogger('silent') };
    const root = new Koa();
    root.use(mount('/v1', createApi({ ...shared, routes: routes.filter((route) => route.method === 'post') })));
    const readSide = defineRoute({
      method: 'get',
      path: '/greetings',
      operationId: 'list',
      summary: 'All',
      tag: 'greetings',
      action: 'public',
      responses: { 200: { description: 'All' } },
      handle: () => ({ body: [] }),
    });
    root.use(mount('/v1', createApi({ ...shared, routes: [readSide] })));
    const server = await startServer(root.callback(), '127.0.0.1', 0);
    running.push(server);
    expect((await fetch(`${server.url}/v1/greetings`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${server.url}/v1/greetings`)).status).toBe(200);
    const neither = await fetch(`${server.url}/v1/greetings`, { method: 'PUT' });
    expect(neither.status).toBe(405);
    expect(neither.headers.get('allow')).toBe('GET, HEAD, OPTIONS, POST');
    expect((await fetch(`${server.url}/v1/other`)).status).toBe(404);
  });
});
