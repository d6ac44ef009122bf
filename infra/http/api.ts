import { parse as parseQuery } from 'node:querystring';
import Koa, { type Context, type Middleware, type Next } from 'koa';
import type { Principal } from '../../contracts/policy.ts';
import { may } from '../../contracts/policy.ts';
import type { Authenticate } from '../auth/authenticate.ts';
import { EventStoreUnavailableError, EventTooLargeError } from '../event-store/event-store.ts';
import { OverloadedError } from '../overloaded-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { startSpan, validTraceparent } from '../telemetry/tracing.ts';
import { answerRefusal, answerReply, setCommonHeaders } from './answer.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { withReceivedFiles } from './multipart-body.ts';
import { type ErrorFormat, isRefusal } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import { DEFAULT_MAX_BODY_BYTES, readJsonBody } from './request-body.ts';
import { correlationIdOf, HttpRequestContext, idempotencyKeyOf } from './request-context.ts';
import { type ReceivedFiles, type Refusal, type Reply, type Route, refuse } from './route.ts';
import { paramNamesOf, routeTable } from './route-table.ts';
import { refuseInvalid } from './validation.ts';

export interface ApiOptions {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly logger: Pick<Logger, 'error' | 'debug'>;
  /** Default `problem` (RFC 9457). */
  readonly errorFormat?: ErrorFormat;
  readonly rateLimits?: RateLimits;
  /** Shared by the APIs of one process. */
  readonly concurrency?: ConcurrencyLimit;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
  readonly metrics?: HttpMetrics;
  /** Sees each answer of a route before it is sent: tests check it against the route's schema. What it throws is a 500. */
  readonly onReply?: (route: Route, status: number, body: unknown) => void;
}

interface Entry {
  readonly route: Route;
  readonly paramNames: readonly string[];
  readonly defaultStatus: number;
}

/**
 * A Koa app of routes, for `koa-mount` or on its own. It goes on to the next app where it has no such path, so that two
 * apps can share a prefix; the innermost answers 404, or 405 with the methods that any of them takes.
 */
export const createApi = (options: ApiOptions): Koa => {
  const app = new Koa();
  app.use(apiMiddleware(options));
  app.on('error', (error: unknown) => options.logger.error({ err: error }, 'an answer could not be sent'));
  return app;
};

/** The same as one middleware. All steps are in it, because each further middleware costs every request a closure. */
export const apiMiddleware = (options: ApiOptions): Middleware => {
  const { concurrency, metrics, errorFormat = 'problem' } = options;
  const table = routeTable(options.routes.map(entryOf));

  return async (ctx, next) => {
    const path = pathOf(ctx.url);
    const found = table.find(path);
    const entry = found?.methods.get(ctx.method === 'HEAD' ? 'GET' : ctx.method);
    if (found === undefined || entry === undefined) return answerUnmatched(ctx, next, options, found?.methods);

    const correlationId = correlationIdOf(ctx.req);
    setCommonHeaders(ctx, correlationId);
    if (concurrency !== undefined && !concurrency.enter()) {
      answerRefusal(ctx, errorFormat, refuse('OVERLOADED', 'Too many requests are being worked on'), correlationId);
      return;
    }
    const startedAt = metrics === undefined ? 0 : performance.now();
    const sentTraceparent = validTraceparent(ctx.req.headers.traceparent as string | undefined);
    const span = startSpan(`${ctx.method} ${entry.route.path}`, sentTraceparent);
    let failure: unknown;
    try {
      const result = await run(ctx, options, entry, path, found.values, {
        correlationId,
        traceparent: span?.traceparent ?? sentTraceparent,
      });
      if (isRefusal(result)) answerRefusal(ctx, errorFormat, result, correlationId);
      else {
        const status = result.status ?? entry.defaultStatus;
        options.onReply?.(entry.route, status, result.body);
        answerReply(ctx, entry.route, result, status);
      }
    } catch (error) {
      failure = error;
      answerRefusal(ctx, errorFormat, refusalOf(error, correlationId, entry.route, options.logger), correlationId);
    } finally {
      concurrency?.leave();
      span?.end(failure, { 'http.response.status_code': ctx.status });
      metrics?.observe(entry.route, ctx.status, performance.now() - startedAt);
    }
  };
};

const entryOf = (route: Route): Entry => ({
  route,
  paramNames: paramNamesOf(route.path),
  defaultStatus: Number(Object.keys(route.responses).find((status) => status.startsWith('2')) ?? 200),
});

/** The path of a request target, which may come whole (`http://host/path`, RFC 9112 §3.2.2). */
const pathOf = (url: string): string => {
  const queryAt = url.indexOf('?');
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  return path.startsWith('/') ? path : path.replace(/^https?:\/\/[^/]*/i, '');
};

/** Authentication, validation, handling: the way of one request to its reply or refusal. */
const run = async (
  ctx: Context,
  options: ApiOptions,
  entry: Entry,
  path: string,
  values: readonly string[],
  known: { readonly correlationId: string; readonly traceparent: string | undefined },
): Promise<Reply | Refusal> => {
  const { route } = entry;
  const authorization = ctx.req.headers.authorization;
  const principal = authorization === undefined ? undefined : await options.authenticate(authorization);
  const limited = await limitRate(ctx, options.rateLimits, route, principal);
  if (limited !== undefined) return limited;
  if (route.action !== 'public') {
    if (principal === undefined) return refuseUnauthenticated(ctx, authorization !== undefined);
    if (route.action !== 'authenticated' && !may(principal, route.action)) {
      return refuse('FORBIDDEN', `The credential does not allow ${route.action}`);
    }
  }

  const idempotencyKey = idempotencyKeyOf(ctx.req);
  if (typeof idempotencyKey === 'object') return idempotencyKey;
  const params = parseParams(entry, values);
  if (isRefusal(params)) return params;
  const query = parseQueryPart(route, ctx.url);
  if (isRefusal(query)) return query;

  const handle = (body: unknown, sent: unknown, received?: ReceivedFiles) =>
    route.handle({
      params: params.value,
      query: query.value,
      body,
      received,
      context: new HttpRequestContext(ctx.req, path, sent, { principal, idempotencyKey, ...known }),
      // The schemas of this very route made the parts, so they have the types that its handler asks for.
    } as Parameters<Route['handle']>[0]);
  if (route.multipart !== undefined)
    return withReceivedFiles(ctx.req, route.multipart, (received) => handle(undefined, received.files, received));
  const json =
    route.method === 'get' ? undefined : await readJsonBody(ctx.req, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
  if (json !== undefined && isRefusal(json)) return json;
  const body = parseBody(route, json?.value);
  return isRefusal(body) ? body : handle(body.value, json?.value);
};

/** OCTO answers a missing credential and a wrong one with different codes. */
const CREDENTIAL_MISSING = { credential: 'missing' } as const;
const CREDENTIAL_REFUSED = { credential: 'refused' } as const;

const refuseUnauthenticated = (ctx: Context, sentOne: boolean): Refusal => {
  if (!sentOne) {
    return refuse(
      'UNAUTHENTICATED',
      'Send a session token or an API key as Authorization: Bearer …',
      undefined,
      CREDENTIAL_MISSING,
    );
  }
  ctx.res.setHeader('WWW-Authenticate', 'Bearer realm="spirit-tours", error="invalid_token"');
  return refuse('UNAUTHENTICATED', 'The credential is not valid, or no longer', undefined, CREDENTIAL_REFUSED);
};

const limitRate = async (
  ctx: Context,
  limits: RateLimits | undefined,
  route: Route,
  principal: Principal | undefined,
): Promise<Refusal | undefined> => {
  if (limits === undefined) return undefined;
  const kind = route.rateLimit ?? (principal === undefined ? 'ip' : 'credential');
  const caller = kind === 'credential' && principal !== undefined ? principal.actor : ctx.req.socket.remoteAddress;
  const state = await limits.take(kind, caller ?? 'unknown');
  if (state === undefined) return undefined;
  ctx.res.setHeader('RateLimit-Limit', state.limit);
  ctx.res.setHeader('RateLimit-Remaining', state.remaining);
  ctx.res.setHeader('RateLimit-Reset', state.resetSeconds);
  if (state.allowed) return undefined;
  ctx.res.setHeader('Retry-After', state.resetSeconds);
  return refuse('RATE_LIMITED', `At most ${state.limit} requests a minute; try again in ${state.resetSeconds} s`);
};

interface Part {
  readonly value: unknown;
}

const ABSENT: Part = { value: undefined };

const parseParams = (entry: Entry, values: readonly string[]): Part | Refusal => {
  if (values.length === 0) return ABSENT;
  const raw: Record<string, string> = {};
  for (const [at, name] of entry.paramNames.entries()) {
    const value = decode(values[at] ?? '');
    if (value === undefined) return refuse('INVALID_PARAMETER', `${name}: not valid percent-encoding`, name);
    raw[name] = value;
  }
  const parsed = entry.route.params?.safeParse(raw);
  if (parsed === undefined) return { value: raw };
  return parsed.success ? { value: parsed.data } : refuseInvalid('params', parsed.error.issues);
};

const decode = (value: string): string | undefined => {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
};

const parseQueryPart = (route: Route, url: string): Part | Refusal => {
  if (route.query === undefined) return ABSENT;
  const queryAt = url.indexOf('?');
  const parsed = route.query.safeParse(queryAt === -1 ? {} : { ...parseQuery(url.slice(queryAt + 1)) });
  return parsed.success ? { value: parsed.data } : refuseInvalid('query', parsed.error.issues);
};

const parseBody = (route: Route, value: unknown): Part | Refusal => {
  if (route.body === undefined) return ABSENT;
  const parsed = route.body.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  if (value === undefined) return refuse('BAD_REQUEST', 'A JSON body is needed', 'body');
  return refuseInvalid('body', parsed.error.issues);
};

/** What a throw means to the client. Only a bug gets to the last line: it is logged whole and told without its insides. */
const refusalOf = (error: unknown, correlationId: string, route: Route, logger: ApiOptions['logger']): Refusal => {
  if (error instanceof OverloadedError) return refuse('OVERLOADED', 'The platform is busy; nothing was done');
  if (error instanceof EventStoreUnavailableError) {
    return refuse('STORE_UNAVAILABLE', 'The change was not acknowledged; try again with the same Idempotency-Key');
  }
  if (error instanceof EventTooLargeError) return refuse('PAYLOAD_TOO_LARGE', 'The change is too large to be recorded');
  logger.error({ err: error, correlationId, operation: route.operationId }, 'a request failed unexpectedly');
  return refuse('INTERNAL_ERROR', 'Something went wrong. Name the correlation id when you ask about it');
};

/** No route here: lets the next app try, and answers where none does. */
const answerUnmatched = async (
  ctx: Context,
  next: Next,
  options: ApiOptions,
  methods: ReadonlyMap<string, Entry> | undefined,
): Promise<void> => {
  const state = ctx.state as { allowed?: Set<string> };
  if (methods !== undefined) {
    state.allowed ??= new Set(['OPTIONS']);
    for (const method of methods.keys()) state.allowed.add(method);
    if (methods.has('GET')) state.allowed.add('HEAD');
  }
  await next();
  if (ctx.status !== 404 || (ctx.body !== undefined && ctx.body !== null) || ctx.res.headersSent) return;
  const correlationId = correlationIdOf(ctx.req);
  setCommonHeaders(ctx, correlationId);
  const format = options.errorFormat ?? 'problem';
  if (state.allowed === undefined) {
    answerRefusal(ctx, format, refuse('NOT_FOUND', 'No route has this path'), correlationId);
    return;
  }
  ctx.res.setHeader('Allow', [...state.allowed].toSorted().join(', '));
  if (ctx.method === 'OPTIONS') {
    ctx.status = 204;
    return;
  }
  answerRefusal(ctx, format, refuse('METHOD_NOT_ALLOWED', `The path does not take ${ctx.method}`), correlationId);
};
