import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** What a platform tells of itself at /openapi.json, as far as the client reads it. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Content };
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
type Content = Readonly<Record<string, object>>;

type Fields = Readonly<Record<string, unknown>>;

export interface Answer<T = Fields> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text. Its shape was held to the document before it is handed out. */
  readonly body: T;
}

export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody's way to ask: each call is made with their credential. */
export interface Caller {
  get<T = Fields>(path: string, headers?: Sent['headers']): Promise<Answer<T>>;
  post<T = Fields>(path: string, body?: unknown, headers?: Sent['headers']): Promise<Answer<T>>;
  put<T = Fields>(path: string, body: unknown, headers?: Sent['headers']): Promise<Answer<T>>;
  patch<T = Fields>(path: string, body: unknown, headers?: Sent['headers']): Promise<Answer<T>>;
  delete<T = Fields>(path: string, headers?: Sent['headers']): Promise<Answer<T>>;
}

export interface ConformingClient {
  readonly document: OpenApi;
  /** `operationId status` of every answer so far. */
  readonly seen: ReadonlySet<string>;
  /** Undefined: without a credential. */
  as(token: string | undefined): Caller;
}

/** The answer is not what /openapi.json promises. */
export class NonconformingAnswer extends Error {
  override readonly name = 'NonconformingAnswer';
}

/** The answer, which must be a success. */
export const succeeded = async <T>(asked: Promise<Answer<T>>): Promise<Answer<T>> => {
  const answer = await asked;
  if (answer.status >= 300) throw new Error(`refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * A client that holds every answer to the OpenAPI document of the platform itself: the route, status, code, content type and body must
 * be in it, and a request that succeeds must have been allowed by it.
 */
export const conformingClient = async (origin: string): Promise<ConformingClient> => {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as OpenApi;
  const seen = new Set<string>();
  const checks = schemaChecks(document);

  const ask = async (method: string, path: string, token: string | undefined, sent: Sent): Promise<Answer<never>> => {
    const response = await fetch(`${origin}${path}`, {
      method: method.toUpperCase(),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...sent.headers,
      },
      ...(sent.body === undefined
        ? {}
        : { body: typeof sent.body === 'string' ? sent.body : JSON.stringify(sent.body) }),
    });
    const text = await response.text();
    const found = operationOf(document, method, path);
    const where = `${method.toUpperCase()} ${path}: ${response.status}`;
    if (found === undefined) throw new NonconformingAnswer(`${where}: no such route in the document`);
    const { operation, pointer } = found;
    seen.add(`${operation.operationId} ${response.status}`);
    const body = bodyOf(response, text, where);

    // A conditional request may always be answered so (RFC 9110 §15.4.5).
    if (response.status === 304 && sent.headers?.['if-none-match'] !== undefined) {
      return { status: 304, headers: response.headers, body: undefined as never };
    }
    const declared = operation.responses[String(response.status)];
    if (declared === undefined) throw new NonconformingAnswer(`${where}: not a declared status, ${text}`);
    const contentType = essenceOf(response.headers.get('content-type') ?? '');
    const schemaKey = Object.keys(declared.content ?? {}).find((key) => essenceOf(key) === contentType);
    if (schemaKey === undefined && (declared.content !== undefined || text !== '')) {
      throw new NonconformingAnswer(`${where}: ${contentType || 'no content type'} is not declared`);
    }
    if (schemaKey !== undefined) {
      checks([...pointer, 'responses', String(response.status), 'content', schemaKey, 'schema'], body, where);
    }
    const code = contentType === 'application/problem+json' ? (body as { code: string }).code : undefined;
    if (code !== undefined && !declared.description.includes(`\`${code}\``)) {
      throw new NonconformingAnswer(`${where}: the code ${code} is not declared`);
    }
    if (response.ok) mustAllowRequest(operation, pointer, path, sent, where);
    return { status: response.status, headers: response.headers, body: body as never };
  };

  const mustAllowRequest = (
    operation: Operation,
    pointer: readonly string[],
    path: string,
    { body }: Sent,
    where: string,
  ): void => {
    for (const name of new URL(path, origin).searchParams.keys()) {
      if (!operation.parameters?.some((parameter) => parameter.in === 'query' && parameter.name === name)) {
        throw new NonconformingAnswer(`${where}: took the parameter ${name}, which is not declared`);
      }
    }
    if (body === undefined || typeof body === 'string') return;
    if (operation.requestBody === undefined)
      throw new NonconformingAnswer(`${where}: took a body that is not declared`);
    checks([...pointer, 'requestBody', 'content', 'application/json', 'schema'], body, `${where}: its request`);
  };

  return {
    document,
    seen,
    as: (token) => ({
      get: (path, headers) => ask('get', path, token, { ...(headers && { headers }) }),
      post: (path, body, headers) => ask('post', path, token, { body, ...(headers && { headers }) }),
      put: (path, body, headers) => ask('put', path, token, { body, ...(headers && { headers }) }),
      patch: (path, body, headers) => ask('patch', path, token, { body, ...(headers && { headers }) }),
      delete: (path, headers) => ask('delete', path, token, { ...(headers && { headers }) }),
    }),
  };
};

/** Validates a value by the schema at a place of the document. */
const schemaChecks = (document: OpenApi) => {
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema(document, 'openapi');
  const compiled = new Map<string, ValidateFunction>();
  return (pointer: readonly string[], value: unknown, where: string): void => {
    const $ref = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const validate = compiled.get($ref) ?? ajv.compile({ $ref });
    compiled.set($ref, validate);
    if (!validate(value)) throw new NonconformingAnswer(`${where}: ${ajv.errorsText(validate.errors)}`);
  };
};

/** The operation that serves a path; a literal segment goes before a parameter. */
const operationOf = (document: OpenApi, method: string, path: string) => {
  const segments = new URL(path, 'http://platform').pathname.split('/');
  const candidates = Object.keys(document.paths).filter((template) => {
    const parts = template.split('/');
    return (
      document.paths[template]?.[method] !== undefined &&
      parts.length === segments.length &&
      parts.every((part, at) => part.startsWith('{') || part === segments[at])
    );
  });
  const [template] = candidates.sort((a, b) => a.split('{').length - b.split('{').length);
  const operation = template === undefined ? undefined : document.paths[template]?.[method];
  if (template === undefined || operation === undefined) return undefined;
  return { operation, pointer: ['paths', template, method] };
};

/** Every operation of the document, `method template` and its id. */
export const operationsOf = (document: OpenApi) =>
  Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ method, template, operation })),
  );

const essenceOf = (contentType: string): string => contentType.split(';')[0]?.trim().toLowerCase() ?? '';

const bodyOf = (response: Response, text: string, where: string): unknown => {
  if (!/[/+]json\b/.test(response.headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new NonconformingAnswer(`${where}: not JSON: ${text}`);
  }
};
