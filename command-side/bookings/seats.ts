import { isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import { deterministicId, randomId } from '../../contracts/ids.ts';
import { type DepartureCommand, type DepartureState, departureDecider } from '../departures/departure-decider.ts';
import type { CommandHandling, CommandMeta } from '../handling/handle.ts';

/** What a departure has of a booking. */
export interface SeatsTaken {
  readonly tenant: string;
  readonly held: number | undefined;
  readonly confirmed: number | undefined;
  /** When the hold ends. */
  readonly expiresAt: string | undefined;
}

export interface SeatsStep {
  readonly position: number;
  readonly taken: SeatsTaken | undefined;
}

type Step = Promise<SeatsStep | Rejection>;
type ReleaseReason = Extract<DepartureCommand, { type: 'release-seats' }>['reason'];

/**
 * A booking's seats in a departure's stream. Each step's command id is made of the request's and the step's name, so a
 * retry finds it done. But done once is not so now: what a retry is told again is checked against the present state.
 */
export interface Seats {
  hold(
    departureId: string,
    hold: { readonly bookingId: string; readonly seats: number; readonly expiresAt: string },
    meta: CommandMeta,
    step: string,
  ): Promise<(SeatsStep & { readonly expiresAt: string }) | Rejection>;
  change(departureId: string, bookingId: string, seats: number, meta: CommandMeta, step: string): Step;
  extend(departureId: string, bookingId: string, expiresAt: string, meta: CommandMeta, step: string): Step;
  confirm(departureId: string, bookingId: string, meta: CommandMeta, step: string): Step;
  release(departureId: string, bookingId: string, reason: ReleaseReason, meta: CommandMeta, step: string): Step;
  expire(departureId: string, bookingId: string, meta: CommandMeta, step: string): Step;
  /** What the departure has of the booking now; undefined: nothing. */
  taken(departureId: string, bookingId: string): Promise<SeatsTaken | undefined>;
}

/** Seats decided by the departure's stream. */
export const createSeats = (handling: CommandHandling): Seats => {
  const taken = (departureId: string, bookingId: string): Promise<SeatsTaken | undefined> =>
    handling.read(departureDecider, departureId, takenBy(bookingId), true);

  const run = async (
    departureId: string,
    bookingId: string,
    command: DepartureCommand,
    meta: CommandMeta,
    step: string,
  ): Step => {
    const commandId = deterministicId(meta.commandId, step);
    const handled = await handling.handle(
      departureDecider,
      departureId,
      command,
      { ...meta, commandId },
      takenBy(bookingId),
    );
    if (isRejection(handled)) return handled;
    return {
      position: handled.position,
      taken: handled.replayed ? await taken(departureId, bookingId) : handled.answer,
    };
  };

  return {
    taken,
    hold: async (departureId, hold, meta, step) => {
      const done = await run(departureId, hold.bookingId, { type: 'hold-seats', ...hold }, meta, step);
      if (isRejection(done)) return done;
      if ((done.taken?.confirmed ?? done.taken?.held) !== hold.seats) return gone();
      return { ...done, expiresAt: done.taken?.expiresAt ?? hold.expiresAt };
    },
    confirm: async (departureId, bookingId, meta, step) => {
      const done = await run(departureId, bookingId, { type: 'confirm-seats', bookingId }, meta, step);
      return isRejection(done) || done.taken?.confirmed !== undefined ? done : gone();
    },
    change: async (departureId, bookingId, seats, meta, step) => {
      const command = { type: 'change-seats', bookingId, seats } as const;
      const done = await run(departureId, bookingId, command, meta, step);
      if (isRejection(done) || (done.taken?.confirmed ?? done.taken?.held) === seats) return done;
      // Done once, and undone since by a settlement that found the booking without it: the retry wants the seats anew.
      return run(departureId, bookingId, command, meta, `${step}-again-${randomId()}`);
    },
    extend: (departureId, bookingId, expiresAt, meta, step) =>
      run(departureId, bookingId, { type: 'extend-hold', bookingId, expiresAt }, meta, step),
    release: (departureId, bookingId, reason, meta, step) =>
      run(departureId, bookingId, { type: 'release-seats', bookingId, reason }, meta, step),
    expire: (departureId, bookingId, meta, step) =>
      run(departureId, bookingId, { type: 'expire-hold', bookingId }, meta, step),
  };
};

const gone = (): Rejection => reject('HOLD_EXPIRED', 'the seats were given back meanwhile');

const takenBy =
  (bookingId: string) =>
  (state: DepartureState): SeatsTaken | undefined => {
    if (state === undefined) return undefined;
    const hold = state.holds[bookingId];
    const confirmed = state.confirmed[bookingId];
    if (hold === undefined && confirmed === undefined) return undefined;
    return { tenant: state.tenant, held: hold?.seats, confirmed, expiresAt: hold?.expiresAt };
  };
