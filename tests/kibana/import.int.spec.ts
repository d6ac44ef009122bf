import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importSavedObjects, KibanaImportError } from '../../infra/kibana/import-saved-objects.ts';
import { savedObjects } from '../../infra/kibana/saved-objects.ts';

interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly lines: readonly { readonly type: string; readonly attributes: { readonly title: string } }[];
}

let server: Server;
let asked: Asked[];
let answer: { readonly status: number; readonly body: string };

/** Speaks the one call of Kibana's saved objects API that is made here: multipart with a field `file`. */
beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: JSON.stringify({ success: true, successCount: 9 }) };
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = await new Response(Buffer.concat(chunks), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData();
    const file = form.get('file') as File;
    const lines = (await file.text()).trimEnd().split('\n');
    asked.push({ url: request.url ?? '', headers: request.headers, lines: lines.map((line) => JSON.parse(line)) });
    expect(file.name).toMatch(/\.ndjson$/);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const urlOf = (credentials = '', path = ''): string =>
  `http://${credentials}127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

describe('the import into Kibana', () => {
  it('sends all objects in place of those that are there, as who is named in the URL', async () => {
    expect(await importSavedObjects(savedObjects(), { url: urlOf('elastic:p%40ss@', '/kibana/') })).toBe(9);
    const [one] = asked;
    expect(one?.url).toBe('/kibana/api/saved_objects/_import?overwrite=true');
    expect(one?.headers).toMatchObject({
      'kbn-xsrf': 'true',
      authorization: `Basic ${Buffer.from('elastic:p@ss').toString('base64')}`,
    });
    expect(one?.lines).toEqual(savedObjects());
  });

  it('goes to a space, with an API key', async () => {
    await importSavedObjects(savedObjects(), { url: urlOf(), space: 'tour desk', apiKey: 'key' });
    expect(asked[0]?.url).toBe('/s/tour%20desk/api/saved_objects/_import?overwrite=true');
    expect(asked[0]?.headers.authorization).toBe('ApiKey key');
  });

  it.each([
    [401, '{"statusCode":401}', /give user:password in the URL, or KIBANA_API_KEY/],
    [403, '{"statusCode":403}', /may not write saved objects/],
    [404, '{"statusCode":404}', /not as Kibana does/],
    [200, '<html>', /not as Kibana does/],
    [400, '{"statusCode":400,"message":"Invalid version"}', /Invalid version/],
    [
      200,
      '{"success":false,"successCount":8,"errors":[{"type":"dashboard","id":"d1","error":{"type":"missing_references"}}]}',
      /1 objects were not imported\n {2}dashboard d1: missing_references/,
    ],
  ])('tells why it failed, without the password (%i %s)', async (status, body, why) => {
    answer = { status, body };
    const failed = importSavedObjects(savedObjects(), { url: urlOf('elastic:secret@') });
    await expect(failed).rejects.toThrow(KibanaImportError);
    await expect(failed).rejects.toThrow(why);
    await expect(failed).rejects.not.toThrow(/secret/);
  });

  it('tells when nobody answers', async () => {
    const url = urlOf();
    server.close();
    await expect(importSavedObjects(savedObjects(), { url })).rejects.toThrow(/does not answer \(ECONNREFUSED\)/);
  });
});

describe('npm run kibana:import', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', 'infra/kibana/cli.ts', ...args],
        { cwd: root, env: { ...process.env, SEARCH_URL: '', ...env } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      );
    });

  it('puts the prefix of SEARCH_URL before the indexes', async () => {
    const done = await run([urlOf()], { SEARCH_URL: 'http://127.0.0.1:9200/?indexPrefix=acme-' });
    expect(done).toEqual({ code: 0, output: '9 saved objects are in Kibana\n' });
    expect(asked[0]?.lines[0]?.attributes.title).toBe('acme-booking-analytics');
  });

  it('explains itself', async () => {
    expect(await run([])).toMatchObject({ code: 2, output: expect.stringContaining('usage: npm run kibana:import') });
    expect(await run([urlOf(), '--spaec', 'x'])).toMatchObject({ code: 2, output: expect.stringContaining('--spaec') });
    answer = { status: 401, body: '{}' };
    const refused = await run([urlOf()]);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/does not know who asks/);
    expect(refused.output).not.toContain('    at ');
  });
});
