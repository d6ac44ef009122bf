import { isRejection } from '../../../contracts/decider.ts';
import type { EventEnvelope } from '../../../contracts/events/envelope.ts';
import { deterministicId } from '../../../contracts/ids.ts';
import type { StayView } from '../../../contracts/views/stay.ts';
import { stayDecider } from '../stay-decider.ts';
import type { RowProblem } from './booking-row.ts';
import type { PastCommand } from './stay-history.ts';

/** What the envelopes of one import share. */
export type Origin = Pick<EventEnvelope, 'tenant' | 'actor' | 'correlationId'>;

/**
 * Decides a stay's past commands, each at its own time, by the decider of today's.
 * @returns its events in the envelopes that they have in every import, or what the decider refused
 */
export const decideHistory = (
  past: readonly PastCommand[],
  commandId: string,
  { tenant, actor, correlationId }: Origin,
): readonly EventEnvelope[] | RowProblem => {
  const events: EventEnvelope[] = [];
  const newId = (name: string): string => deterministicId(commandId, name);
  let stay: StayView | undefined = stayDecider.initial();
  for (const { at: time, command } of past) {
    const decided = stayDecider.decide(command, stay, { now: time, newId });
    if (isRejection(decided)) return { field: 'reservation_status', reason: `${decided.rejected}: ${decided.detail}` };
    for (const event of decided) {
      stay = stayDecider.evolve(stay, { ...event, time, tenant });
      const id = deterministicId(commandId, events.length);
      events.push({
        id,
        type: event.type,
        time,
        tenant,
        actor,
        correlationId,
        causationId: commandId,
        data: event.data,
      });
    }
  }
  return events;
};
