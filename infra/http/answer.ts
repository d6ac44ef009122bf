import { hash } from 'node:crypto';
import type { Context } from 'koa';
import { errorCatalogue } from '../../contracts/errors.ts';
import { type ErrorFormat, problemOf } from './problem.ts';
import type { Refusal, Reply, Route } from './route.ts';

/** An API answers data, never pages: nothing may run, frame or sniff it. Pages of ours override the policy. */
const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/** Headers that every answer carries. */
export const setCommonHeaders = (ctx: Context, correlationId: string): void => {
  const { res } = ctx;
  res.setHeader('X-Correlation-Id', correlationId);
  for (const [name, value] of SECURITY_HEADERS) res.setHeader(name, value);
};

/** Seconds after which trying again makes sense, where nothing better is known. */
const RETRY_AFTER_SECONDS = 1;

/** Tells a refusal in the API's error format. */
export const answerRefusal = (ctx: Context, format: ErrorFormat, refusal: Refusal, correlationId: string): void => {
  const catalogued = errorCatalogue[refusal.refused].status;
  const formatted =
    format === 'problem' ? problemOf(refusal, catalogued, correlationId) : format(refusal, catalogued, correlationId);
  const status = formatted.status ?? catalogued;
  if (catalogued === 401 && !ctx.res.hasHeader('WWW-Authenticate')) {
    ctx.res.setHeader('WWW-Authenticate', 'Bearer realm="spirit-tours"');
  }
  if ((catalogued === 429 || catalogued === 503) && !ctx.res.hasHeader('Retry-After')) {
    ctx.res.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  }
  ctx.res.setHeader('Cache-Control', 'no-store');
  ctx.res.setHeader('Content-Type', formatted.contentType ?? 'application/json');
  ctx.status = status;
  ctx.body = JSON.stringify(formatted.body);
};

/** Sends a handler's reply. A GET gets a strong ETag (RFC 9110 §8.8.3), and 304 where the client has it already. */
export const answerReply = (ctx: Context, route: Route, reply: Reply, status: number): void => {
  const { res } = ctx;
  const { body } = reply;
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  res.setHeader('Cache-Control', route.method === 'get' ? 'private, no-cache' : 'no-store');
  if (reply.headers !== undefined) {
    for (const name of Object.keys(reply.headers)) res.setHeader(name, reply.headers[name] ?? '');
  }
  ctx.status = status;
  if (body === undefined) {
    ctx.body = null;
    ctx.status = status;
    return;
  }
  if (!res.hasHeader('Content-Type')) {
    const declared = route.responses[status]?.contentType;
    res.setHeader('Content-Type', declared ?? (isRaw ? 'text/plain; charset=utf-8' : 'application/json'));
  }
  const payload = isRaw ? body : JSON.stringify(body);
  if (route.method === 'get' && status === 200 && route.etag !== false && isUnchanged(ctx, payload)) {
    ctx.status = 304;
    return;
  }
  ctx.body = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
};

/** Sets the ETag, and says whether `If-None-Match` (RFC 9110 §13.1.2, weak comparison) names it. */
const isUnchanged = (ctx: Context, payload: string | Uint8Array): boolean => {
  const own = ctx.res.getHeader('ETag');
  const etag = typeof own === 'string' ? own : `"${hash('sha1', payload, 'base64url')}"`;
  if (own === undefined) ctx.res.setHeader('ETag', etag);
  const known = ctx.req.headers['if-none-match'];
  if (known === undefined) return false;
  return (
    known === etag || known.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
  );
};
