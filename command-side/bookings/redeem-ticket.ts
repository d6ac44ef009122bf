import { bookingOfCode } from '../../contracts/bookings/codes.ts';
import { reject } from '../../contracts/decider.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { Answer, RedeemRequest, RequestMeta } from './booking-requests.ts';
import { commandMeta, type Internals, mayTouch, readBooking, write } from './booking-steps.ts';

/** Lets in who shows a code. The booking is found by the code itself, and the code compared with what was issued. */
export const redeem = async (
  deps: Internals,
  principal: Principal,
  command: RedeemRequest,
  request: RequestMeta,
): Answer => {
  const bookingId = bookingOfCode(command.code);
  const booking = bookingId === undefined ? undefined : await readBooking(deps, bookingId);
  if (booking === undefined || !mayTouch(principal, booking)) {
    return reject('NOT_FOUND', 'there is no such ticket', 'code');
  }
  return write(deps, booking.id, { type: 'redeem', code: command.code }, commandMeta(principal, request));
};
