import type { Occurred } from '../../contracts/events/define.ts';
import type { IdentityEvent } from '../../contracts/events/identity.ts';
import type { ApiKeyView, TenantView, UserView } from '../../contracts/views/identity.ts';
import type { Projection } from '../runner/projection.ts';

// The runner gives only the types of `handles`, in their newest version.
type UserEvent = Occurred<Extract<IdentityEvent, { type: `user.${string}` }>>;
type ApiKeyEvent = Occurred<Extract<IdentityEvent, { type: `apikey.${string}` }>>;
type TenantEvent = Occurred<Extract<IdentityEvent, { type: `tenant.${string}` }>>;

/** The people who sign in, without what they sign in with. */
export const users: Projection<UserView> = {
  name: 'users',
  version: 1,
  handles: ['user.registered.v1', 'user.password-changed.v1', 'user.roles-changed.v1', 'user.deactivated.v1'],
  indexes: [{ fields: ['tenant', 'email'] }],
  key: (event) => (event as unknown as UserEvent).data.userId,
  evolve: (user, event) => evolveUser(user, event as unknown as UserEvent),
};

const evolveUser = (user: UserView | undefined, event: UserEvent): UserView => {
  if (event.type === 'user.registered.v1') {
    const { userId, email, name, roles } = event.data;
    const { tenant, time } = event;
    return { id: userId, tenant, email, name, roles, active: true, createdAt: time, updatedAt: time };
  }
  if (user === undefined) throw new Error(`${event.type} of a user who was never registered`);
  const updated = { ...user, updatedAt: event.time };
  switch (event.type) {
    case 'user.roles-changed.v1':
      return { ...updated, roles: event.data.roles };
    case 'user.deactivated.v1':
      return { ...updated, active: false };
    default:
      return updated;
  }
};

/** The keys of programs, without their secrets. */
export const apiKeys: Projection<ApiKeyView> = {
  name: 'api-keys',
  version: 1,
  handles: ['apikey.issued.v1', 'apikey.revoked.v1'],
  indexes: [{ fields: ['tenant', 'name'] }],
  key: (event) => (event as unknown as ApiKeyEvent).data.apiKeyId,
  evolve: (apiKey, event) => evolveApiKey(apiKey, event as unknown as ApiKeyEvent),
};

const evolveApiKey = (apiKey: ApiKeyView | undefined, event: ApiKeyEvent): ApiKeyView => {
  if (event.type === 'apikey.issued.v1') {
    const { apiKeyId, name, role, channel } = event.data;
    return { id: apiKeyId, tenant: event.tenant, name, role, channel, createdAt: event.time, revokedAt: null };
  }
  if (apiKey === undefined) throw new Error(`${event.type} of an API key that was never issued`);
  return { ...apiKey, revokedAt: event.time };
};

/** The tour companies. */
export const tenants: Projection<TenantView> = {
  name: 'tenants',
  version: 1,
  handles: ['tenant.registered.v1'],
  indexes: [],
  key: (event) => (event as unknown as TenantEvent).data.tenantId,
  evolve: (_, event) => {
    const { data, time } = event as unknown as TenantEvent;
    const { tenantId, name, country, contactEmail } = data;
    return { id: tenantId, tenant: tenantId, name, country, contactEmail, createdAt: time };
  },
};
