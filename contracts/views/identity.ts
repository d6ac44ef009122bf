import { z } from 'zod';
import { role } from '../policy.ts';

/** A tour company. */
export const tenantView = z.object({
  id: z.string(),
  /** Its own id: a tenant sees itself. */
  tenant: z.string(),
  name: z.string(),
  country: z.string().nullable(),
  contactEmail: z.string(),
  createdAt: z.string(),
});
export type TenantView = z.infer<typeof tenantView>;

/** A person who signs in. Never holds the password's hash: views are read by many. */
export const userView = z.object({
  id: z.string(),
  tenant: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(role),
  /** False: deactivated, cannot sign in any more. */
  active: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type UserView = z.infer<typeof userView>;

/** A key of a program. Never holds the secret's hash. */
export const apiKeyView = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  role,
  channel: z.string(),
  createdAt: z.string(),
  /** Null: it still opens. */
  revokedAt: z.string().nullable(),
});
export type ApiKeyView = z.infer<typeof apiKeyView>;
