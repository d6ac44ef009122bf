import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Principal } from '../../contracts/policy.ts';
import { type Refusal, type RequestContext, refuse } from './route.ts';

/** What a client may name its request by: kept short and plain, since it goes into logs and events. */
const CORRELATION_ID = /^[\w.:-]{1,64}$/;

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** The client's `X-Correlation-Id` where it is usable, else a new one. */
export const correlationIdOf = (request: IncomingMessage): string => {
  const sent = headerOf(request, 'x-correlation-id');
  return sent !== undefined && CORRELATION_ID.test(sent) ? sent : randomUUID();
};

/** 1 to 255 visible ASCII characters. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** The `Idempotency-Key` as sent, undefined where none was. */
export const idempotencyKeyOf = (request: IncomingMessage): string | undefined | Refusal => {
  const sent = headerOf(request, 'idempotency-key');
  if (sent === undefined || IDEMPOTENCY_KEY.test(sent)) return sent;
  return refuse('INVALID_PARAMETER', 'Idempotency-Key takes 1 to 255 visible ASCII characters', 'Idempotency-Key');
};

/** JSON with the keys of every object in order, so that equal bodies have equal text. Depth is bounded by the reader. */
const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? '';
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`);
  return `{${members.join(',')}}`;
};

const HOST = /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i;

/** The context of one request. What few handlers read (hash of the body, origin) is worked out when read. */
export class HttpRequestContext implements RequestContext {
  readonly principal: Principal | undefined;
  readonly correlationId: string;
  readonly idempotencyKey: string | undefined;
  readonly traceparent: string | undefined;
  readonly #request: IncomingMessage;
  readonly #path: string;
  readonly #body: unknown;

  constructor(
    request: IncomingMessage,
    path: string,
    body: unknown,
    known: Pick<RequestContext, 'principal' | 'correlationId' | 'idempotencyKey' | 'traceparent'>,
  ) {
    this.#request = request;
    this.#path = path;
    this.#body = body;
    this.principal = known.principal;
    this.correlationId = known.correlationId;
    this.idempotencyKey = known.idempotencyKey;
    this.traceparent = known.traceparent;
  }

  get bodyHash(): string {
    const text = `${this.#request.method} ${this.#path}\n${canonicalJson(this.#body)}`;
    return createHash('sha256').update(text).digest('base64url');
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    // Node gives an array for `set-cookie` alone, which no request has.
    return this.#request.headers as Readonly<Record<string, string | undefined>>;
  }

  get origin(): string {
    const host = this.#request.headers.host ?? '';
    const secure = (this.#request.socket as Partial<TLSSocket>).encrypted === true;
    return `${secure ? 'https' : 'http'}://${HOST.test(host) ? host : 'localhost'}`;
  }
}
