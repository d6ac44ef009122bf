import { describe, expect, it } from 'vitest';
import { apiMap } from './api-map.ts';

const map = apiMap(
  new Map([
    [
      'query',
      {
        paths: { '/v1/bookings': { get: {} }, '/v1/bookings/{id}': { get: {} }, '/docs': { get: {} } },
        components: { schemas: { View: { title: 'view' } } },
      },
    ],
    [
      'command',
      {
        paths: {
          '/v1/bookings': { post: {} },
          '/v1/bookings/{bookingId}': { patch: {}, delete: {} },
          '/v1/bookings/{id}/confirm': { post: {} },
          '/docs': { get: { from: 'command' } },
        },
        components: { schemas: { Body: { title: 'body' } } },
      },
    ],
  ]),
);

describe('the map of the API', () => {
  it.each([
    ['GET', '/v1/bookings', 'query'],
    ['POST', '/v1/bookings', 'command'],
    ['HEAD', '/v1/bookings/b-1', 'query'],
    ['PATCH', '/v1/bookings/b-1', 'command'],
    ['POST', '/v1/bookings/b%2F1/confirm', 'command'],
    ['GET', '/v1/bookings/', 'query'],
  ])('%s %s goes to %s, whatever each calls its parameter', (method, path, role) => {
    expect(map.roleFor(method, path)).toBe(role);
  });

  it('leaves what several have to the first of them', () => {
    expect(map.roleFor('GET', '/docs')).toBe('query');
    expect(map.document.paths['/docs']).toEqual({ get: {} });
  });

  it('sends a method that a path lacks to somebody who has the path, and knows no others', () => {
    expect(map.roleFor('PUT', '/v1/bookings/b-1/confirm')).toBe('command');
    expect(map.roleFor('GET', '/v1/nowhere')).toBeUndefined();
  });

  it('tells the whole API as one document', () => {
    expect(map.document.paths['/v1/bookings']).toEqual({ get: {}, post: {} });
    expect(map.document.components).toEqual({ schemas: { View: { title: 'view' }, Body: { title: 'body' } } });
  });
});
