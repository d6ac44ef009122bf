import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../contracts/policy.ts';
import { type StayView, stayView } from '../../contracts/views/stay.ts';
import { createApi } from '../../infra/http/api.ts';
import { type RunningServer, startServer } from '../../infra/http/server.ts';
import { createLogger } from '../../infra/telemetry/logger.ts';
import { type EmbeddedHandling, openEmbeddedHandling } from '../../tests/spec-language/embedded-handling.ts';
import { madeTerms } from '../../tests/stays/made-stay.ts';
import { stayRoutes } from './routes.ts';

const principals: Readonly<Record<string, Principal>> = {
  hotel: { tenant: 'acme', actor: 'user:1', roles: ['hotel-manager'], channel: 'direct' },
  sales: { tenant: 'acme', actor: 'user:2', roles: ['sales'], channel: 'direct' },
  stranger: { tenant: 'globex', actor: 'user:3', roles: ['owner'], channel: 'direct' },
};

const terms = madeTerms();
const booking = { terms, marketSegment: 'Direct', channel: 'Direct' };

let embedded: EmbeddedHandling;
let server: RunningServer;
beforeAll(async () => {
  embedded = await openEmbeddedHandling(() => '2026-03-01T12:00:00.000Z');
  const api = createApi({
    routes: stayRoutes({ handling: embedded.handling }),
    authenticate: async (authorization) => principals[authorization?.replace('Bearer ', '') ?? ''],
    logger: createLogger('warn'),
    onReply: (route, status, body) => void route.responses[status]?.schema?.parse(body),
  });
  server = await startServer(api.callback(), '127.0.0.1', 0);
});
afterAll(async () => {
  await server.close(100);
  await embedded.close();
});

const send = async (
  method: string,
  path: string,
  body?: object,
  who = 'hotel',
  headers: Record<string, string> = {},
) => {
  const response = await fetch(`${server.url}/v1/stays${path}`, {
    method,
    headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};

const book = async (): Promise<StayView> => stayView.parse((await send('POST', '', booking)).body);

describe('the stay commands', () => {
  it('book, change, take a deposit, give a room, check in and out', async () => {
    const made = await send('POST', '', booking);
    expect(made).toMatchObject({ status: 201, body: { tenant: 'acme', status: 'BOOKED', country: null, terms } });
    const { id } = stayView.parse(made.body);
    expect(made.headers.get('location')).toBe(`/v1/stays/${id}`);
    expect(Number(made.headers.get('x-consistency-token'))).toBeGreaterThan(0);

    const steps = [
      ['PATCH', '', { nights: 4 }, { terms: { ...terms, nights: 4 }, changes: 1 }],
      ['POST', '/deposit', { depositType: 'NON_REFUNDABLE' }, { deposit: 'NON_REFUNDABLE' }],
      ['POST', '/room', { roomType: 'D' }, { assignedRoomType: 'D' }],
      ['POST', '/check-in', undefined, { status: 'CHECKED_IN' }],
      ['POST', '/check-out', undefined, { status: 'CHECKED_OUT', endedAt: '2026-03-01T12:00:00.000Z' }],
    ] as const;
    for (const [method, path, body, expected] of steps) {
      expect(await send(method, `/${id}${path}`, body)).toMatchObject({ status: 200, body: expected });
    }
  });

  it('cancel with or without a reason, and record a no-show', async () => {
    const [one, two, three] = [await book(), await book(), await book()];
    expect(await send('POST', `/${one.id}/cancel`)).toMatchObject({ status: 200, body: { status: 'CANCELLED' } });
    expect(await send('POST', `/${two.id}/cancel`, { reason: 'ill' })).toMatchObject({ status: 200 });
    expect(await send('POST', `/${three.id}/no-show`)).toMatchObject({ status: 200, body: { status: 'NO_SHOW' } });
  });

  it('answer a repeated request as the first time, and refuse its key for another', async () => {
    const key = { 'idempotency-key': 'desk-1' };
    const first = await send('POST', '', booking, 'hotel', key);
    const again = await send('POST', '', booking, 'hotel', key);
    expect({ status: again.status, body: again.body }).toEqual({ status: 201, body: first.body });
    const other = await send('POST', '', { ...booking, channel: 'GDS' }, 'hotel', key);
    expect(other).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('refuse what the state does not allow', async () => {
    const { id } = await book();
    await send('POST', `/${id}/check-in`);
    expect(await send('POST', `/${id}/cancel`)).toMatchObject({ status: 409, body: { code: 'STAY_STATE' } });
  });

  it('hide another tenant’s stay, and ask for the right to write', async () => {
    const { id } = await book();
    expect((await send('POST', `/${id}/check-in`, undefined, 'stranger')).status).toBe(404);
    expect((await send('PATCH', `/${id}`, { nights: 1 }, 'stranger')).status).toBe(404);
    expect((await send('POST', `/${id}/check-in`, undefined, 'sales')).status).toBe(403);
    expect((await send('POST', '', booking, 'nobody')).status).toBe(401);
    expect((await send('POST', `/${id}/check-in`)).status).toBe(200);
  });

  it.each([
    ['POST', '', { ...booking, terms: { ...terms, nights: -1 } }, 'terms.nights'],
    ['POST', '', { ...booking, terms: { ...terms, arrivalDate: '2026-02-30' } }, 'terms.arrivalDate'],
    ['POST', '', { ...booking, terms: { ...terms, adr: 99.5 } }, 'terms.adr'],
    ['POST', '', { ...booking, tenant: 'globex' }, 'tenant'],
    ['POST', '', { terms, channel: 'Direct' }, 'marketSegment'],
    ['PATCH', '/:id', { currency: 'euro' }, 'currency'],
    ['PATCH', '/:id', {}, 'body'],
    ['POST', '/:id/deposit', { depositType: 'CASH' }, 'depositType'],
    ['POST', '/:id/room', {}, 'roomType'],
  ])('refuse %s %s %j, name the field and write nothing', async (method, path, body, field) => {
    const { id } = await book();
    const before = (await embedded.log()).length;
    const answer = await send(method, path.replace(':id', id), body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_BODY', field } });
    expect(await embedded.log()).toHaveLength(before);
  });

  it('refuse an id that is none, and one that nobody has', async () => {
    expect(await send('POST', '/1/check-in')).toMatchObject({ status: 400, body: { field: 'stayId' } });
    expect((await send('POST', '/6b9f1d3e-5c1a-4f57-9d5e-0d6a3c3a1b2c/check-in')).status).toBe(404);
  });
});
