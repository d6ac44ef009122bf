import { z } from 'zod';
import { CAPABILITIES } from '../../contracts/octo/capabilities.ts';
import { octoHeaders, wantedBy } from '../../contracts/octo/octo-locale.ts';
import { octoSupplier, toOctoSupplier } from '../../contracts/octo/octo-supplier.ts';
import type { TenantView } from '../../contracts/views/identity.ts';
import { defineRoute, type Route, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { octoAvailabilityRoutes } from './octo-availability.ts';
import { octoBookingQueryRoutes } from './octo-bookings.ts';
import { octoProductRoutes } from './octo-products.ts';

const capability = z.object({
  id: z.enum(CAPABILITIES),
  revision: z.int(),
  required: z.boolean(),
  dependencies: z.array(z.enum(CAPABILITIES)),
  docs: z.string().nullable(),
});

/** The reading half of the OCTO supplier API (https://docs.octo.travel). Its app answers errors with `octoError`. */
export const octoQueryRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: '/octo/supplier',
    operationId: 'octoGetSupplier',
    summary: 'Get the tour company',
    tag: 'OCTO',
    action: 'catalogue:read',
    responses: { 200: { description: 'The supplier', schema: octoSupplier } },
    handle: async ({ context }) => {
      const { tenant } = callerOf(context);
      const found = await deps.documents.get<TenantView>(deps.liveViews.collection('tenants'), tenant);
      if (found === undefined) return refuse('VIEW_BEHIND', 'the company is not known yet, try again shortly');
      const wanted = wantedBy(context.headers);
      return { body: toOctoSupplier(found, context.origin, wanted.capabilities), headers: octoHeaders(wanted) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/octo/capabilities',
    operationId: 'octoListCapabilities',
    summary: 'List the capabilities that are served',
    tag: 'OCTO',
    action: 'catalogue:read',
    responses: { 200: { description: 'The capabilities', schema: z.array(capability) } },
    handle: ({ context }) => ({
      body: CAPABILITIES.map((id) => ({
        id,
        revision: 1,
        required: false,
        dependencies: [],
        docs: `https://docs.octo.travel/capabilities/${id.slice('octo/'.length)}`,
      })),
      headers: octoHeaders(wantedBy(context.headers)),
    }),
  }),
  ...octoProductRoutes(deps),
  ...octoAvailabilityRoutes(deps),
  ...octoBookingQueryRoutes(deps),
];
