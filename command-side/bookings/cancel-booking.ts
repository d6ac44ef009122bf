import { isRejection } from '../../contracts/decider.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { Answer, CancelRequest, RequestMeta } from './booking-requests.ts';
import { commandMeta, type Internals, seen, write } from './booking-steps.ts';

/** Cancels the booking, then gives its seats back. */
export const cancel = async (
  deps: Internals,
  principal: Principal,
  command: CancelRequest,
  request: RequestMeta,
): Answer => {
  const { bookingId } = command;
  const meta = commandMeta(principal, request);
  const booking = await seen(deps, principal, bookingId);
  if (isRejection(booking)) return booking;
  const cancelled = await write(deps, bookingId, { type: 'cancel', reason: command.reason ?? null }, meta);
  if (isRejection(cancelled) || booking.departure === null) return cancelled;
  const released = await deps.seats.release(booking.departure.departureId, bookingId, 'cancelled', meta, 'release');
  return isRejection(released)
    ? cancelled
    : { ...cancelled, position: Math.max(cancelled.position, released.position) };
};
