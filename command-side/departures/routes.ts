import { z } from 'zod';
import { localDate, scheduleDetails } from '../../contracts/events/departures.ts';
import { type DepartureView, departureView } from '../../contracts/views/departure.ts';
import { defineRoute, type RequestContext, type Route } from '../../infra/http/route.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { creationId, metaOf } from '../handling/meta-of.ts';
import { handleOwn } from '../handling/own-tenant.ts';
import { replyTo } from '../handling/reply-to.ts';
import { type DepartureCommand, type DepartureState, departureDecider } from './departure-decider.ts';
import { createScheduleService } from './schedule-service.ts';

const scheduleBody = scheduleDetails.strict();
const scheduleParams = z.object({ scheduleId: z.uuid() });
const endBody = z.strictObject({ lastDate: localDate.describe('Local date of the last departures.') });
const scheduleAnswer = z.object({
  scheduleId: z.string(),
  details: scheduleDetails.describe('In force: `recurrence.until` is the last date also after an end.'),
  departures: z.int().describe('Departures that the command planned, or closed.'),
});

const departureParams = z.object({ departureId: z.uuid() });
const closeBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });
const capacityBody = z.strictObject({ capacity: departureView.shape.capacity.describe('Null: no limit.') });

/** The state is changed in place, so the answer takes a copy. */
const asItStands = (state: DepartureState): DepartureView | undefined => state && { ...state.departure };

export interface DepartureRouteDeps {
  readonly handling: CommandHandling;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  /** Departures are planned this many days ahead. */
  readonly horizonDays: number;
}

/** Routes of schedules and single departures: plan, end, close, reopen, change the capacity. */
export const departureRoutes = ({ handling, clock, horizonDays }: DepartureRouteDeps): readonly Route[] => {
  const schedules = createScheduleService(handling, clock, horizonDays);
  const common = { tag: 'Departures', action: 'departures:write' } as const;
  const changed = { 200: { description: 'The departure as it stands now', schema: departureView } };

  const send = async (departureId: string, command: DepartureCommand, context: RequestContext) =>
    replyTo(await handleOwn(handling, departureDecider, departureId, command, metaOf(context), asItStands), (body) => ({
      body,
    }));

  return [
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/schedules',
      operationId: 'createSchedule',
      summary: 'Plan departures that come round',
      description: `Departures of the next ${horizonDays} days are planned at once, in local time across daylight-saving changes; later ones day by day.`,
      body: scheduleBody,
      responses: { 201: { description: 'The schedule that was created', schema: scheduleAnswer } },
      errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'INVALID_TIME_ZONE'],
      handle: async ({ body, context }) => {
        const outcome = await schedules.create(creationId('schedule', context), body, metaOf(context));
        return replyTo(outcome, (schedule) => ({ status: 201, body: schedule }));
      },
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/schedules/:scheduleId/end',
      operationId: 'endSchedule',
      summary: 'End a schedule after a date',
      description: 'Later departures are closed; bookings that they have stay.',
      params: scheduleParams,
      body: endBody,
      responses: { 200: { description: 'The schedule as it stands now', schema: scheduleAnswer } },
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: async ({ params, body, context }) =>
        replyTo(await schedules.end(params.scheduleId, body.lastDate, metaOf(context)), (schedule) => ({
          body: schedule,
        })),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/departures/:departureId/close',
      operationId: 'closeDeparture',
      summary: 'Close a departure for new bookings',
      params: departureParams,
      body: closeBody,
      responses: changed,
      errors: ['NOT_FOUND'],
      handle: ({ params, body, context }) => send(params.departureId, { type: 'close', reason: body.reason }, context),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/departures/:departureId/reopen',
      operationId: 'reopenDeparture',
      summary: 'Open a closed departure again',
      params: departureParams,
      responses: changed,
      errors: ['NOT_FOUND'],
      handle: ({ params, context }) => send(params.departureId, { type: 'reopen' }, context),
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path: '/v1/departures/:departureId/price',
      operationId: 'resetDeparturePrice',
      summary: 'Sell a departure at the list price again',
      description: 'Takes back the price that an accepted proposal gave it. What is booked keeps its price.',
      action: 'pricing:write',
      params: departureParams,
      responses: changed,
      errors: ['NOT_FOUND'],
      handle: ({ params, context }) => send(params.departureId, { type: 'sell-at-list-price' }, context),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/departures/:departureId/capacity',
      operationId: 'changeDepartureCapacity',
      summary: 'Change the seats of a departure',
      params: departureParams,
      body: capacityBody,
      responses: changed,
      errors: ['NOT_FOUND', 'CAPACITY_BELOW_SOLD'],
      handle: ({ params, body, context }) =>
        send(params.departureId, { type: 'change-capacity', capacity: body.capacity }, context),
    }),
  ];
};
