import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../infra/http/openapi.ts';
import { queryRoutes } from '../../query-side/query-routes.ts';
import type { QueryDeps } from '../../query-side/reading/query-deps.ts';

// Only described here, never called.
const routes = queryRoutes({} as QueryDeps);
const document = openApiDocument(routes, { title: 'Query API', version: '1' });
const operation = (path: string) => document.paths?.[path]?.get;
const parametersOf = (path: string) =>
  (operation(path)?.parameters ?? []).map((parameter) => ('name' in parameter ? parameter.name : ''));

describe('the description of the query API', () => {
  it('has every route, with a summary, a tag and the schema of its answer', () => {
    expect(routes.length).toBeGreaterThan(15);
    for (const { path } of routes) {
      const described = operation(path.replaceAll(/:(\w+)/g, '{$1}'));
      expect(described?.summary, path).toBeTruthy();
      expect(described?.tags, path).toHaveLength(1);
      expect(described?.responses?.['200'], path).toHaveProperty('content');
    }
  });

  it('names the parameters of lists whose ranges are checked', () => {
    expect(parametersOf('/v1/bookings')).toEqual(
      expect.arrayContaining(['localDateFrom', 'createdTo', 'sort', 'limit', 'after', 'X-Read-After']),
    );
    expect(parametersOf('/v1/stays')).toContain('arrivalTo');
  });

  it('tells that analytics come as CSV too', () => {
    const answer = operation('/v1/analytics')?.responses?.['200'];
    expect(answer).toMatchObject({ content: { 'application/json': {}, 'text/csv': {} } });
    expect(operation('/v1/analytics.csv')?.responses?.['200']).toHaveProperty(['content', 'text/csv']);
  });

  it('describes an unknown field as not there', () => {
    expect(JSON.stringify(operation('/v1/me')?.responses)).toContain('"additionalProperties":false');
  });
});
