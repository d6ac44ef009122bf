import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLogger } from '../telemetry/logger.ts';
import { createApi } from './api.ts';
import { openApiDocument } from './openapi.ts';
import { defineRoute, type Route } from './route.ts';
import { type RunningServer, startServer } from './server.ts';

const MAX_BYTES = 64 * 1024;

let dir: string;
let server: RunningServer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'multipart-'));
  const api = createApi({
    routes: [upload(), { ...upload('no-such-folder/cover.jpg'), path: '/unwritable/:name' }],
    authenticate: async () => undefined,
    logger: createLogger('silent'),
  });
  server = await startServer(api.callback(), '127.0.0.1', 0);
});
afterEach(async () => {
  await server.close(100);
  await rm(dir, { recursive: true, force: true });
});

const upload = (coverFile = 'cover.jpg'): Route =>
  defineRoute({
    method: 'put',
    path: '/albums/:name',
    operationId: 'putAlbum',
    summary: 'Puts an album',
    tag: 'albums',
    action: 'public',
    params: z.object({ name: z.string() }),
    multipart: {
      parts: {
        index: { fileName: 'index.json', description: 'What is in it' },
        cover: { fileName: coverFile, description: 'Its cover' },
      },
      furtherFiles: { most: 2, description: 'Its pictures' },
      maxBytes: MAX_BYTES,
      newFolder: () => mkdtemp(join(dir, 'album-')),
    },
    responses: { 200: { description: 'It is there' } },
    handle: async ({ received: { folder, files }, context }) => ({
      body: {
        files,
        hash: context.bodyHash,
        index: await readFile(join(folder, 'index.json'), 'utf8'),
        stored: (await readdir(folder)).toSorted(),
      },
    }),
  });

type Sent = readonly [part: string, content: string, fileName?: string];

const put = async (parts: readonly Sent[], path = '/albums/summer') => {
  const form = new FormData();
  for (const [part, content, fileName] of parts)
    if (fileName === undefined) form.append(part, content);
    else form.append(part, new Blob([content]), fileName);
  const response = await fetch(`${server.url}${path}`, { method: 'PUT', body: form });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const INDEX: Sent = ['index', '{"pictures":2}', 'index.json'];
const COVER: Sent = ['cover', 'a cover', 'any-name.jpg'];

describe('files that are sent', () => {
  it('lie in a folder under their declared names, with size and hash, until the request is over', async () => {
    const answer = await put([INDEX, COVER, ['file', 'a beach', 'beach.jpg']]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        index: '{"pictures":2}',
        stored: ['beach.jpg', 'cover.jpg', 'index.json'],
        files: [
          { part: 'index', fileName: 'index.json', bytes: 14 },
          { part: 'cover', fileName: 'cover.jpg', hash: createHash('sha256').update('a cover').digest('hex') },
          { part: 'file', fileName: 'beach.jpg' },
        ],
      },
    });
    expect(await readdir(dir)).toEqual([]);
  });

  it('may come without file names of their own', async () => {
    const answer = await put([
      ['index', '{}'],
      ['cover', 'x'],
    ]);
    expect(answer).toMatchObject({ status: 200, body: { index: '{}' } });
  });

  it('make the hash that tells a retry from another request', async () => {
    const hashOf = async (parts: readonly Sent[]) => (await put(parts)).body.hash;
    const first = await hashOf([INDEX, COVER]);
    expect(await hashOf([INDEX, COVER])).toBe(first);
    expect(await hashOf([INDEX, ['cover', 'another cover', 'any-name.jpg']])).not.toBe(first);
  });

  it.each<[string, readonly Sent[], string]>([
    ['a part is missing', [INDEX], 'cover'],
    ['a part is there twice', [INDEX, COVER, COVER], 'cover'],
    ['a further file is there twice', [INDEX, COVER, ['file', 'a', 'b.jpg'], ['file', 'c', 'b.jpg']], 'file'],
    ['a part is not known', [INDEX, COVER, ['song', 'la', 'la.mp3']], 'song'],
    ['a further file takes the name of a part', [INDEX, COVER, ['file', 'x', 'cover.jpg']], 'file'],
    ['a further file has no plain name', [INDEX, COVER, ['file', 'x', '.hidden']], 'file'],
    ['there are too many', [INDEX, COVER, ...['a', 'b', 'c'].map((name): Sent => ['file', name, name])], 'body'],
  ])('are refused by name where %s, and nothing is left', async (_, parts, field) => {
    expect(await put(parts)).toMatchObject({ status: 422, body: { code: 'INVALID_BODY', field } });
    expect(await readdir(dir)).toEqual([]);
  });

  it('lead to no other folder', async () => {
    const { body } = await put([INDEX, COVER, ['file', 'x', '../../escaped.txt']]);
    expect(body.stored).toEqual(['cover.jpg', 'escaped.txt', 'index.json']);
  });
});

describe('a disk that takes no more', () => {
  it('fails the request and leaves nothing', async () => {
    expect((await put([INDEX, COVER], '/unwritable/summer')).status).toBe(500);
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('a body that is too large', () => {
  it('is refused by its announced length', async () => {
    expect(await put([INDEX, ['cover', 'x'.repeat(MAX_BYTES), 'c.jpg']])).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    });
  });

  it('is refused while it comes, where no length is announced, and the connection goes on', async () => {
    const boundary = 'b0undary';
    const pieces = new ReadableStream({
      start: (stream) => {
        const head = `--${boundary}\r\nContent-Disposition: form-data; name="cover"; filename="c"\r\n\r\n`;
        stream.enqueue(Buffer.from(head));
        for (let piece = 0; piece < 40; piece += 1) stream.enqueue(Buffer.alloc(4096, 'x'));
        stream.enqueue(Buffer.from(`\r\n--${boundary}--\r\n`));
        stream.close();
      },
    });
    const response = await fetch(`${server.url}/albums/summer`, {
      method: 'PUT',
      body: pieces,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect((await put([INDEX, COVER])).status).toBe(200);
    expect(await readdir(dir)).toEqual([]);
  });
});

describe('a body that is no multipart', () => {
  const send = (body: string, type: string, more: Record<string, string> = {}) =>
    fetch(`${server.url}/albums/summer`, { method: 'PUT', body, headers: { 'content-type': type, ...more } });

  it.each([
    ['application/json', {}],
    ['multipart/form-data', {}],
    ['multipart/form-data; boundary=x', { 'content-encoding': 'gzip' }],
  ])('%s %j is refused by its type', async (type, more) => {
    const response = await send('{}', type, more);
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it.each([
    ['ends before its last boundary', '--x\r\nContent-Disposition: form-data; name="index"; filename="i"\r\n\r\n{}'],
    ['is anything', 'hello'],
  ])('that %s is refused', async (_, body) => {
    const response = await send(body, 'multipart/form-data; boundary=x');
    expect([400, 422]).toContain(response.status);
    expect(await readdir(dir)).toEqual([]);
  });

  it('since its sender went away leaves nothing, and the server serves on', async () => {
    const { port } = server;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'PUT /albums/summer HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n' +
        '--x\r\nContent-Disposition: form-data; name="cover"; filename="c"\r\n\r\nhalf of a cov',
    );
    while ((await readdir(dir)).length === 0) await pause(10);
    socket.destroy();
    while ((await readdir(dir)).length > 0) await pause(10);
    expect((await put([INDEX, COVER])).status).toBe(200);
  });
});

describe('the OpenAPI document', () => {
  it('tells the parts of such a body', () => {
    const { paths } = openApiDocument([upload()], { title: 'Albums', version: '1' });
    const operation = paths?.['/albums/{name}']?.put;
    expect(operation?.requestBody).toMatchObject({
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            required: ['index', 'cover'],
            properties: {
              cover: { type: 'string', contentMediaType: 'application/octet-stream', description: 'Its cover' },
              file: { type: 'array', maxItems: 2 },
            },
          },
        },
      },
    });
    expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(['400', '413', '415', '422']));
  });
});
