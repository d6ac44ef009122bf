import { isDeepStrictEqual } from 'node:util';
import { type Decider, type Rejection, reject } from '../../contracts/decider.ts';
import type { ScheduleDetails, ScheduleEvent } from '../../contracts/events/departures.ts';
import { isTimeZone } from '../../contracts/time-zone.ts';

export type ScheduleCommand =
  | { readonly type: 'create-schedule'; readonly scheduleId: string; readonly details: ScheduleDetails }
  /** `lastDate`: local date of the last departures that still come round. */
  | { readonly type: 'end-schedule'; readonly lastDate: string };

export interface Schedule {
  tenant: string;
  id: string;
  /** In force: `recurrence.until` is the last date also after the schedule was ended. */
  details: ScheduleDetails;
  /** The last date it had at first: departures may have been planned up to it. */
  firstUntil: string;
}
/** Undefined: never created. */
export type ScheduleState = Schedule | undefined;

/** When departures come round. It plans nothing itself: `planDepartures` schedules the departures. */
export const scheduleDecider: Decider<ScheduleState, ScheduleCommand, ScheduleEvent> = {
  context: 'schedule',
  version: 1,
  initial: () => undefined,
  decide: (command, state) => {
    switch (command.type) {
      case 'create-schedule': {
        const { scheduleId, details } = command;
        if (state !== undefined) {
          return isDeepStrictEqual(state.details, details)
            ? []
            : reject('ALREADY_EXISTS', 'there is a schedule of this id with other details');
        }
        return flawOf(details) ?? [{ type: 'schedule.created.v1', data: { scheduleId, details } }];
      }
      case 'end-schedule': {
        if (state === undefined) return reject('NOT_FOUND', 'there is no such schedule');
        const { lastDate } = command;
        const { until } = state.details.recurrence;
        if (lastDate === until) return [];
        return lastDate > until
          ? reject('CONFLICT', `the schedule ends on ${until} already`, 'lastDate')
          : [{ type: 'schedule.ended.v1', data: { scheduleId: state.id, lastDate } }];
      }
    }
  },
  evolve: (state, event) => {
    if (event.type === 'schedule.created.v1') {
      const { scheduleId, details } = event.data;
      return { tenant: event.tenant, id: scheduleId, details, firstUntil: details.recurrence.until };
    }
    if (state === undefined) return state;
    const { details } = state;
    return { ...state, details: { ...details, recurrence: { ...details.recurrence, until: event.data.lastDate } } };
  },
};

/** What is wrong with a schedule that its schema cannot tell; undefined when nothing is. */
const flawOf = (details: ScheduleDetails): Rejection | undefined => {
  const { timeZone, recurrence } = details;
  if (!isTimeZone(timeZone)) return reject('INVALID_TIME_ZONE', `${timeZone} is not an IANA time zone`, 'timeZone');
  if (recurrence.until < recurrence.from) {
    return reject('INVALID_BODY', 'the last date is before the first', 'recurrence.until');
  }
  return details.availabilityType === 'START_TIME' ? flawOfStartTimes(details) : flawOfOpeningHours(details);
};

const flawOfStartTimes = ({ startTimes, openingHours }: ScheduleDetails): Rejection | undefined => {
  if (openingHours.length > 0) return reject('INVALID_BODY', 'START_TIME takes no opening hours', 'openingHours');
  if (startTimes.length === 0) return reject('INVALID_BODY', 'START_TIME needs a start time', 'startTimes');
  if (startTimes.includes('24:00')) return reject('INVALID_BODY', 'a day starts at 00:00', 'startTimes');
  return new Set(startTimes).size < startTimes.length
    ? reject('INVALID_BODY', 'a start time is there twice', 'startTimes')
    : undefined;
};

const flawOfOpeningHours = ({ startTimes, openingHours }: ScheduleDetails): Rejection | undefined => {
  if (startTimes.length > 0) return reject('INVALID_BODY', 'OPENING_HOURS takes no start times', 'startTimes');
  if (openingHours.length === 0) return reject('INVALID_BODY', 'OPENING_HOURS needs opening hours', 'openingHours');
  const closesBeforeItOpens = openingHours.findIndex(({ from, to }) => from >= to);
  if (closesBeforeItOpens >= 0) {
    return reject('INVALID_BODY', 'closes before it opens', `openingHours.${closesBeforeItOpens}`);
  }
  const periods = [...openingHours].sort((a, b) => (a.from < b.from ? -1 : 1));
  return periods.some(({ from }, index) => from < (periods[index - 1]?.to ?? ''))
    ? reject('INVALID_BODY', 'opening hours overlap', 'openingHours')
    : undefined;
};
