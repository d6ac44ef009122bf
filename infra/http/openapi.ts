import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { type ErrorCode, errorCatalogue } from '../../contracts/errors.ts';
import type { MultipartBody, Route } from './route.ts';
import { paramNamesOf } from './route-table.ts';

/** What the document says of the whole API. */
export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
}

export type OpenApiDocument = ReturnType<typeof createDocument>;

const problem = z
  .looseObject({
    type: z.string().describe('`/problems/<code>`, a page that tells of it'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('Code of the error catalogue'),
    field: z.string().optional().describe('The field that is wrong, `units.0.quantity`'),
    correlationId: z.string(),
    errors: z
      .array(z.object({ field: z.string(), pointer: z.string().optional(), detail: z.string() }))
      .optional()
      .describe('Every field that is wrong'),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' });

/** How the refusals of some routes look: status and shape. */
export interface ErrorDialect {
  readonly contentType: string;
  readonly schema: z.ZodType;
  readonly statusOf: (code: ErrorCode) => number;
}

const PROBLEMS: ErrorDialect = {
  contentType: 'application/problem+json',
  schema: problem,
  statusOf: (code) => errorCatalogue[code].status,
};

/** What any route may be refused for, whatever it does. */
const ALWAYS: readonly ErrorCode[] = ['RATE_LIMITED', 'OVERLOADED', 'INTERNAL_ERROR'];

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional()
  .describe('Makes the request safe to repeat: the same key and body get the first answer, another body gets 409.');

const readAfter = z
  .string()
  .regex(/^\d{1,16}$/)
  .optional()
  .describe('A consistency token (`X-Consistency-Token` of a command): the answer is no older, or 503 `VIEW_BEHIND`.');

/** What a caller with a credential asks for that changes something can be repeated under a key. */
const isCommand = (route: Route): boolean => route.method !== 'get' && route.action !== 'public';

/** What needs a permission to read is read from views. */
const readsViews = (route: Route): boolean =>
  route.method === 'get' && route.action !== 'public' && route.action !== 'authenticated';

/**
 * An OpenAPI 3.1 document of the routes, from the very schemas that validate their requests. Routes that share a path
 * but name its parameters differently are listed under the name that came first, as OpenAPI knows one template a path.
 * @param dialectOf how a route's refusals look. Default: problem+json.
 * @throws Error when two routes claim the same method and path, or the same operationId (a bug)
 */
export const openApiDocument = (
  routes: readonly Route[],
  info: ApiInfo,
  dialectOf: (route: Route) => ErrorDialect | undefined = () => undefined,
): OpenApiDocument => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  const templates = new Map<string, string>();
  const operationIds = new Set<string>();
  for (const route of routes) {
    const shape = route.path.replaceAll(/:\w+/g, '{}');
    const template = templates.get(shape) ?? route.path.replaceAll(/:(\w+)/g, '{$1}');
    templates.set(shape, template);
    const operations = paths[template] ?? {};
    paths[template] = operations;
    if (operations[route.method]) throw new Error(`${route.method} ${route.path} is defined twice`);
    if (operationIds.has(route.operationId)) throw new Error(`operationId ${route.operationId} is used twice`);
    operationIds.add(route.operationId);
    operations[route.method] = operationOf(route, template, dialectOf(route) ?? PROBLEMS);
  }
  return createDocument({
    openapi: '3.1.0',
    info: { ...info },
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A session token of `POST /v1/sign-in`, or an API key `st_…`.',
        },
      },
    },
  });
};

const operationOf = (route: Route, template: string, dialect: ErrorDialect): ZodOpenApiOperationObject => {
  const path = pathParams(route, template);
  const query = objectOf(route.query);
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.action === 'public' ? [] : [{ bearer: [] }],
    requestParams: {
      ...(path === undefined ? {} : { path }),
      ...(query === undefined ? {} : { query }),
      ...(isCommand(route) ? { header: z.object({ 'Idempotency-Key': idempotencyKey }) } : {}),
      ...(readsViews(route) ? { header: z.object({ 'X-Read-After': readAfter }) } : {}),
    },
    ...requestBodyOf(route),
    responses: { ...successes(route), ...refusals(route, dialect) },
  };
};

const requestBodyOf = ({ body, multipart }: Route): Pick<ZodOpenApiOperationObject, 'requestBody'> => {
  if (multipart !== undefined)
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema: filesSchema(multipart) } } } };
  if (body === undefined) return {};
  const required = !body.safeParse(undefined).success;
  return { requestBody: { required, content: { 'application/json': { schema: body } } } };
};

/** Files as OpenAPI 3.1 tells them: binary parts, whose content no schema describes. */
const filesSchema = ({ parts, furtherFiles, maxBytes }: MultipartBody) => {
  const file = { type: 'string', contentMediaType: 'application/octet-stream' } as const;
  const required = Object.entries(parts).map(([name, { description }]) => [name, { ...file, description }] as const);
  const further =
    furtherFiles === undefined
      ? {}
      : {
          file: {
            ...({ type: 'array', items: file, maxItems: furtherFiles.most } as const),
            description: furtherFiles.description,
          },
        };
  return {
    type: 'object' as const,
    description: `At most ${maxBytes} bytes together.`,
    required: Object.keys(parts),
    properties: { ...Object.fromEntries(required), ...further },
    additionalProperties: false,
  };
};

/** The parameters under the names of the template. */
const pathParams = (route: Route, template: string): z.ZodObject | undefined => {
  const own = paramNamesOf(route.path);
  if (own.length === 0) return undefined;
  const schemas = objectOf(route.params)?.shape ?? {};
  const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  return z.object(Object.fromEntries(names.map((name, at) => [name, schemas[own[at] ?? ''] ?? z.string()])));
};

/** The object that a schema validates, also where it is then transformed. */
const objectOf = (schema: z.ZodType | undefined): z.ZodObject | undefined => {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodPipe) return objectOf(schema.in as z.ZodType);
  return undefined;
};

const successes = (route: Route): ZodOpenApiOperationObject['responses'] =>
  Object.fromEntries(
    Object.entries(route.responses).map(
      ([status, { description, schema, contentType = 'application/json', alternatives = {} }]) => [
        status,
        schema === undefined && contentType === 'application/json'
          ? { description }
          : { description, content: contentOf({ [contentType]: schema ?? z.string(), ...alternatives }) },
      ],
    ),
  );

const contentOf = (schemas: Readonly<Record<string, z.ZodType>>) =>
  Object.fromEntries(Object.entries(schemas).map(([contentType, schema]) => [contentType, { schema }]));

/** One answer a status, telling the codes that have it. */
const refusals = (route: Route, dialect: ErrorDialect): ZodOpenApiOperationObject['responses'] => {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codesOf(route)) {
    const status = dialect.statusOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('. '),
        content: { [dialect.contentType]: { schema: dialect.schema } },
      },
    ]),
  );
};

/** Every code that the route may be refused with: its own, and those of the mechanism that serve it. */
export const codesOf = (route: Route): ReadonlySet<ErrorCode> =>
  new Set<ErrorCode>([
    ...(route.errors ?? []),
    ...ALWAYS,
    ...(route.action === 'public' ? [] : (['UNAUTHENTICATED'] as const)),
    ...(route.action === 'public' || route.action === 'authenticated' ? [] : (['FORBIDDEN'] as const)),
    ...(route.params === undefined && route.query === undefined ? [] : (['INVALID_PARAMETER'] as const)),
    ...(route.body === undefined && route.multipart === undefined
      ? []
      : (['BAD_REQUEST', 'INVALID_BODY', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
    ...(route.method === 'get' ? [] : (['STORE_UNAVAILABLE'] as const)),
    ...(isCommand(route) ? (['INVALID_PARAMETER', 'IDEMPOTENCY_KEY_REUSED'] as const) : []),
    ...(readsViews(route) ? (['INVALID_PARAMETER', 'VIEW_BEHIND'] as const) : []),
  ]);
