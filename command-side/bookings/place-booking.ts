import { referenceCode } from '../../contracts/bookings/codes.ts';
import { mergeContact } from '../../contracts/bookings/contact.ts';
import { isRejection, reject } from '../../contracts/decider.ts';
import { emptyContact } from '../../contracts/events/bookings.ts';
import { deterministicId } from '../../contracts/ids.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { Answer, PlaceBooking, RequestMeta } from './booking-requests.ts';
import { commandMeta, firstAnswer, holdEnd, type Internals, mayTouch, readBooking, write } from './booking-steps.ts';

/** Holds the seats in the departure, then records the booking; gives the seats back when the booking is refused. */
export const place = async (
  deps: Internals,
  principal: Principal,
  command: PlaceBooking,
  request: RequestMeta,
): Answer => {
  const { bookingId, departureId } = command;
  const meta = commandMeta(principal, request);
  const existing = await readBooking(deps, bookingId);
  if (existing !== undefined) {
    const taken = reject('IDEMPOTENCY_KEY_REUSED', 'another booking has this id', 'bookingId');
    return mayTouch(principal, existing) ? ((await firstAnswer(deps, bookingId, meta)) ?? taken) : taken;
  }
  const selection = await deps.selections.select(principal.tenant, command, undefined, (index) =>
    deterministicId(meta.commandId, 'unit-item', index),
  );
  if (isRejection(selection)) return selection;
  const { booked } = selection;
  let expiresAt = holdEnd(
    meta.now ?? deps.clock(),
    command.expirationMinutes ?? deps.holdMinutes,
    booked.departure?.cutoffAt,
  );

  let reached = 0;
  if (departureId !== null) {
    const held = await deps.seats.hold(departureId, { bookingId, seats: booked.seats, expiresAt }, meta, 'hold');
    if (isRejection(held)) return held;
    ({ position: reached, expiresAt } = held);
  }
  const placed = await write(
    deps,
    bookingId,
    {
      type: 'place',
      booking: {
        bookingId,
        supplierReference: referenceCode(bookingId, principal.tenant),
        resellerReference: command.resellerReference ?? null,
        seller: principal.actor,
        channel: principal.channel,
        testMode: command.testMode ?? false,
        ...booked,
        contact: mergeContact(emptyContact, command.contact),
        notes: command.notes ?? null,
        expiresAt,
        freesale: departureId === null,
      },
    },
    meta,
    reached,
  );
  if (isRejection(placed) && departureId !== null) await deps.settlement.finishOrRelease(bookingId, departureId);
  return placed;
};
