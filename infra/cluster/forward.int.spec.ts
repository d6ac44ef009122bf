import { once } from 'node:events';
import { request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../engines/start-engine.ts';
import { type RunningServer, startServer } from '../http/server.ts';
import { apiMap } from './api-map.ts';
import { front } from './front.ts';
import { Upstreams } from './upstreams.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of closing.splice(0).reverse()) await step();
});

const serve = async (listener: RequestListener): Promise<RunningServer> => {
  const server = await startServer(listener, '127.0.0.1', 0);
  closing.push(() => server.close(0));
  return server;
};

/** A process that dies on every request, after it read it whole. */
const dying = async (): Promise<{ readonly url: string; readonly seen: string[] }> => {
  const seen: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      seen.push(bytes.toString().split(' ', 1)[0] ?? '');
      socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => server.close());
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, seen };
};

/** One address before upstreams of one role. */
const addressOf = async (...origins: readonly string[]) => {
  const upstreams = new Upstreams();
  const all = origins.map((origin) => upstreams.add(origin, origin));
  closing.push(() => Promise.all(all.map(({ pool }) => pool.destroy())));
  const told = { paths: { '/': { get: {}, post: {} } } };
  const { url } = await serve(
    front({
      api: () => apiMap(new Map([['all', told]])),
      upstreams: new Map([['all', upstreams]]),
      missing: () => [],
      onFailure: (error) => {
        throw error;
      },
    }),
  );
  return { url, upstreams, all };
};

const named =
  (name: string): RequestListener =>
  async (request, response) => {
    response.setHeader('x-by', name);
    response.end(`${request.method} ${await text(request)}`);
  };

describe('the one address of a cluster', () => {
  it('hands on method, path, body and headers, less those of the connection', async () => {
    const { url } = await addressOf(
      (
        await serve(async (request, response) => {
          response.writeHead(201, { 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] });
          const { connection, ...headers } = request.headers;
          response.end(JSON.stringify({ url: request.url, headers, body: await text(request), connection }));
        })
      ).url,
    );
    const asking = httpRequest(`${url}/?q=a%20b`, {
      method: 'POST',
      headers: { 'X-Own': 'kept', 'X-Mine': 'dropped', Connection: 'X-Mine', Host: 'tours.example' },
    });
    asking.end('{"a":1}');
    const [answer] = await once(asking, 'response');
    const body = JSON.parse(await text(answer)) as { headers: Record<string, string> };
    expect(answer.statusCode).toBe(201);
    expect(answer.headers).toMatchObject({ 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] });
    expect(body).toMatchObject({ url: '/?q=a%20b', body: '{"a":1}' });
    expect(body.headers).toMatchObject({ 'x-own': 'kept', host: 'tours.example' });
    expect(body.headers['x-mine']).toBeUndefined();
  });

  it('shares requests out, the least busy first', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = await serve(async (_request, response) => {
      await held;
      response.end('slow');
    });
    const quick = await serve(named('quick'));
    const { url } = await addressOf(slow.url, quick.url);
    const first = fetch(url);
    await pause(50);
    for (let at = 0; at < 5; at++) expect((await fetch(url)).headers.get('x-by')).toBe('quick');
    release();
    expect(await (await first).text()).toBe('slow');
  });

  it('goes on to the next where nobody listens, with any request', async () => {
    const alive = await serve(named('alive'));
    const { url } = await addressOf(`http://127.0.0.1:${await freePort()}`, alive.url);
    for (let at = 0; at < 4; at++) {
      const answer = await fetch(url, { method: 'POST', body: 'pay' });
      expect(await answer.text()).toBe('POST pay');
    }
  });

  it('repeats elsewhere what a dying process may have done only where that does no harm', async () => {
    const dead = await dying();
    const alive = await serve(named('alive'));
    const { url, upstreams, all } = await addressOf(dead.url, alive.url);
    const [first] = all;
    /** Next in turn is the one that dies. */
    const aim = (): void => {
      if (upstreams.next(new Set()) === first) upstreams.next(new Set());
    };
    aim();
    expect(await (await fetch(url)).text()).toBe('GET ');
    aim();
    const keyed = await fetch(url, { method: 'POST', body: 'pay', headers: { 'idempotency-key': 'k1' } });
    expect(await keyed.text()).toBe('POST pay');
    aim();
    const unkeyed = await fetch(url, { method: 'POST', body: 'pay' });
    expect(unkeyed.status).toBe(503);
    expect(await unkeyed.json()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(dead.seen).toEqual(['GET', 'POST', 'POST']);
  });

  it('does not let a request that ends processes go round for ever', async () => {
    const dead = await dying();
    const { url } = await addressOf(dead.url);
    expect((await fetch(url)).status).toBe(503);
    expect(dead.seen).toEqual(['GET', 'GET', 'GET']);
  });

  it('waits for a process where none is there yet', async () => {
    const late = await serve(named('late'));
    const { url, upstreams } = await addressOf();
    const asked = fetch(url);
    await pause(200);
    const added = upstreams.add('late', late.url);
    closing.push(() => added.pool.destroy());
    expect((await asked).headers.get('x-by')).toBe('late');
  });

  it('drains a process: what is under way is answered, and nothing new gets there', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const old = await serve(async (_request, response) => {
      await held;
      response.end('old');
    });
    const { url, upstreams, all } = await addressOf(old.url);
    const underWay = fetch(url);
    await pause(50);
    const next = await serve(named('next'));
    const added = upstreams.add('next', next.url);
    closing.push(() => added.pool.destroy());
    let isDrained = false;
    const draining = Promise.all(all.map((one) => upstreams.drain(one))).then(() => {
      isDrained = true;
    });
    for (let at = 0; at < 3; at++) expect((await fetch(url)).headers.get('x-by')).toBe('next');
    expect(isDrained).toBe(false);
    release();
    expect(await (await underWay).text()).toBe('old');
    await draining;
  });
});
