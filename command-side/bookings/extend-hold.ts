import { isRejection } from '../../contracts/decider.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { Answer, ExtendRequest, RequestMeta } from './booking-requests.ts';
import { commandMeta, firstAnswer, holdEnd, type Internals, seen, write } from './booking-steps.ts';

/** Extends the hold in the departure, then in the booking. */
export const extend = async (
  deps: Internals,
  principal: Principal,
  command: ExtendRequest,
  request: RequestMeta,
): Answer => {
  const { bookingId } = command;
  const meta = commandMeta(principal, request);
  const booking = await seen(deps, principal, bookingId);
  if (isRejection(booking)) return booking;
  const before = await firstAnswer(deps, bookingId, meta);
  if (before !== undefined) return before;
  const expiresAt = holdEnd(
    meta.now ?? deps.clock(),
    command.expirationMinutes ?? deps.holdMinutes,
    booking.departure?.cutoffAt,
  );
  let reached = 0;
  if (booking.departure !== null && booking.status === 'ON_HOLD') {
    const extended = await deps.seats.extend(booking.departure.departureId, bookingId, expiresAt, meta, 'extend');
    if (isRejection(extended)) return extended;
    reached = extended.position;
  }
  return write(deps, bookingId, { type: 'extend', expiresAt }, meta, reached);
};
