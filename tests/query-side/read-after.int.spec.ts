import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type QueryApi, startQueryApi } from './query-api.ts';
import { aBooking } from './travel-fixtures.ts';

let api: QueryApi;
let head = 0;
beforeAll(async () => {
  api = await startQueryApi({ readAfterTimeoutMs: 60 });
});
beforeEach(() => {
  head += 10;
  api.liveViews.advance('bookings', head);
});
afterAll(() => api.close());

const read = (token: string, more: Readonly<Record<string, string>> = {}) =>
  api.get('/v1/bookings', 'owner', { 'x-read-after': token, ...more });

describe('X-Read-After', () => {
  it('is not waited for where the view is there already; the answer tells how far it is', async () => {
    const { status, headers } = await read(String(head));
    expect(status).toBe(200);
    expect(headers.get('x-view-position')).toBe(String(head));
    expect((await api.get('/v1/bookings')).headers.get('x-view-position')).toBe(String(head));
  });

  it('waits until the view has reached the token, and shows what came with it', async () => {
    const answer = read(String(head + 1), { prefer: 'wait=5' });
    await after(30);
    await api.put('bookings', aBooking({ id: `late-${head}` }));
    api.liveViews.advance('bookings', head + 1);
    const { status, body, headers } = await answer;
    expect(status).toBe(200);
    expect(headers.get('x-view-position')).toBe(String(head + 1));
    expect(body.items.map(({ id }) => id)).toContain(`late-${head}`);
  });

  it('gives up in time, saying how far the view is and when to try again', async () => {
    const { status, body, headers } = await read(String(head + 1));
    expect({ status, code: body.code, reached: body.reached }).toEqual({
      status: 503,
      code: 'VIEW_BEHIND',
      reached: head,
    });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it.each(['-1', '1.5', 'x', '99999999999999999', '9999999999999999'])(
    'refuses the token %s by name',
    async (token) => {
      expect(await read(token)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_PARAMETER', field: 'X-Read-After' },
      });
    },
  );

  it('waits for all views that an answer is made of', async () => {
    api.liveViews.advance('departures', head + 5);
    const { status, body } = await api.get('/v1/departures', 'owner', { 'x-read-after': String(head) });
    expect({ status, reached: body.reached }).toEqual({ status: 503, reached: 0 });
    api.liveViews.advance('products', head);
    const answer = await api.get('/v1/departures', 'owner', { 'x-read-after': String(head) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-view-position')).toBe(String(head));
  });
});
