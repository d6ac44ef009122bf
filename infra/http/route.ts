import type { z } from 'zod';
import type { ErrorCode } from '../../contracts/errors.ts';
import type { Action, Principal } from '../../contracts/policy.ts';

/** What one request brings besides its validated parts. */
export interface RequestContext {
  /** From the credential; for a public route of a caller without one, undefined. */
  readonly principal: Principal | undefined;
  readonly correlationId: string;
  /** `Idempotency-Key` as sent; undefined where none was. */
  readonly idempotencyKey: string | undefined;
  /** SHA-256 of method, path and canonical body: tells a retry from a reuse of the key. */
  readonly bodyHash: string;
  readonly traceparent: string | undefined;
  /** Lower-case header -> value. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Origin the client used, `http://127.0.0.1:8080`, for links. */
  readonly origin: string;
}

export interface Reply {
  /** Default: the first success status that the route declares. */
  readonly status?: number;
  /**
   * An object is sent as JSON. A string or bytes (Uint8Array) go as they are, with the `content-type` in headers, else
   * the one that the route declares for the status.
   */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body of files (multipart/form-data), streamed to disk before the handler is called. */
export interface MultipartBody {
  /** Parts that must come, by name, with what they are stored as. */
  readonly parts: Readonly<Record<string, { readonly fileName: string; readonly description: string }>>;
  /** Parts named `file` may come too, each under its own file name. */
  readonly furtherFiles?: { readonly most: number; readonly description: string };
  /** Of the whole body. */
  readonly maxBytes: number;
  /** Makes a new folder for the files of one request. It is removed after the request, if the handler did not move it away. */
  readonly newFolder: () => Promise<string>;
}

export interface ReceivedFile {
  readonly part: string;
  readonly fileName: string;
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly hash: string;
}

/** The files of a multipart body, where they lie. */
export interface ReceivedFiles {
  readonly folder: string;
  readonly files: readonly ReceivedFile[];
}

type Parsed<S extends z.ZodType | undefined> = S extends z.ZodType ? z.infer<S> : undefined;

/**
 * A route as data: what validates the request also makes the OpenAPI document, so the two cannot part.
 * A handler answers an expected refusal by throwing nothing: it returns `refuse(code, detail, field?)`.
 */
export interface Route<
  P extends z.ZodType | undefined = z.ZodType | undefined,
  Q extends z.ZodType | undefined = z.ZodType | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  M extends MultipartBody | undefined = MultipartBody | undefined,
> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** koa-router path with `:params`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** What the caller must be allowed to do; `public` needs no credential; `authenticated` any. */
  readonly action: Action | 'public' | 'authenticated';
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Files in place of a JSON body. A route has one or the other. */
  readonly multipart?: M;
  /**
   * Status -> description and schema of every success answer. `contentType` defaults to application/json; `alternatives` are
   * further content types with their schemas, which the request can choose instead.
   */
  readonly responses: Readonly<
    Record<
      number,
      {
        readonly description: string;
        readonly schema?: z.ZodType;
        readonly contentType?: string;
        readonly alternatives?: Readonly<Record<string, z.ZodType>>;
      }
    >
  >;
  /** Refusals of its own, besides those every route has. */
  readonly errors?: readonly ErrorCode[];
  /** A stricter limit of its own, per IP address: for guesses at passwords. */
  readonly rateLimit?: 'sign-in';
  /** Answers get a strong ETag and 304s. GET only. Default true. */
  readonly etag?: boolean;
  readonly handle: (request: {
    readonly params: Parsed<P>;
    readonly query: Parsed<Q>;
    readonly body: Parsed<B>;
    readonly received: M extends MultipartBody ? ReceivedFiles : undefined;
    readonly context: RequestContext;
  }) => Promise<Reply | Refusal> | Reply | Refusal;
}

/** An expected refusal on its way to the client. */
export interface Refusal {
  readonly refused: ErrorCode;
  readonly detail: string;
  readonly field?: string;
  /** Extension members of the problem (RFC 9457 §3.2), like the ids that OCTO echoes. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export const refuse = (
  refused: ErrorCode,
  detail: string,
  field?: string,
  extensions?: Refusal['extensions'],
): Refusal => ({
  refused,
  detail,
  ...(field === undefined ? {} : { field }),
  ...(extensions === undefined ? {} : { extensions }),
});

/** Keeps the types of a route's parts together. */
export const defineRoute = <
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  M extends MultipartBody | undefined = undefined,
>(
  route: Route<P, Q, B, M>,
): Route => route as unknown as Route;
