import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';

/** A link between a client and a server that can be made worse while it is used. */
export interface TcpProxy {
  /** Of the loopback interface, in place of the target's. */
  readonly port: number;
  /** Connections that were opened so far. */
  readonly connections: number;
  /** Paths of the requests that were answered 429 so far. */
  readonly refusals: readonly string[];
  /** Ends every connection and takes no other, for so long or until `heal`. */
  cut(forMs?: number): void;
  /** Each piece arrives so much later, in both directions, in order. */
  slow(options: { readonly delayMs: number }): void;
  /** Connections are taken and kept, and nothing passes. */
  stall(): void;
  /** As an overloaded Elasticsearch: this share of the requests, by the order in which they come, is answered 429. */
  answer429(share: number): void;
  heal(): void;
  close(): Promise<void>;
}

type State = 'whole' | 'cut' | 'stalled' | 'busy';

const BUSY = JSON.stringify({
  error: { type: 'es_rejected_execution_exception', reason: 'rejected execution' },
  status: 429,
});

/** Starts a proxy to a server of this machine. */
export const startTcpProxy = async (target: { readonly host: string; readonly port: number }): Promise<TcpProxy> => {
  let state: State = 'whole';
  let delayMs = 0;
  let share = 0;
  let due = 0;
  let connections = 0;
  const refusals: string[] = [];
  let healing: NodeJS.Timeout | undefined;
  const open = new Set<Socket>();
  let wake: () => void = () => undefined;
  let moving = Promise.resolve();

  const keep = (socket: Socket): Socket => {
    open.add(socket);
    // A cut is an error to both ends; to the proxy it is what was asked for.
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
    return socket;
  };
  const endAll = (): void => {
    for (const socket of open) socket.destroy();
  };
  /** One direction. What waits holds back what comes after it, and by that its sender. */
  const passage = (): Transform =>
    new Transform({
      transform: (chunk, _encoding, done) => {
        const pass = async (): Promise<void> => {
          if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
          await moving;
          done(null, chunk);
        };
        void pass();
      },
    });

  const busy = createHttpServer((asked: IncomingMessage, answer: ServerResponse) => {
    due += share;
    if (due >= 1) {
      due -= 1;
      refusals.push(asked.url ?? '');
      asked.resume();
      answer.writeHead(429, {
        'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
        'x-elastic-product': 'Elasticsearch',
      });
      answer.end(BUSY);
      return;
    }
    const { method, url, headers } = asked;
    const passed = request({ ...target, path: url, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      pipeline(response, answer, () => undefined);
    });
    passed.on('error', () => answer.destroy());
    pipeline(asked, passed, () => undefined);
  });

  const server = createServer((client) => {
    connections += 1;
    keep(client);
    if (state === 'cut') client.destroy();
    else if (state === 'busy') busy.emit('connection', client);
    else {
      const upstream = keep(connect(target));
      pipeline(client, passage(), upstream, () => upstream.destroy());
      pipeline(upstream, passage(), client, () => client.destroy());
    }
  });
  const become = (next: State): void => {
    clearTimeout(healing);
    const wasStalled = state === 'stalled';
    // Between bytes that are passed on and requests that are read no connection can change over.
    const changesOver = (state === 'busy') !== (next === 'busy');
    state = next;
    delayMs = 0;
    if (wasStalled) wake();
    if (next === 'stalled') {
      moving = new Promise((resolve) => {
        wake = resolve;
      });
    }
    if (next === 'cut' || changesOver) endAll();
  };
  const heal = (): void => become('whole');

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    refusals,
    cut: (forMs) => {
      become('cut');
      if (forMs !== undefined) healing = setTimeout(heal, forMs);
    },
    slow: (options) => {
      become('whole');
      delayMs = options.delayMs;
    },
    stall: () => become('stalled'),
    answer429: (of) => {
      become('busy');
      share = of;
      due = 0;
    },
    heal,
    close: async () => {
      heal();
      endAll();
      server.close();
      await once(server, 'close');
    },
  };
};
