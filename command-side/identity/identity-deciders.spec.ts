import { describe, expect, it } from 'vitest';
import type { ApiKeyEvent, TenantEvent, UserEvent } from '../../contracts/events/identity.ts';
import type { Role } from '../../contracts/policy.ts';
import { spec } from '../../tests/spec-language/decider-spec.ts';
import { type ApiKeyCommand, apiKeyDecider } from './api-key-decider.ts';
import { type TenantFacts, tenantDecider } from './tenant-decider.ts';
import { type UserCommand, type UserRegistration, userDecider, userIdOf } from './user-decider.ts';

describe('a tenant', () => {
  const facts: TenantFacts = { tenantId: 't1', name: 'Lisbon Tours', country: 'PT', contactEmail: 'hello@example.org' };
  const registered: TenantEvent = { type: 'tenant.registered.v1', data: facts };
  const { given } = spec(tenantDecider);

  it('is registered', () => given([]).when({ type: 'register-tenant', facts }).then([registered]));
  it('is registered once', () => given([registered]).when({ type: 'register-tenant', facts }).thenNothing());
  it('is not replaced by another', () =>
    given([registered])
      .when({ type: 'register-tenant', facts: { ...facts, name: 'Porto Tours' } })
      .thenRejected('ALREADY_EXISTS'));
  it('belongs to itself', () =>
    given([registered]).thenState((state) => expect(state).toMatchObject({ id: 't1', tenant: 't1' })));
});

describe('a user', () => {
  const facts: UserRegistration = {
    userId: userIdOf('ana@example.org'),
    email: 'ana@example.org',
    name: 'Ana',
    roles: ['sales'],
    passwordHash: 'hash-1',
  };
  const { userId } = facts;
  const register: UserCommand = { type: 'register-user', ...facts };
  const registered: UserEvent = { type: 'user.registered.v1', data: facts };
  const deactivated: UserEvent = { type: 'user.deactivated.v1', data: { userId } };
  const rolesChanged = (roles: Role[]): UserEvent => ({ type: 'user.roles-changed.v1', data: { userId, roles } });
  const passwordChanged = (passwordHash: string): UserEvent => ({
    type: 'user.password-changed.v1',
    data: { userId, passwordHash },
  });
  const changeRoles = (...roles: Role[]): UserCommand => ({ type: 'change-roles', roles });
  const { given } = spec(userDecider);

  it('is registered', () => given([]).when(register).then([registered]));
  it('has an address that nobody else can take', () =>
    given([registered]).when(register).thenRejected('ALREADY_EXISTS', 'email'));
  it('is the same in upper and lower case', () => {
    expect(userIdOf(' Ana@Example.org ')).toBe(userIdOf('ana@example.org'));
    expect(userIdOf('eva@example.org')).not.toBe(userIdOf('ana@example.org'));
  });
  it('needs a role', () => {
    given([])
      .when({ ...register, roles: [] })
      .thenRejected('INVALID_BODY', 'roles');
    given([registered]).when(changeRoles()).thenRejected('INVALID_BODY', 'roles');
  });
  it('gets other roles', () => {
    given([registered])
      .when(changeRoles('guide', 'sales'))
      .then([rolesChanged(['guide', 'sales'])]);
    given([registered, rolesChanged(['guide', 'sales'])])
      .when(changeRoles('sales', 'guide'))
      .thenNothing();
    given([registered]).when(changeRoles('sales', 'sales')).thenNothing();
    given([registered, rolesChanged(['guide', 'sales'])])
      .when(changeRoles('sales', 'sales'))
      .then([rolesChanged(['sales', 'sales'])]);
  });
  it('gets another password', () => {
    given([registered])
      .when({ type: 'change-password', passwordHash: 'hash-2' })
      .then([passwordChanged('hash-2')]);
    given([registered]).when({ type: 'change-password', passwordHash: 'hash-1' }).thenNothing();
    given([registered, passwordChanged('hash-2')]).thenState((state) => expect(state?.passwordHash).toBe('hash-2'));
  });
  it('keeps its password when something else changes', () =>
    given([registered, rolesChanged(['guide']), deactivated]).thenState((state) =>
      expect(state).toMatchObject({ passwordHash: 'hash-1', roles: ['guide'], active: false, tenant: 'tenant-1' }),
    ));
  it('is deactivated once, for good', () => {
    given([registered]).when({ type: 'deactivate-user' }).then([deactivated]);
    given([registered, deactivated]).when({ type: 'deactivate-user' }).thenNothing();
    given([registered, deactivated]).when(changeRoles('owner')).thenRejected('CONFLICT');
    given([registered, deactivated]).when({ type: 'change-password', passwordHash: 'x' }).thenRejected('CONFLICT');
    given([registered, deactivated]).when(register).thenRejected('ALREADY_EXISTS', 'email');
  });
  it.each<UserCommand>([
    changeRoles('owner'),
    { type: 'change-password', passwordHash: 'x' },
    { type: 'deactivate-user' },
  ])('must be there to $type', (command) => given([]).when(command).thenRejected('NOT_FOUND'));
});

describe('an API key', () => {
  const facts = { apiKeyId: 'k1', name: 'OTA', role: 'reseller', secretHash: 'hash', channel: 'octo' } as const;
  const issue: ApiKeyCommand = { type: 'issue-api-key', ...facts };
  const issued: ApiKeyEvent = { type: 'apikey.issued.v1', data: facts };
  const revoked: ApiKeyEvent = { type: 'apikey.revoked.v1', data: { apiKeyId: 'k1' } };
  const { given } = spec(apiKeyDecider);

  it('is issued once', () => {
    given([]).when(issue).then([issued]);
    given([issued]).when(issue).thenRejected('ALREADY_EXISTS');
  });
  it('is revoked once, for good', () => {
    given([issued]).when({ type: 'revoke-api-key' }).then([revoked]);
    given([issued, revoked]).when({ type: 'revoke-api-key' }).thenNothing();
    given([issued, revoked]).when(issue).thenRejected('ALREADY_EXISTS');
    given([issued, { ...revoked, time: '2026-03-01T11:30:00.000Z' }]).thenState((state) =>
      expect(state).toMatchObject({ revokedAt: '2026-03-01T11:30:00.000Z', secretHash: 'hash', tenant: 'tenant-1' }),
    );
  });
  it('must be there to be revoked', () => given([]).when({ type: 'revoke-api-key' }).thenRejected('NOT_FOUND'));
});
