import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to do instead of passing a request on as it is. */
export type Fault =
  | { readonly answer: { readonly status: number; readonly body: object } }
  /** Passes another body on, and changes what comes back, or loses it. */
  | { readonly body: string; readonly change: (answer: unknown) => object | 'cut' }
  | 'silence'
  | 'cut';

/** Stands before an Elasticsearch and passes on what no fault is given for. */
export const faultyEngine = async (url: string, fault: (asked: Asked) => Fault | undefined) => {
  const target = new URL(url);
  const pass = (
    asked: Asked,
    response: ServerResponse,
    body: string,
    change?: (answer: unknown) => object | 'cut',
  ): void => {
    const { host: _, 'content-length': __, ...headers } = asked.headers;
    const passed = request(
      { host: target.hostname, port: target.port, method: asked.method, path: asked.path, headers },
      async (answer) => {
        const text = await textOf(answer);
        const given = change === undefined ? text : change(JSON.parse(text));
        if (given === 'cut') {
          response.destroy();
          return;
        }
        const { 'content-length': ___, ...kept } = answer.headers;
        response
          .writeHead(answer.statusCode ?? 500, kept)
          .end(typeof given === 'string' ? given : JSON.stringify(given));
      },
    );
    passed.on('error', () => response.destroy());
    passed.end(body);
  };
  const server = createServer(async (incoming, response) => {
    const asked: Asked = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: await textOf(incoming),
    };
    const made = fault(asked);
    if (made === undefined) pass(asked, response, asked.body);
    else if (made === 'cut') response.destroy();
    else if (made !== 'silence' && 'answer' in made)
      response
        .writeHead(made.answer.status, {
          'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
          'x-elastic-product': 'Elasticsearch',
        })
        .end(JSON.stringify(made.answer.body));
    else if (made !== 'silence') pass(asked, response, made.body, made.change);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const textOf = async (message: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
};

/** As the engine says that its queue is full. */
export const tooMany = {
  answer: {
    status: 429,
    body: {
      error: { type: 'es_rejected_execution_exception', reason: 'rejected execution of coordinating operation' },
      status: 429,
    },
  },
} as const;
