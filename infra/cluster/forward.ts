import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { Upstream, Upstreams } from './upstreams.ts';

/** A body longer than this passes by unread, and its request is never sent twice. */
const KEPT_BODY_BYTES = 4 * 2 ** 20;
/** How long a request waits for a process to come up where none takes any. */
const WAIT_MS = 5_000;
const WAIT_STEP_MS = 25;
/** A request that ends processes must not go round until none is left. */
const MOST_REPEATS = 2;

/** No process took the request, or one may have and nobody knows what became of it. */
export class NotForwarded extends Error {
  override readonly name = 'NotForwarded';
}

/** Fields that speak of one connection alone (RFC 9110 §7.6.1), and `expect`, which was answered here. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * Sends a request to the least busy process, and to the next where that one did not take it. A request that may have been worked on
 * is sent again only where that does no harm: it reads, or it carries an Idempotency-Key.
 * @throws NotForwarded when no answer was begun
 */
export const forward = async (
  upstreams: Upstreams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const body = await bodyOf(request);
  const isHarmless = isRead(request.method) || request.headers['idempotency-key'] !== undefined;
  let repeats = body === request || !isHarmless ? 0 : MOST_REPEATS;
  const tried = new Set<Upstream>();
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const upstream = upstreams.next(tried);
    if (upstream === undefined) {
      if (Date.now() > deadline) throw new NotForwarded('no process takes requests');
      // All were tried, or none is there: one may be coming up.
      await pause(WAIT_STEP_MS);
      tried.clear();
      continue;
    }
    upstreams.began(upstream);
    try {
      await exchange(upstream, request, response, body);
      return;
    } catch (error) {
      if (response.headersSent || response.destroyed) {
        response.destroy();
        return;
      }
      const isUnsent = wasNeverSent(error) && body !== request;
      if (!isUnsent && repeats-- === 0)
        throw new NotForwarded('the process ended while it worked on the request', { cause: error });
      tried.add(upstream);
    } finally {
      upstreams.ended(upstream);
    }
  }
};

const isRead = (method: string | undefined): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** The whole body, so that it can be sent again; the request itself where it is too long for that; null where there is none. */
const bodyOf = async (request: IncomingMessage): Promise<Buffer | IncomingMessage | null> => {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (length === undefined || length === '0')) return null;
  if (length === undefined || Number(length) > KEPT_BODY_BYTES) return request;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const exchange = async (
  { pool }: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer | IncomingMessage | null,
): Promise<void> => {
  const gone = new AbortController();
  const giveUp = (): void => gone.abort();
  response.once('close', giveUp);
  try {
    const answer = await pool.request({
      method: request.method as Dispatcher.HttpMethod,
      path: request.url ?? '/',
      headers: passedOn(request.headers),
      body,
      signal: gone.signal,
    });
    response.writeHead(answer.statusCode, passedOn(answer.headers));
    await pipeline(answer.body, response);
  } finally {
    response.off('close', giveUp);
  }
};

/** Header fields less those of the connection. */
const passedOn = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
  const named = new Set(headers.connection?.split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name)));
};

/** The connection was never made, or the pool had been closed. */
const wasNeverSent = (error: unknown): boolean => {
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  return syscall === 'connect' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'UND_ERR_CLOSED';
};
