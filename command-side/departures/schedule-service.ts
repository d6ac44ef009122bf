import { isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import type { ScheduleDetails } from '../../contracts/events/departures.ts';
import { addDays } from '../../contracts/local-date.ts';
import { type ProductState, productDecider } from '../catalogue/product-decider.ts';
import type { CommandHandling, CommandMeta, Handled } from '../handling/handle.ts';
import { handleOwn, isOwn } from '../handling/own-tenant.ts';
import { closeDepartures, type Planned, planDepartures } from './plan-departures.ts';
import { localDateAt } from './recurrence.ts';
import { type Schedule, type ScheduleState, scheduleDecider } from './schedule-decider.ts';

/** A schedule with what became of its departures. */
export interface ScheduleOutcome {
  readonly scheduleId: string;
  readonly details: ScheduleDetails;
  /** Departures planned, or closed, by the command. */
  readonly departures: number;
}

/** Creates schedules and ends them, with the departures that follow from it. A command that comes again finishes what a crash left. */
export interface ScheduleService {
  create(
    scheduleId: string,
    details: ScheduleDetails,
    meta: CommandMeta,
  ): Promise<Handled<ScheduleOutcome> | Rejection>;
  end(scheduleId: string, lastDate: string, meta: CommandMeta): Promise<Handled<ScheduleOutcome> | Rejection>;
}

/** What was planned when the setting was longer is closed too; the setting may be no longer than this. */
const LONGEST_HORIZON_DAYS = 730;

/**
 * @param clock ISO 8601 UTC instant of now: departures are planned from the local date at it.
 * @param horizonDays they are planned this many days ahead.
 */
export const createScheduleService = (
  handling: CommandHandling,
  clock: () => string,
  horizonDays: number,
): ScheduleService => ({
  create: async (scheduleId, details, meta) => {
    // A schedule that is there was checked when it was new: its command came again and gets its first answer.
    if (!(await isOwn(handling, scheduleDecider, scheduleId, meta.tenant))) {
      const misfit = (isFresh: boolean) =>
        handling.read(productDecider, details.productId, (one) => misfitOf(details, one, meta.tenant), isFresh);
      // A refusal must not rest on a product that another process has changed.
      if ((await misfit(false)) !== undefined) {
        const refused = await misfit(true);
        if (refused !== undefined) return refused;
      }
    }
    const command = { type: 'create-schedule', scheduleId, details } as const;
    const created = await handling.handle(scheduleDecider, scheduleId, command, meta, copyOf);
    if (isRejection(created) || created.answer === undefined) return notFoundUnless(created);
    // As it is in force now: when the command comes again, the schedule may have been ended meanwhile.
    const inForce = created.answer.details;
    const today = localDateAt(clock(), inForce.timeZone);
    const planned = await planDepartures(handling, scheduleId, inForce, today, addDays(today, horizonDays), meta);
    return outcomeOf(created, scheduleId, inForce, planned);
  },

  end: async (scheduleId, lastDate, meta) => {
    const command = { type: 'end-schedule', lastDate } as const;
    const ended = await handleOwn(handling, scheduleDecider, scheduleId, command, meta, copyOf);
    if (isRejection(ended) || ended.answer === undefined) return notFoundUnless(ended);
    const { details, firstUntil } = ended.answer;
    const planned: ScheduleDetails = { ...details, recurrence: { ...details.recurrence, until: firstUntil } };
    const today = localDateAt(clock(), details.timeZone);
    const from = addDays(lastDate > today ? lastDate : addDays(today, -1), 1);
    const until = addDays(today, LONGEST_HORIZON_DAYS);
    const closed = await closeDepartures(handling, scheduleId, planned, from, until, 'the schedule has ended', meta);
    return outcomeOf(ended, scheduleId, details, closed);
  },
});

/** The state is replaced, not changed, so it needs no deep copy. */
const copyOf = (state: ScheduleState): Schedule | undefined => state;

const notFoundUnless = (outcome: Handled<unknown> | Rejection): Rejection =>
  isRejection(outcome) ? outcome : reject('NOT_FOUND', 'there is no such schedule');

const outcomeOf = (
  handled: Handled<unknown>,
  scheduleId: string,
  details: ScheduleDetails,
  { departures, position }: Planned,
): Handled<ScheduleOutcome> => ({
  ...handled,
  answer: { scheduleId, details, departures },
  position: Math.max(handled.position, position),
});

/** Why a schedule is none of its product. */
const misfitOf = (details: ScheduleDetails, product: ProductState, tenant: string): Rejection | undefined => {
  if (product === undefined || product.tenant !== tenant) {
    return reject('NOT_FOUND', 'there is no such product', 'productId');
  }
  if (!product.options.some(({ id }) => id === details.optionId)) {
    return reject('NOT_FOUND', 'the product has no such option', 'optionId');
  }
  for (const shared of ['availabilityType', 'timeZone'] as const) {
    if (details[shared] !== product.details[shared]) {
      return reject('INVALID_BODY', `the product has ${product.details[shared]}`, shared);
    }
  }
  return undefined;
};
