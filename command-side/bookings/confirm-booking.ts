import { randomUUID } from 'node:crypto';
import { isRejection } from '../../contracts/decider.ts';
import type { Principal } from '../../contracts/policy.ts';
import { type ConfirmBooking, confirmable } from './booking-decider.ts';
import type { Answer, ConfirmRequest, RequestMeta } from './booking-requests.ts';
import { commandMeta, firstAnswer, type Internals, seen, write } from './booking-steps.ts';

/** Confirms the seats in the departure, then the booking. What the product asks to be known is checked before either. */
export const confirm = async (
  deps: Internals,
  principal: Principal,
  command: ConfirmRequest,
  request: RequestMeta,
): Answer => {
  const { bookingId } = command;
  const meta = commandMeta(principal, request);
  const booking = await seen(deps, principal, bookingId);
  if (isRejection(booking)) return booking;
  if (booking.status !== 'ON_HOLD') {
    const before = await firstAnswer(deps, bookingId, meta);
    if (before !== undefined) return before;
  }
  const option = await deps.selections.option(booking.productId, booking.optionId);
  const wanted: ConfirmBooking = {
    type: 'confirm',
    resellerReference: command.resellerReference,
    contact: command.contact,
    unitItems: command.unitItems,
    emailReceipt: command.emailReceipt ?? false,
    required: {
      lead: option?.requiredContactFields ?? [],
      byUnit: Object.fromEntries(option?.units.map((unit) => [unit.id, unit.requiredContactFields]) ?? []),
    },
    seatsConfirmed: false,
    secret: randomUUID(),
  };
  const possible = confirmable(wanted, booking, meta.now ?? deps.clock());
  if (isRejection(possible)) return possible;
  if (booking.departure === null) return write(deps, bookingId, wanted, meta);

  const { departureId } = booking.departure;
  const seats = await deps.seats.confirm(departureId, bookingId, meta, 'confirm');
  if (isRejection(seats)) return seats;
  const confirmed = await write(deps, bookingId, { ...wanted, seatsConfirmed: true }, meta, seats.position);
  if (isRejection(confirmed)) await deps.settlement.finishOrRelease(bookingId, departureId);
  return confirmed;
};
