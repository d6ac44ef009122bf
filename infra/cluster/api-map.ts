import type { Route } from '../http/route.ts';
import { routeTable } from '../http/route-table.ts';

/** What a process tells at /openapi.json, as far as it is read here. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Which role answers a request. */
export interface ApiMap<R extends string> {
  /** Undefined: no role has the path. A method that the path lacks goes to a role that has the path, which refuses it. */
  roleFor(method: string, path: string): R | undefined;
  /** The whole API, as one process with all roles would tell it. */
  readonly document: OpenApi;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** Puts together what processes of different roles tell of themselves. What several have goes to the first of them. */
export const apiMap = <R extends string>(told: ReadonlyMap<R, OpenApi>): ApiMap<R> => {
  const owners = new Map<string, { readonly role: R; readonly route: Route }>();
  for (const [role, { paths }] of told) {
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of METHODS.filter((name) => name in operations)) {
        const key = `${method} ${path}`;
        // The table reads method and path alone.
        if (!owners.has(key)) owners.set(key, { role, route: { method, path: templateOf(path) } as Route });
      }
    }
  }
  const table = routeTable([...owners.values()]);
  return {
    roleFor: (method, path) => {
      const methods = table.find(path.length > 1 ? path.replace(/\/$/, '') : path)?.methods;
      const [any] = methods?.values() ?? [];
      return (methods?.get(method === 'HEAD' ? 'GET' : method) ?? any)?.role;
    },
    document: [...told.values()].reduce(merged),
  };
};

/** `/v1/bookings/{id}` -> `/v1/bookings/:id` */
const templateOf = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

const merged = (a: OpenApi, b: OpenApi): OpenApi => ({
  ...a,
  paths: mergedFields(a.paths, b.paths),
  components: mergedFields(a.components ?? {}, b.components ?? {}),
});

/** One level deeper than a spread. */
const mergedFields = <T>(
  a: Readonly<Record<string, Readonly<Record<string, T>>>>,
  b: Readonly<Record<string, Readonly<Record<string, T>>>>,
): Readonly<Record<string, Readonly<Record<string, T>>>> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [name, { ...b[name], ...a[name] }]),
  );
