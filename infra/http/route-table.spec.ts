import { describe, expect, it } from 'vitest';
import { defineRoute, type Route } from './route.ts';
import { paramNamesOf, routeTable } from './route-table.ts';

const route = (method: Route['method'], path: string): { readonly route: Route } => ({
  route: defineRoute({
    method,
    path,
    operationId: `${method} ${path}`,
    summary: '',
    tag: '',
    action: 'public',
    responses: {},
    handle: () => ({}),
  }),
});

const table = routeTable([
  route('get', '/'),
  route('get', '/products'),
  route('post', '/products'),
  route('get', '/products/:id'),
  route('get', '/products/search'),
  route('get', '/products/:id/options/:optionId'),
  route('get', '/products/search/history'),
]);

const find = (path: string, method = 'GET') => {
  const found = table.find(path);
  return found && [found.methods.get(method)?.route.path, ...found.values];
};

describe('a route table', () => {
  it('finds paths with their raw parameters', () => {
    expect(find('/')).toEqual(['/']);
    expect(find('')).toEqual(['/']);
    expect(find('/products', 'POST')).toEqual(['/products']);
    expect(find('/products/caf%C3%A9')).toEqual(['/products/:id', 'caf%C3%A9']);
    expect(find('/products/1/options/2')).toEqual(['/products/:id/options/:optionId', '1', '2']);
  });

  it('prefers a literal, and comes back to the parameter where the literal leads nowhere', () => {
    expect(find('/products/search')).toEqual(['/products/search']);
    expect(find('/products/search/options/7')).toEqual(['/products/:id/options/:optionId', 'search', '7']);
  });

  it('finds nothing for other paths, empty parameters among them', () => {
    for (const path of ['/product', '/products/', '/products/1/options/', '/products/1/options', '//products']) {
      expect(table.find(path)).toBeUndefined();
    }
  });

  it('refuses what could not be served', () => {
    expect(() => routeTable([route('get', '/a'), route('get', '/a')])).toThrow('defined twice');
    expect(() => routeTable([route('get', '/a/file-:id')])).toThrow('whole-segment');
    expect(() => routeTable([route('get', '/a/:id.csv')])).toThrow('whole-segment');
    expect(() => routeTable([route('get', '/a/(.*)')])).toThrow('whole-segment');
  });

  it('names the parameters of a path in order', () => {
    expect(paramNamesOf('/products/:id/options/:optionId')).toEqual(['id', 'optionId']);
  });
});
