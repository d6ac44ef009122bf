import { isRejection, type Rejection } from '../../contracts/decider.ts';
import type { ScheduleDetails } from '../../contracts/events/departures.ts';
import type { CommandHandling, CommandMeta, Handled } from '../handling/handle.ts';
import { type DepartureFacts, departureDecider } from './departure-decider.ts';
import { departuresOf } from './recurrence.ts';

/** Streams written to side by side: enough to fill the store's group commits, few enough to leave room for bookings. */
const CONCURRENCY = 32;

export interface Planned {
  /** Departures that were planned, or closed. */
  readonly departures: number;
  /** Position of the last event: when a view has reached it, it shows all of them. */
  readonly position: number;
}

/**
 * Schedules the departures of a schedule on local dates `fromDate` to `untilDate`. Those that are there stay as they
 * are, so it may be sent again, after a crash or each day with a later `untilDate`.
 * @throws what command handling throws; what was scheduled by then stays.
 */
export const planDepartures = (
  handling: CommandHandling,
  scheduleId: string,
  details: ScheduleDetails,
  fromDate: string,
  untilDate: string,
  meta: CommandMeta,
): Promise<Planned> =>
  forEach(departuresOf(details, fromDate, untilDate, scheduleId), (facts) =>
    handling.handle(departureDecider, facts.departureId, { type: 'schedule-departure', facts }, meta, () => undefined),
  );

/**
 * Closes the departures that a schedule planned on local dates `fromDate` to `untilDate`: nobody can book them any
 * more, bookings that are there stay. A departure that another schedule planned at the same time is left alone.
 * @param details as they were when the departures were planned.
 */
export const closeDepartures = (
  handling: CommandHandling,
  scheduleId: string,
  details: ScheduleDetails,
  fromDate: string,
  untilDate: string,
  reason: string,
  meta: CommandMeta,
): Promise<Planned> =>
  forEach(departuresOf(details, fromDate, untilDate, scheduleId), async (facts) => {
    const { departureId } = facts;
    const planner = await handling.read(departureDecider, departureId, (state) => state?.departure.scheduleId);
    if (planner !== scheduleId) return undefined;
    const command = { type: 'close', reason } as const;
    return handling.handle(departureDecider, departureId, command, meta, () => undefined);
  });

const forEach = async (
  all: readonly DepartureFacts[],
  send: (facts: DepartureFacts) => Promise<Handled<undefined> | Rejection | undefined>,
): Promise<Planned> => {
  let departures = 0;
  let position = 0;
  const waiting = all.values();
  const work = async () => {
    for (const facts of waiting) {
      const outcome = await send(facts);
      if (outcome === undefined) continue;
      if (isRejection(outcome)) throw new Error(`departure ${facts.departureId}: ${outcome.detail}`);
      departures += 1;
      position = Math.max(position, outcome.position);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { departures, position };
};
