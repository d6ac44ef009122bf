import { z } from 'zod';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute } from '../../infra/http/route.ts';
import type { QueryDeps, ViewStatus } from '../reading/query-deps.ts';

const VIEWS = [
  'products',
  'departures',
  'bookings',
  'booking-analytics',
  'stays',
  'stay-analytics',
  'tenants',
  'users',
  'api-keys',
];

const viewStatus = z.object({
  view: z.string(),
  version: z.int().nullable().describe('Null: this process does not run the projections and cannot tell.'),
  reached: z.int().min(0).describe('Position of the log that it has reached.'),
  lagEvents: z.int().min(0),
  lagSeconds: z.number().min(0).nullable(),
  rebuilding: z.int().nullable().describe('Version being built beside the live one.'),
});

const parkedStream = z.object({
  view: z.string(),
  stream: z.string(),
  position: z.int().min(0).describe('Of the event that could not be handled.'),
  error: z.string(),
  parkedAt: z.string(),
});

const operations = z.object({
  headPosition: z.int().min(0).describe('Position of the last event of the log.'),
  views: z.array(viewStatus),
  parked: z.array(parkedStream).describe('Streams that wait because an event of theirs could not be handled.'),
});

/** How far the views are, for those who run the platform. */
export const viewStatusRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/operations/views',
    operationId: 'getViewStatus',
    summary: 'Get how far the views have come and which streams are parked',
    tag: 'Operations',
    action: 'operations:read',
    query: z.strictObject({}),
    responses: { 200: { description: 'The views', schema: operations } },
    handle: async () => {
      const headPosition = await deps.eventStore.headPosition();
      const [views, parked] = await Promise.all([
        deps.runnerStatus?.views() ?? positionsOnly(deps, headPosition),
        deps.runnerStatus?.parked() ?? [],
      ]);
      return { body: { headPosition, views, parked } };
    },
  });

/** What readers know by themselves. Positions may have gaps, so the lag is at most what it says. */
const positionsOnly = (
  { liveViews }: QueryDeps,
  headPosition: number,
): readonly (Omit<ViewStatus, 'version' | 'lagSeconds'> & { version: null; lagSeconds: null })[] =>
  VIEWS.map((view) => {
    const reached = liveViews.reached(view);
    return {
      view,
      version: null,
      reached,
      lagEvents: Math.max(0, headPosition - reached),
      lagSeconds: null,
      rebuilding: null,
    };
  });
