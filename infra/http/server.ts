import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface RunningServer {
  /** The node server, for upgrades to WebSocket. */
  readonly server: Server;
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no new connection, lets what is under way finish for at most `graceMilliseconds`, then cuts it off. Connections that are
   * kept alive are told to end (`Connection: close`). Resolves when all are closed.
   */
  close(graceMilliseconds: number): Promise<void>;
}

/** Serves `listener` on `host` and `port` (0 = a free one). Rejects where the port is taken, naming it. */
export const startServer = async (listener: RequestListener, host: string, port: number): Promise<RunningServer> => {
  // Above the idle timeout of usual load balancers (60 s), so that the balancer is the one to close.
  const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 30_000, requestTimeout: 60_000 }, listener);
  server.on('clientError', answerUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    server,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    close: (graceMilliseconds) => close(server, graceMilliseconds),
  };
};

/**
 * How long a connection may stay idle when the server closes. A request that meets a connection being closed fails, though nobody
 * is to blame; those of a busy client come to their end in this time, with an answer that says so.
 */
const LAST_CALL_MS = 200;

const close = async (server: Server, graceMilliseconds: number): Promise<void> => {
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  // Not `server.close()`, which closes idle connections at once.
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await Promise.race([closed, pause(Math.min(LAST_CALL_MS, graceMilliseconds))]);
  server.close();
  // A kept-alive connection falls idle when its last answer is out, and node tells nobody of it.
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  await closed;
  clearInterval(sweep);
  clearTimeout(cutOff);
};

/** What is no HTTP never reaches an API: it is told so here, in the same shape. */
const answerUnreadable = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout']
        : [400, 'Bad Request'];
  const body = JSON.stringify({
    type: '/problems/BAD_REQUEST',
    title: 'The request is malformed',
    status,
    detail: title,
    code: 'BAD_REQUEST',
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
};
