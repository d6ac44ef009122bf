import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventEnvelope } from '../../contracts/events/envelope.ts';
import type { ApiKeyView, TenantView, UserView } from '../../contracts/views/identity.ts';
import { type QueryApi, startQueryApi } from './query-api.ts';

let api: QueryApi;
const created = '2026-01-01T00:00:00.000Z';
const user = (over: Partial<UserView>): UserView => ({
  id: 'owner',
  tenant: 'acme',
  email: 'olga@acme.example',
  name: 'Olga',
  roles: ['owner'],
  active: true,
  createdAt: created,
  updatedAt: created,
  ...over,
});
const apiKey = (over: Partial<ApiKeyView>): ApiKeyView => ({
  id: 'r1',
  tenant: 'acme',
  name: 'Viator',
  role: 'reseller',
  channel: 'viator',
  createdAt: created,
  revokedAt: null,
  ...over,
});

const event = (over: Partial<EventEnvelope>): EventEnvelope => ({
  id: 'e1',
  type: 'tenant.registered.v1',
  time: created,
  tenant: 'acme',
  actor: 'system:seed',
  correlationId: 'c',
  causationId: 'c',
  data: {},
  ...over,
});

beforeAll(async () => {
  api = await startQueryApi();
  const tenant: TenantView = {
    id: 'acme',
    tenant: 'acme',
    name: 'Acme Tours',
    country: 'ES',
    contactEmail: 'hi@acme.example',
    createdAt: created,
  };
  await api.put('tenants', tenant);
  await api.put(
    'users',
    { ...user({}), passwordHash: '$argon2id$secret' },
    user({ id: 'gone', email: 'ana@acme.example', active: false }),
    user({ id: 'theirs', tenant: 'globex' }),
  );
  await api.put('api-keys', apiKey({}), apiKey({ id: 'old', name: 'Old', revokedAt: created }));
});
afterAll(() => api.close());

describe('users and API keys', () => {
  it('are listed without any secret', async () => {
    const { body, text } = await api.get('/v1/users');
    expect(body.items.map(({ id }) => id)).toEqual(['gone', 'owner']);
    expect(text).not.toContain('argon2id');
    expect((await api.get('/v1/users/owner')).text).not.toContain('argon2id');
    expect((await api.get('/v1/users?active=false')).body.items).toMatchObject([{ id: 'gone' }]);
    expect((await api.get('/v1/api-keys?revoked=false')).body.items).toMatchObject([{ id: 'r1' }]);
    expect((await api.get('/v1/api-keys?revoked=true')).body.items).toMatchObject([{ id: 'old' }]);
  });

  it('are one tenant’s own, for those who may', async () => {
    expect((await api.get('/v1/users/theirs')).status).toBe(404);
    expect((await api.get('/v1/users', 'stranger')).body.items).toMatchObject([{ id: 'theirs' }]);
    expect((await api.get('/v1/users', 'sales')).status).toBe(403);
    expect((await api.get('/v1/api-keys', 'reseller')).status).toBe(403);
  });

  it('tell who asks', async () => {
    expect((await api.get('/v1/me')).body).toMatchObject({
      actor: 'user:owner',
      tenant: { id: 'acme', name: 'Acme Tours' },
      name: 'Olga',
      email: 'olga@acme.example',
    });
    expect((await api.get('/v1/me', 'reseller')).body).toMatchObject({
      name: 'Viator',
      email: null,
      roles: ['reseller'],
      may: ['catalogue:read', 'departures:read', 'bookings:read', 'bookings:write', 'prices:read-net'],
    });
  });
});

describe('how far the views are', () => {
  it('is told to those who run the platform', async () => {
    await api.eventStore.append('tenant-acme', 'no-stream', [event({})]);
    const { body } = await api.get('/v1/operations/views');
    expect(body.headPosition).toBeGreaterThan(0);
    expect(body.views).toContainEqual({
      view: 'tenants',
      version: 1,
      reached: 0,
      lagEvents: body.headPosition,
      lagSeconds: expect.any(Number),
      rebuilding: null,
      buildReached: null,
      buildError: null,
    });
    expect((await api.get('/v1/operations/views', 'sales')).status).toBe(403);
  });

  it('names the parked streams of the tenant, and of no other', async () => {
    await api.eventStore.append('booking-9', 'no-stream', [
      event({ id: 'e9', type: 'booking.placed.v1', tenant: 'globex' }),
    ]);
    const parked = (stream: string) => ({
      view: 'bookings',
      build: 'bookings.v1-1',
      stream,
      eventType: 'booking.placed.v1',
      revision: 0,
      position: 1,
      throughRevision: 2,
      waiting: 3,
      error: 'no such product',
      parkedAt: created,
    });
    await api.documents.commit([
      { collection: 'parked', id: '1', put: parked('tenant-acme') },
      { collection: 'parked', id: '2', put: parked('booking-9') },
    ]);
    expect((await api.get('/v1/operations/views')).body.parked).toMatchObject([{ stream: 'tenant-acme', waiting: 3 }]);
    expect((await api.get('/v1/operations/views', 'stranger')).body.parked).toMatchObject([{ stream: 'booking-9' }]);
  });
});
