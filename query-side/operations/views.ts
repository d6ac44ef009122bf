import { z } from 'zod';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute } from '../../infra/http/route.ts';
import { allProjections } from '../../projections/all-projections.ts';
import type { ParkedStream } from '../../projections/runner/view-records.ts';
import { parkedStreams, viewStatuses } from '../../projections/runner/view-status.ts';
import { callerOf } from '../reading/caller.ts';
import type { QueryDeps } from '../reading/query-deps.ts';

const MOST_PARKED = 200;

const viewStatus = z.object({
  view: z.string(),
  version: z.int(),
  reached: z.int().min(0).describe('Position of the log that it has reached.'),
  lagEvents: z.int().min(0),
  lagSeconds: z.number().min(0).describe('Age of the oldest event that it has not handled.'),
  rebuilding: z.int().nullable().describe('Version being built beside the live one.'),
  buildReached: z.int().nullable().describe('Position that the build beside it has reached.'),
  buildError: z.string().nullable().describe('Why that build stopped.'),
});

const parkedStream = z.object({
  view: z.string(),
  stream: z.string(),
  eventType: z.string(),
  revision: z.int().min(0).describe('Of the event that could not be handled.'),
  position: z.int().min(0),
  waiting: z.int().min(0).describe('Events that are held back.'),
  error: z.string(),
  parkedAt: z.string(),
});

const operations = z.object({
  headPosition: z.int().min(0).describe('Position of the last event of the log.'),
  views: z.array(viewStatus),
  parked: z
    .array(parkedStream)
    .describe('Streams of the tenant that wait because an event of theirs could not be handled, at most 200.'),
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
    handle: async ({ context }) => {
      const { documents, eventStore, liveViews, clock } = deps;
      const [headPosition, views, parked] = await Promise.all([
        eventStore.headPosition(),
        viewStatuses(allProjections, documents, eventStore, liveViews, Date.parse(clock())),
        parkedOf(deps, callerOf(context).tenant),
      ]);
      return {
        body: {
          headPosition,
          views: views.map(({ parkedStreams: _, runBy: __, ...status }) => status),
          parked: parked.map(({ build: _, throughRevision: __, ...stream }) => stream),
        } satisfies z.infer<typeof operations>,
      };
    },
  });

/** A parked stream does not say whose it is, and its error may quote what is in it: the event itself tells the tenant. */
const parkedOf = async ({ documents, eventStore }: QueryDeps, tenant: string): Promise<readonly ParkedStream[]> => {
  const own: ParkedStream[] = [];
  for (const parked of await parkedStreams(documents)) {
    if (own.length === MOST_PARKED) break;
    for await (const [event] of eventStore.readStream(parked.stream, { from: parked.revision, limit: 1 }))
      if (event?.tenant === tenant) own.push(parked);
  }
  return own;
};
