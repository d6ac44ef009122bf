import { z } from 'zod';
import type { TenantView } from '../views/identity.ts';
import type { Capabilities } from './capabilities.ts';

export const octoSupplier = z.object({
  id: z.string(),
  name: z.string(),
  endpoint: z.string(),
  contact: z.object({
    website: z.string().nullable(),
    email: z.string().nullable(),
    telephone: z.string().nullable(),
    address: z.string().nullable(),
  }),
  shortDescription: z.string().nullable().optional(),
  media: z.array(z.object({})).optional(),
});
export type OctoSupplier = z.infer<typeof octoSupplier>;

/** A tour company as OCTO shows it. @param origin where its API is, `http://127.0.0.1:8080`. */
export const toOctoSupplier = (tenant: TenantView, origin: string, capabilities: Capabilities): OctoSupplier => ({
  id: tenant.id,
  name: tenant.name,
  endpoint: `${origin}/octo`,
  contact: { website: null, email: tenant.contactEmail, telephone: null, address: null },
  ...(capabilities.has('octo/content') ? { shortDescription: null, media: [] } : {}),
});
