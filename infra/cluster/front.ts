import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { problemOf } from '../http/problem.ts';
import { refuse } from '../http/route.ts';
import type { ApiMap } from './api-map.ts';
import { forward, NotForwarded } from './forward.ts';
import type { Upstreams } from './upstreams.ts';

export interface FrontOptions<R extends string> {
  /** Undefined until every role that answers requests has told its API. */
  readonly api: () => ApiMap<R> | undefined;
  readonly upstreams: ReadonlyMap<R, Upstreams>;
  /** Roles of which no process is ready. */
  readonly missing: () => readonly string[];
  readonly onFailure: (error: unknown) => void;
}

/**
 * The cluster's one address: each request goes to a process of the role that has its route. It answers by itself the API document
 * of all roles, `/health/live`, and `/health/ready` while a role lacks a process.
 */
export const front =
  <R extends string>(options: FrontOptions<R>): RequestListener =>
  (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      if (!(error instanceof NotForwarded)) options.onFailure(error);
      if (response.headersSent || response.destroyed) response.destroy();
      else sendUnavailable(response, error instanceof NotForwarded ? error.message : 'the cluster failed');
    });
  };

const answer = async <R extends string>(
  { api, upstreams, missing }: FrontOptions<R>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const path = new URL(request.url ?? '/', 'http://cluster').pathname;
  if (path === '/health/live') return sendJson(response, 200, { live: true });
  const map = api();
  const absent = missing();
  if (map === undefined || (path === '/health/ready' && absent.length > 0)) {
    const status = absent.length === 0 ? 'starting' : `no process is ready for ${absent.join(', ')}`;
    response.setHeader('Retry-After', '1');
    return sendJson(response, 503, { ready: false, status });
  }
  if (path === '/openapi.json') return sendJson(response, 200, map.document);
  // A path that nobody has is refused by whoever is first.
  const role = map.roleFor(request.method ?? 'GET', path) ?? [...upstreams.keys()][0];
  const processes = role === undefined ? undefined : upstreams.get(role);
  if (processes === undefined) throw new NotForwarded('no role answers requests');
  await forward(processes, request, response);
};

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
};

/** Nobody knows whether the request was done: the same words as for a store that does not answer. */
const sendUnavailable = (response: ServerResponse, detail: string): void => {
  const { body, contentType } = problemOf(
    refuse('STORE_UNAVAILABLE', `${detail}; try again with the same Idempotency-Key`),
    503,
    randomUUID(),
  );
  response.writeHead(503, { 'Content-Type': contentType, 'Retry-After': '1', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
};
