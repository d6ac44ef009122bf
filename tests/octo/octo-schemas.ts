import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { expect } from 'vitest';
import { parse } from 'yaml';

// The package has no ESM build, so its function is found under `default`.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

type Json = Readonly<Record<string, unknown>>;

/** The OCTO standard's own OpenAPI file, as it ships in @octocloud/types. */
const specification = parse(
  readFileSync(
    join(dirname(createRequire(import.meta.url).resolve('@octocloud/types/package.json')), 'src', 'openapi.yaml'),
    'utf8',
  ),
) as { readonly components: { readonly schemas: Json } };

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Schemas that others extend with `allOf`: these may come with more fields. */
const EXTENDED = new Set(['Pricing', 'BaseError']);

/**
 * OpenAPI 3.0 as JSON Schema 2020-12: `nullable` becomes a choice with null, and a field that the standard does not
 * know is an error, so that a misspelt one is found.
 */
const toJsonSchema = (schema: unknown, name = ''): unknown => {
  if (Array.isArray(schema)) return schema.map((each) => toJsonSchema(each));
  if (!isObject(schema)) return schema;
  const { nullable, ...rest } = schema;
  const mapped: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith('x-') || key === 'example' || key === 'examples') continue;
    if (key === 'description' && typeof value === 'string') continue;
    mapped[key] =
      key === 'properties' && isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([property, inner]) => [property, toJsonSchema(inner)]))
        : toJsonSchema(value);
  }
  if (mapped.properties !== undefined && mapped.allOf === undefined && !EXTENDED.has(name)) {
    mapped.additionalProperties = false;
  }
  return nullable === true ? { anyOf: [{ type: 'null' }, mapped] } : mapped;
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({
  $id: 'octo',
  components: {
    schemas: Object.fromEntries(
      Object.entries(specification.components.schemas).map(([name, schema]) => [name, toJsonSchema(schema, name)]),
    ),
  },
});

const validators = new Map<string, ValidateFunction>();

/** Fails where a value is not what the standard's schema of this name asks for. */
export const expectOcto = (schema: string, value: unknown): void => {
  const validate = validators.get(schema) ?? ajv.compile({ $ref: `octo#/components/schemas/${schema}` });
  validators.set(schema, validate);
  validate(value);
  const errors = (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
  expect(errors, `${schema}: ${JSON.stringify(value)}`).toEqual([]);
};
