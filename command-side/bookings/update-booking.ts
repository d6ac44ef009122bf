import { randomUUID } from 'node:crypto';
import { mergeContact } from '../../contracts/bookings/contact.ts';
import { isRejection, type Rejection } from '../../contracts/decider.ts';
import { deterministicId } from '../../contracts/ids.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { CommandMeta } from '../handling/handle.ts';
import { notChangeable } from './booking-decider.ts';
import type { Answer, RequestMeta, UpdateBooking } from './booking-requests.ts';
import { commandMeta, firstAnswer, type Internals, minutesFrom, seen, write } from './booking-steps.ts';
import type { Selection } from './selection.ts';

/** Seats that a confirmed booking moves to are held this long before they are confirmed. */
const MOVE_MINUTES = 10;

/** Changes a booking: takes what it needs more before the booking says so, and gives back what it no longer needs after. */
export const update = async (
  deps: Internals,
  principal: Principal,
  command: UpdateBooking,
  request: RequestMeta,
): Answer => {
  const { bookingId } = command;
  const meta = commandMeta(principal, request);
  const booking = await seen(deps, principal, bookingId);
  if (isRejection(booking)) return booking;
  const before = await firstAnswer(deps, bookingId, meta);
  if (before !== undefined) return before;
  const refused = notChangeable(booking, deps.clock());
  if (refused !== undefined) return refused;

  const selection = await newSelection(deps, principal.tenant, booking, command, meta);
  if (isRejection(selection)) return selection;
  const from = booking.departure?.departureId ?? null;
  const to = selection.departure?.departureId ?? null;
  const taken = await takeBeforeUpdate(deps, booking, to, selection.seats, meta);
  if (typeof taken !== 'number') return taken;

  const updated = await write(
    deps,
    bookingId,
    {
      type: 'update',
      basedOn: { departureId: from, seats: booking.seats },
      booking: {
        ...selection,
        contact: mergeContact(booking.contact, command.contact),
        notes: command.notes === undefined ? booking.notes : command.notes,
        resellerReference:
          command.resellerReference === undefined ? booking.resellerReference : command.resellerReference,
      },
      secret: randomUUID(),
    },
    meta,
    taken,
  );
  if (isRejection(updated)) {
    if (to !== null) await deps.settlement.finishOrRelease(bookingId, to);
    return updated;
  }
  const given = await giveBackAfterUpdate(deps, booking, to, selection.seats, meta);
  return { ...updated, position: Math.max(updated.position, given) };
};

const newSelection = async (
  deps: Internals,
  tenant: string,
  booking: BookingView,
  command: UpdateBooking,
  meta: CommandMeta,
): Promise<Selection['booked'] | Rejection> => {
  const { productId, optionId, departureId, unitItems } = command;
  if ((productId ?? optionId ?? departureId ?? unitItems) === undefined && departureId === undefined) {
    const { departure, pricing, seats, cancellableUntil } = booking;
    return {
      productId: booking.productId,
      optionId: booking.optionId,
      departure,
      unitItems: booking.unitItems,
      pricing,
      seats,
      cancellableUntil,
    };
  }
  const selection = await deps.selections.select(
    tenant,
    {
      productId: productId ?? booking.productId,
      optionId: optionId ?? booking.optionId,
      departureId: departureId === undefined ? (booking.departure?.departureId ?? null) : departureId,
      unitItems: unitItems ?? booking.unitItems.map(({ id, unitId }) => ({ id, unitId })),
    },
    booking,
    (index) => deterministicId(meta.commandId, 'unit-item', index),
  );
  return isRejection(selection) ? selection : selection.booked;
};

/** Takes what the changed booking needs more: all seats of another departure, or the difference in its own. Answers the position reached. */
const takeBeforeUpdate = async (
  { seats, clock }: Internals,
  booking: BookingView,
  to: string | null,
  wanted: number,
  meta: CommandMeta,
): Promise<number | Rejection> => {
  const from = booking.departure?.departureId ?? null;
  if (to === null) return 0;
  if (to === from) {
    // Fewer seats are given back after the booking says so: else somebody could take them and the booking keep them.
    if (wanted <= booking.seats) return 0;
    const changed = await seats.change(to, booking.id, wanted, meta, 'grow');
    return isRejection(changed) ? changed : changed.position;
  }
  const expiresAt = booking.expiresAt ?? minutesFrom(clock(), MOVE_MINUTES);
  const held = await seats.hold(to, { bookingId: booking.id, seats: wanted, expiresAt }, meta, 'move-hold');
  if (isRejection(held) || booking.status === 'ON_HOLD') return isRejection(held) ? held : held.position;
  const confirmed = await seats.confirm(to, booking.id, meta, 'move-confirm');
  return isRejection(confirmed) ? confirmed : confirmed.position;
};

/** Gives back what the changed booking no longer needs. Answers the position reached. */
const giveBackAfterUpdate = async (
  { seats }: Internals,
  booking: BookingView,
  to: string | null,
  wanted: number,
  meta: CommandMeta,
): Promise<number> => {
  const from = booking.departure?.departureId ?? null;
  if (from === null) return 0;
  const done =
    from !== to
      ? await seats.release(from, booking.id, 'moved', meta, 'move-release')
      : wanted < booking.seats
        ? await seats.change(from, booking.id, wanted, meta, 'shrink')
        : undefined;
  return done === undefined || isRejection(done) ? 0 : done.position;
};
