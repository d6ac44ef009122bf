import { z } from 'zod';
import {
  assignRoomBody,
  bookStayBody,
  cancelStayBody,
  changeStayBody,
  takeDepositBody,
} from '../../contracts/stays/stay-requests.ts';
import { type StayView, stayView } from '../../contracts/views/stay.ts';
import { defineRoute, type RequestContext, type Route } from '../../infra/http/route.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { creationId, metaOf } from '../handling/meta-of.ts';
import { handleOwn } from '../handling/own-tenant.ts';
import { replyTo } from '../handling/reply-to.ts';
import { type StayCommand, stayDecider } from './stay-decider.ts';

const params = z.object({ stayId: z.uuid() });

/** What the answer shows: the stay as the command left it. The decider's state is replaced, not changed, so it needs no copy. */
const asItStands = (stay: StayView | undefined) => stay;

/** Routes of the hotel stays: book, change, deposit, room, check-in, check-out, cancel, no-show. */
export const stayRoutes = ({ handling }: { readonly handling: CommandHandling }): readonly Route[] => {
  const common = { tag: 'Stays', action: 'stays:write' } as const;
  const changed = { 200: { description: 'The stay as it stands now', schema: stayView } };

  const send = async (stayId: string, command: StayCommand, context: RequestContext) =>
    replyTo(await handleOwn(handling, stayDecider, stayId, command, metaOf(context), asItStands), (body) => ({ body }));

  const step = (verb: string, operationId: string, summary: string, command: StayCommand): Route =>
    defineRoute({
      ...common,
      method: 'post',
      path: `/v1/stays/:stayId/${verb}`,
      operationId,
      summary,
      params,
      responses: changed,
      errors: ['NOT_FOUND', 'STAY_STATE'],
      handle: ({ params: { stayId }, context }) => send(stayId, command, context),
    });

  return [
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/stays',
      operationId: 'bookStay',
      summary: 'Book a hotel stay',
      body: bookStayBody,
      responses: { 201: { description: 'The stay that was booked', schema: stayView } },
      errors: ['ALREADY_EXISTS'],
      handle: async ({ body, context }) => {
        const stayId = creationId('stay', context);
        const command: StayCommand = { type: 'book', stay: { ...body, stayId } };
        const outcome = await handling.handle(stayDecider, stayId, command, metaOf(context), asItStands);
        return replyTo(outcome, (stay) => ({
          status: 201,
          body: stay,
          headers: { Location: `/v1/stays/${stayId}` },
        }));
      },
    }),
    defineRoute({
      ...common,
      method: 'patch',
      path: '/v1/stays/:stayId',
      operationId: 'changeStay',
      summary: 'Change the terms of a stay',
      description: 'Only the terms that are given change. After check-in the hotel and the arrival date are fixed.',
      params,
      body: changeStayBody,
      responses: changed,
      errors: ['NOT_FOUND', 'STAY_STATE'],
      handle: ({ params: { stayId }, body, context }) => send(stayId, { type: 'change', terms: body }, context),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/stays/:stayId/deposit',
      operationId: 'takeStayDeposit',
      summary: 'Record the deposit of a stay',
      params,
      body: takeDepositBody,
      responses: changed,
      errors: ['NOT_FOUND', 'STAY_STATE'],
      handle: ({ params: { stayId }, body, context }) => send(stayId, { type: 'take-deposit', ...body }, context),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/stays/:stayId/room',
      operationId: 'assignStayRoom',
      summary: 'Assign a room type to a stay',
      params,
      body: assignRoomBody,
      responses: changed,
      errors: ['NOT_FOUND', 'STAY_STATE'],
      handle: ({ params: { stayId }, body, context }) => send(stayId, { type: 'assign-room', ...body }, context),
    }),
    step('check-in', 'checkInStay', 'Check the guests in', { type: 'check-in' }),
    step('check-out', 'checkOutStay', 'Check the guests out', { type: 'check-out' }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/stays/:stayId/cancel',
      operationId: 'cancelStay',
      summary: 'Cancel a stay before arrival',
      params,
      body: cancelStayBody,
      responses: changed,
      errors: ['NOT_FOUND', 'STAY_STATE'],
      handle: ({ params: { stayId }, body, context }) => send(stayId, { type: 'cancel', ...body }, context),
    }),
    step('no-show', 'recordNoShow', 'Record that the guests did not come', { type: 'no-show' }),
  ];
};
