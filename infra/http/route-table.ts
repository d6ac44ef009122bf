import Router from '@koa/router';
import type { Route } from './route.ts';

export interface Found<T> {
  /** Upper-case method -> what handles it at this path. */
  readonly methods: ReadonlyMap<string, T>;
  /** Raw (still percent-encoded) values of the path's parameters, in order. */
  readonly values: readonly string[];
}

/** Finds the endpoint of a path: its template, and what handles each method there. A literal segment wins over a parameter. */
export interface RouteTable<T> {
  find(path: string): Found<T> | undefined;
}

/** Names of the parameters in a route's path, in order. */
export const paramNamesOf = (path: string): readonly string[] =>
  path.split('/').flatMap((segment) => (segment.startsWith(':') ? [segment.slice(1)] : []));

/**
 * A table of routes on @koa/router, which matches paths; who asks for a method that is not there is told those that are.
 * @throws Error when two routes claim the same method and path, or a parameter is not a whole segment (a bug).
 */
export const routeTable = <T extends { readonly route: Route }>(entries: readonly T[]): RouteTable<T> => {
  const router = new Router({ strict: true, sensitive: true });
  const endpoints = new Map<string, Map<string, T>>();
  for (const entry of entries) addMethod(endpoints, entry);
  // The router takes what was registered first: literals go before the parameters that would match them too.
  for (const template of [...endpoints.keys()].toSorted(literalsFirst)) {
    router.register(template, ['GET'], () => undefined, { name: template });
  }
  return {
    find: (path) => {
      // An absolute request target may have an empty path (RFC 9112 §3.2.2).
      const target = path === '' ? '/' : path;
      const [layer] = router.match(target, 'GET').path;
      const methods = layer?.name === undefined ? undefined : endpoints.get(layer.name);
      return layer === undefined || methods === undefined ? undefined : { methods, values: layer.captures(target) };
    },
  };
};

const addMethod = <T extends { readonly route: Route }>(endpoints: Map<string, Map<string, T>>, entry: T): void => {
  const { path } = entry.route;
  const method = entry.route.method.toUpperCase();
  if (!path.split('/').every((segment) => /^(:\w+|[^*{}()?:]*)$/.test(segment))) {
    throw new Error(`Route ${path}: only whole-segment :params are known`);
  }
  // Templates that differ only in the names of their parameters are one endpoint.
  let params = 0;
  const template = path.replaceAll(/:\w+/g, () => `:p${params++}`);
  const methods = endpoints.get(template) ?? new Map<string, T>();
  if (methods.has(method)) throw new Error(`Route ${method} ${path} is defined twice`);
  endpoints.set(template, methods.set(method, entry));
};

/** Segment by segment: a literal before a parameter. */
const literalsFirst = (a: string, b: string): number => {
  const rank = (template: string) =>
    template
      .split('/')
      .map((segment) => (segment.startsWith(':') ? '1' : '0'))
      .join('');
  return rank(a).localeCompare(rank(b));
};
