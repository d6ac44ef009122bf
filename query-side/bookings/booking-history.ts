import { z } from 'zod';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { upcast } from '../../contracts/events/registry.ts';
import { hideNet, isStaff, type Principal } from '../../contracts/policy.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { pageOfStream } from '../reading/stream-page.ts';
import { BOOKINGS, visibleBooking } from './visible-bookings.ts';

/** Who is travelling stays out of the history: it outlives a person's wish to be forgotten, and the booking itself shows it. */
const PERSONAL = new Set(['contact', 'notes']);

const historyEntry = z.object({
  revision: z.int().min(0).describe('Place in the history, from 0.'),
  type: z.string().describe('What happened, `booking.confirmed.v1`.'),
  time: z.string(),
  recordedAt: z.string(),
  actor: z.string().nullable().describe('Who did it; null where the caller may not know.'),
  data: z.record(z.string(), z.unknown()).describe('What changed, without personal data.'),
});

export const bookingHistoryRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/bookings/:id/history',
    operationId: 'getBookingHistory',
    summary: 'Get what happened to a booking',
    description: 'Oldest first, without personal data.',
    tag: 'Bookings',
    action: 'bookings:read',
    params: z.object({ id: word }),
    query: z.strictObject({ limit: pageParameters.limit, after: z.coerce.number().int().min(0).optional() }),
    responses: { 200: { description: 'A page of events', schema: pageOf(historyEntry) } },
    errors: ['NOT_FOUND'],
    handle: ({ params, query, context }) =>
      readViews(deps, [BOOKINGS], context, async () => {
        const caller = callerOf(context);
        if ((await visibleBooking(deps, caller, params.id)) === undefined)
          return refuse('NOT_FOUND', `there is no booking ${params.id}`);
        return pageReply(
          { path: `/v1/bookings/${encodeURIComponent(params.id)}/history`, query, context },
          () => pageOfStream(deps, `booking-${params.id}`, query),
          (event) => toHistoryEntry(caller, event),
        );
      }),
  });

const toHistoryEntry = (caller: Principal, stored: RecordedEvent) => {
  const event = upcast(stored);
  return {
    revision: event.revision,
    type: event.type,
    time: event.time,
    recordedAt: event.recordedAt,
    actor: isStaff(caller) || event.actor === caller.actor ? event.actor : null,
    data: hideNet(caller, withoutPersonalData(event.data)),
  };
};

const withoutPersonalData = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutPersonalData);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !PERSONAL.has(key))
      .map(([key, inner]) => [key, withoutPersonalData(inner)]),
  );
};
