import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Projection } from '../runner/projection.ts';
import { apiKeys, tenants, users } from './users.ts';

const fold = <D extends object>(
  projection: Projection<D>,
  events: readonly (readonly [type: string, data: object])[],
) =>
  events.reduce<D | undefined>(
    (document, [type, data], revision) =>
      projection.evolve(document, {
        type,
        data,
        tenant: 'tenant-a',
        time: `2026-01-0${revision + 1}T00:00:00Z`,
      } as RecordedEvent),
    undefined,
  );

const registered = {
  userId: 'u1',
  email: 'ana@example.org',
  name: 'Ana',
  roles: ['sales'],
  passwordHash: '$argon2id$secret',
};

describe('the users', () => {
  it('show who signs in, never with what', () => {
    const user = fold(users, [
      ['user.registered.v1', registered],
      ['user.password-changed.v1', { userId: 'u1', passwordHash: '$argon2id$other' }],
      ['user.roles-changed.v1', { userId: 'u1', roles: ['guide'] }],
      ['user.deactivated.v1', { userId: 'u1' }],
    ]);
    expect(user).toEqual({
      id: 'u1',
      tenant: 'tenant-a',
      email: 'ana@example.org',
      name: 'Ana',
      roles: ['guide'],
      active: false,
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-04T00:00:00Z',
    });
  });

  it('cannot change before they are registered', () => {
    expect(() => fold(users, [['user.deactivated.v1', { userId: 'u1' }]])).toThrow('never registered');
  });
});

describe('the API keys', () => {
  it('are shown without their secret, and stay when they are revoked', () => {
    const key = fold(apiKeys, [
      ['apikey.issued.v1', { apiKeyId: 'k1', name: 'Shop', role: 'reseller', secretHash: 'abc', channel: 'octo' }],
      ['apikey.revoked.v1', { apiKeyId: 'k1' }],
    ]);
    expect(key).toEqual({
      id: 'k1',
      tenant: 'tenant-a',
      name: 'Shop',
      role: 'reseller',
      channel: 'octo',
      createdAt: '2026-01-01T00:00:00Z',
      revokedAt: '2026-01-02T00:00:00Z',
    });
  });
});

describe('the tenants', () => {
  it('belong to themselves', () => {
    const data = { tenantId: 'tenant-a', name: 'Andes', country: 'PE', contactEmail: 'hola@example.org' };
    expect(fold(tenants, [['tenant.registered.v1', data]])).toMatchObject({ id: 'tenant-a', tenant: 'tenant-a' });
  });
});
