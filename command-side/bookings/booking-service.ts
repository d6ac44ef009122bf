import type { Rejection } from '../../contracts/decider.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { CommandHandling } from '../handling/handle.ts';
import type {
  Answer,
  CancelRequest,
  ConfirmRequest,
  ExtendRequest,
  PlaceBooking,
  RedeemRequest,
  RequestMeta,
  UpdateBooking,
} from './booking-requests.ts';
import { type Clock, type Internals, seen } from './booking-steps.ts';
import { cancel } from './cancel-booking.ts';
import { confirm } from './confirm-booking.ts';
import { extend } from './extend-hold.ts';
import { forget } from './forget-contact.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { place } from './place-booking.ts';
import { redeem } from './redeem-ticket.ts';
import { createSeats } from './seats.ts';
import { createSelections } from './selection.ts';
import { createSettlement, type Settlement } from './settlement.ts';
import { update } from './update-booking.ts';

/**
 * Bookings across their two streams. Seats are taken in the departure's stream first and given back there last, so that
 * whatever a crash leaves half-way can only be seats without a booking, which `settlement` gives back: never a
 * booking without seats. Every step has an id of its own made of the command's, so a retry finds the steps done.
 */
export interface BookingService extends Settlement {
  place(principal: Principal, command: PlaceBooking, meta: RequestMeta): Answer;
  update(principal: Principal, command: UpdateBooking, meta: RequestMeta): Answer;
  confirm(principal: Principal, command: ConfirmRequest, meta: RequestMeta): Answer;
  extend(principal: Principal, command: ExtendRequest, meta: RequestMeta): Answer;
  cancel(principal: Principal, command: CancelRequest, meta: RequestMeta): Answer;
  /** Lets in who holds the ticket, or with a voucher's code all of the party. */
  redeem(principal: Principal, command: RedeemRequest, meta: RequestMeta): Answer;
  /** Forgets the person behind a booking: contacts and notes, in every view and in the log. What was booked and paid stays. */
  forget(principal: Principal, bookingId: string, meta: RequestMeta): Answer;
  /** The booking as its stream has it now; NOT_FOUND when the principal does not see it. */
  find(principal: Principal, bookingId: string): Promise<BookingView | Rejection>;
}

export interface BookingServiceDependencies {
  readonly handling: CommandHandling;
  readonly clock: Clock;
  /** How long a hold lasts where the client does not say. Default 30 minutes. */
  readonly holdMinutes?: number;
}

/** Opens the use cases of bookings. A rejection is a value; what throws is a store that is away or full. */
export const createBookingService = ({
  handling,
  clock,
  holdMinutes = 30,
}: BookingServiceDependencies): BookingService => {
  const inTurn = createOneAtATime();
  const seats = createSeats(handling);
  const settlement = createSettlement({ handling, seats, clock });
  const deps: Internals = { handling, clock, seats, settlement, selections: createSelections(handling), holdMinutes };
  return {
    place: (principal, command, meta) => inTurn(command.bookingId, () => place(deps, principal, command, meta)),
    update: (principal, command, meta) => inTurn(command.bookingId, () => update(deps, principal, command, meta)),
    confirm: (principal, command, meta) => inTurn(command.bookingId, () => confirm(deps, principal, command, meta)),
    extend: (principal, command, meta) => inTurn(command.bookingId, () => extend(deps, principal, command, meta)),
    cancel: (principal, command, meta) => inTurn(command.bookingId, () => cancel(deps, principal, command, meta)),
    redeem: (principal, command, meta) => redeem(deps, principal, command, meta),
    forget: (principal, bookingId, meta) => inTurn(bookingId, () => forget(deps, principal, bookingId, meta)),
    find: async (principal, bookingId) => seen(deps, principal, bookingId),
    expire: (bookingId, departureId) => inTurn(bookingId, () => settlement.expire(bookingId, departureId)),
    finishOrRelease: (bookingId, departureId) =>
      inTurn(bookingId, () => settlement.finishOrRelease(bookingId, departureId)),
  };
};
