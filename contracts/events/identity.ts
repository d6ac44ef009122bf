import { z } from 'zod';
import { role } from '../policy.ts';
import type { EventOf } from './define.ts';

const userId = z.string();
const apiKeyId = z.string();

export const identityEvents = {
  'tenant.registered.v1': z.object({
    tenantId: z.string(),
    name: z.string(),
    country: z.string().nullable(),
    contactEmail: z.string(),
  }),
  'user.registered.v1': z.object({
    userId,
    email: z.string(),
    name: z.string(),
    roles: z.array(role),
    passwordHash: z.string(),
  }),
  'user.password-changed.v1': z.object({ userId, passwordHash: z.string() }),
  'user.roles-changed.v1': z.object({ userId, roles: z.array(role) }),
  'user.deactivated.v1': z.object({ userId }),
  /** Only the SHA-256 of the secret is kept: it is random, so a slow hash would add nothing. */
  'apikey.issued.v1': z.object({ apiKeyId, name: z.string(), role, secretHash: z.string(), channel: z.string() }),
  'apikey.revoked.v1': z.object({ apiKeyId }),
};
export type IdentityEvent = EventOf<typeof identityEvents>;
export type TenantEvent = Extract<IdentityEvent, { type: `tenant.${string}` }>;
export type UserEvent = Extract<IdentityEvent, { type: `user.${string}` }>;
export type ApiKeyEvent = Extract<IdentityEvent, { type: `apikey.${string}` }>;
