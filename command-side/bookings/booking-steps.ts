import { isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import { type Principal, seesBookingOf } from '../../contracts/policy.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { CommandHandling, CommandMeta } from '../handling/handle.ts';
import { type BookingCommand, bookingDecider } from './booking-decider.ts';
import type { BookingResult, RequestMeta } from './booking-requests.ts';
import type { Seats } from './seats.ts';
import type { Selections } from './selection.ts';
import type { Settlement } from './settlement.ts';

const MAX_HOLD_MINUTES = 24 * 60;

const snapshot = (booking: BookingView | undefined): BookingView | undefined => (booking ? { ...booking } : undefined);

/** ISO 8601 UTC instant of now. */
export type Clock = () => string;

/** What the steps of a booking's life work with. */
export interface Internals {
  readonly handling: CommandHandling;
  readonly clock: Clock;
  readonly seats: Seats;
  readonly settlement: Settlement;
  readonly selections: Selections;
  /** How long a hold lasts where the client does not say. */
  readonly holdMinutes: number;
}

/** The command of a principal's request. */
export const commandMeta = (principal: Principal, meta: RequestMeta): CommandMeta => ({
  ...meta,
  tenant: principal.tenant,
  actor: principal.actor,
});

/** The booking as its stream has it now, whichever process wrote it; a copy, as the state changes in place. */
export const readBooking = ({ handling }: Internals, bookingId: string): Promise<BookingView | undefined> =>
  handling.read(bookingDecider, bookingId, snapshot, true);

/** Whether the principal sees the booking; what it does not see it can't change. */
export const mayTouch = (principal: Principal, booking: BookingView): boolean =>
  booking.tenant === principal.tenant && seesBookingOf(principal, booking.seller);

/** The booking, where the principal sees it. */
export const seen = async (
  deps: Internals,
  principal: Principal,
  bookingId: string,
): Promise<BookingView | Rejection> => {
  const booking = await readBooking(deps, bookingId);
  return booking !== undefined && mayTouch(principal, booking)
    ? booking
    : reject('NOT_FOUND', 'there is no such booking', 'bookingId');
};

/** Writes to the booking's stream. @param reached position of an earlier step that the answer must cover too. */
export const write = async (
  { handling }: Internals,
  bookingId: string,
  command: BookingCommand,
  meta: CommandMeta,
  reached = 0,
): Promise<BookingResult | Rejection> => {
  const handled = await handling.handle(bookingDecider, bookingId, command, meta, snapshot);
  if (isRejection(handled)) return handled;
  const { answer, position, replayed } = handled;
  if (answer === undefined) return reject('NOT_FOUND', 'there is no such booking', 'bookingId');
  return { booking: answer, position: Math.max(position, reached), replayed };
};

/** The first answer of this command, when the booking's stream has handled it; undefined when it has not. */
export const firstAnswer = async (
  deps: Internals,
  bookingId: string,
  meta: CommandMeta,
): Promise<BookingResult | Rejection | undefined> => {
  const result = await write(deps, bookingId, { type: 'repeat' }, meta);
  return isRejection(result) && result.rejected === 'CONFLICT' ? undefined : result;
};

export const minutesFrom = (now: string, minutes: number): string =>
  new Date(Date.parse(now) + minutes * 60_000).toISOString();

/** When a hold of so many minutes ends: never past the departure's cut-off, by when it must be confirmed. */
export const holdEnd = (now: string, minutes: number, cutoffAt: string | undefined): string => {
  const end = minutesFrom(now, Math.min(Math.max(minutes, 1), MAX_HOLD_MINUTES));
  return cutoffAt !== undefined && cutoffAt < end ? cutoffAt : end;
};
