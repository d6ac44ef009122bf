import type { Occurred } from '../events/define.ts';
import type { ApiKeyEvent, TenantEvent, UserEvent } from '../events/identity.ts';
import type { ApiKeyView, TenantView, UserView } from '../views/identity.ts';

/** A tenant as its events tell it. */
export const applyTenantEvent = (_: TenantView | undefined, { data, time }: Occurred<TenantEvent>): TenantView => {
  const { tenantId, ...facts } = data;
  return { ...facts, id: tenantId, tenant: tenantId, createdAt: time };
};

/**
 * A user after one more of its events; nothing before it was registered. Returns a new object. Password hashes are left
 * out: the decider keeps them beside.
 */
export const applyUserEvent = (user: UserView | undefined, event: Occurred<UserEvent>): UserView | undefined => {
  if (event.type === 'user.registered.v1') {
    const { userId, email, name, roles } = event.data;
    const { tenant, time } = event;
    return { id: userId, tenant, email, name, roles, active: true, createdAt: time, updatedAt: time };
  }
  if (user === undefined) return undefined;
  const updated = { ...user, updatedAt: event.time };
  switch (event.type) {
    case 'user.roles-changed.v1':
      return { ...updated, roles: event.data.roles };
    case 'user.deactivated.v1':
      return { ...updated, active: false };
    case 'user.password-changed.v1':
      return updated;
  }
};

/** An API key after one more of its events; nothing before it was issued. Returns a new object, without the secret's hash. */
export const applyApiKeyEvent = (key: ApiKeyView | undefined, event: Occurred<ApiKeyEvent>): ApiKeyView | undefined => {
  if (event.type === 'apikey.issued.v1') {
    const { apiKeyId, name, role, channel } = event.data;
    return { id: apiKeyId, tenant: event.tenant, name, role, channel, createdAt: event.time, revokedAt: null };
  }
  return key && { ...key, revokedAt: event.time };
};
