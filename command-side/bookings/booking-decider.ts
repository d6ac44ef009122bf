import { applyBookingEvent } from '../../contracts/bookings/booking-fold.ts';
import { isCancellable } from '../../contracts/bookings/cancellation.ts';
import { normalCode, ticketCode } from '../../contracts/bookings/codes.ts';
import { type ContactField, type ContactInput, mergeContact, missingField } from '../../contracts/bookings/contact.ts';
import { type Decider, type DecisionContext, isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import type { BookingEvent, UnitItem } from '../../contracts/events/bookings.ts';
import type { BookingView } from '../../contracts/views/booking.ts';

type EventData<T extends BookingEvent['type']> = Extract<BookingEvent, { type: T }>['data'];

/** What a change may rest on: when another change came between, it is decided again. */
export interface BasedOn {
  readonly departureId: string | null;
  readonly seats: number;
}

/** What the product asks to be known of a party before it may be confirmed. */
export interface RequiredContact {
  readonly lead: readonly ContactField[];
  /** Unit id -> fields of each unit item's own contact. */
  readonly byUnit: Readonly<Record<string, readonly ContactField[]>>;
}

export interface UnitItemDetails {
  readonly id: string;
  readonly resellerReference?: string | null | undefined;
  readonly contact?: ContactInput | undefined;
}

export interface ConfirmBooking {
  readonly type: 'confirm';
  readonly resellerReference?: string | null | undefined;
  readonly contact?: ContactInput | undefined;
  /** Details of unit items that the booking has; those left out stay as they are. */
  readonly unitItems?: readonly UnitItemDetails[] | undefined;
  readonly emailReceipt: boolean;
  readonly required: RequiredContact;
  /** The departure has confirmed the seats, so the hold's time no longer counts. */
  readonly seatsConfirmed: boolean;
  /** A random UUID, from which ticket codes are made. */
  readonly secret: string;
}

export type BookingCommand =
  | { readonly type: 'place'; readonly booking: EventData<'booking.placed.v1'> }
  | {
      readonly type: 'update';
      readonly basedOn: BasedOn;
      readonly booking: Omit<EventData<'booking.updated.v1'>, 'bookingId' | 'previousDepartureId'>;
      /** A random UUID, from which the codes of new tickets are made. */
      readonly secret: string;
    }
  | { readonly type: 'extend'; readonly expiresAt: string }
  | ConfirmBooking
  | { readonly type: 'cancel'; readonly reason: string | null }
  | { readonly type: 'expire' }
  | { readonly type: 'redeem'; readonly code: string }
  /** The person was forgotten: the key of the contacts is destroyed, and views must drop them too. */
  | { readonly type: 'forget-contact' }
  /** Asks for the first answer of a command that was handled before. */
  | { readonly type: 'repeat' };
type CommandOf<T extends BookingCommand['type']> = Extract<BookingCommand, { type: T }>;

/** Undefined: never placed. */
export type BookingState = BookingView | undefined;
type Decision = readonly BookingEvent[] | Rejection;

/** A booking's life: held, confirmed, let in; or expired, or cancelled. Its seats are decided in its departure's stream. */
export const bookingDecider: Decider<BookingState, BookingCommand, BookingEvent> = {
  context: 'booking',
  version: 1,
  initial: () => undefined,
  decide: (command, state, context) => {
    if (command.type === 'place') return place(command, state);
    if (command.type === 'repeat') return reject('CONFLICT', 'the command was not handled before');
    if (state === undefined) return reject('NOT_FOUND', 'there is no such booking');
    switch (command.type) {
      case 'update':
        return update(command, state, context);
      case 'extend':
        return extend(command, state, context);
      case 'confirm':
        return confirm(command, state, context);
      case 'cancel':
        return cancel(command, state, context);
      case 'expire':
        return state.status === 'ON_HOLD' && state.expiresAt !== null && state.expiresAt <= context.now
          ? [{ type: 'booking.expired.v1', data: { bookingId: state.id } }]
          : [];
      case 'redeem':
        return redeem(command, state);
      case 'forget-contact':
        return [{ type: 'booking.contact-forgotten.v1', data: { bookingId: state.id } }];
    }
  },
  evolve: applyBookingEvent,
};

const place = (command: CommandOf<'place'>, state: BookingState): Decision =>
  state === undefined
    ? [{ type: 'booking.placed.v1', data: command.booking }]
    : reject('ALREADY_EXISTS', 'a booking with this id exists');

/** Why a booking can't be changed now; undefined: it can. */
export const notChangeable = (booking: BookingView, now: string): Rejection | undefined => {
  if (booking.status === 'ON_HOLD') return notOnHold(booking, now);
  if (booking.status !== 'CONFIRMED') return reject('CONFLICT', `the booking is ${booking.status}`);
  if (isCancellable(booking, now)) return undefined;
  return reject('NOT_CANCELLABLE', 'the booking was used, or could be changed or cancelled only until its cut-off');
};

const update = (command: CommandOf<'update'>, state: BookingView, { now, newId }: DecisionContext): Decision => {
  const refused = notChangeable(state, now);
  if (refused !== undefined) return refused;
  const { basedOn, booking, secret } = command;
  const from = state.departure?.departureId ?? null;
  if (basedOn.departureId !== from || basedOn.seats !== state.seats) {
    return reject('CONFLICT', 'the booking was changed meanwhile; try again');
  }
  const unitItems =
    state.status === 'CONFIRMED' ? withTickets(booking.unitItems, state.id, secret, newId) : booking.unitItems;
  const stays = from === (booking.departure?.departureId ?? null) && booking.seats >= state.seats;
  return [
    {
      type: 'booking.updated.v1',
      data: { bookingId: state.id, ...booking, unitItems, previousDepartureId: stays ? null : from },
    },
  ];
};

const extend = (command: CommandOf<'extend'>, state: BookingView, { now }: DecisionContext): Decision => {
  const refused = notOnHold(state, now);
  if (refused !== undefined) return refused;
  if (state.expiresAt !== null && command.expiresAt <= state.expiresAt) return [];
  return [{ type: 'booking.extended.v1', data: { bookingId: state.id, expiresAt: command.expiresAt } }];
};

const notOnHold = (booking: BookingView, now: string): Rejection | undefined => {
  if (booking.status === 'EXPIRED') return reject('HOLD_EXPIRED', `the hold ended at ${booking.expiresAt}`);
  if (booking.status !== 'ON_HOLD') return reject('BOOKING_NOT_ON_HOLD', `the booking is ${booking.status}`);
  return booking.expiresAt !== null && booking.expiresAt <= now
    ? reject('HOLD_EXPIRED', `the hold ended at ${booking.expiresAt}`)
    : undefined;
};

/** What a confirmation would make of the booking's people; a rejection when something is missing. Pure, so that it can be asked before seats are confirmed. */
export const confirmable = (
  command: ConfirmBooking,
  booking: BookingView,
  now: string,
): Pick<BookingView, 'contact' | 'unitItems'> | Rejection => {
  const refused = command.seatsConfirmed && booking.status === 'ON_HOLD' ? undefined : notOnHold(booking, now);
  if (refused !== undefined) return refused;
  const contact = mergeContact(booking.contact, command.contact);
  const missing = missingField(contact, command.required.lead);
  if (missing !== undefined) return reject('MISSING_CONTACT', `${missing} is required`, `contact.${missing}`);

  const unitItems = withDetails(booking.unitItems, command.unitItems);
  if (isRejection(unitItems)) return unitItems;
  for (const [index, item] of unitItems.entries()) {
    const own = missingField(item.contact, command.required.byUnit[item.unitId] ?? []);
    if (own === undefined) continue;
    return reject('MISSING_CONTACT', `${own} of unit item ${item.id} is required`, `unitItems.${index}.contact.${own}`);
  }
  return { contact, unitItems };
};

const withDetails = (items: UnitItem[], details: readonly UnitItemDetails[] | undefined): UnitItem[] | Rejection => {
  if (details === undefined) return items;
  const byId = new Map(details.map((detail) => [detail.id, detail]));
  const unknown = details.findIndex(({ id }) => !items.some((item) => item.id === id));
  if (unknown >= 0) return reject('INVALID_UNITS', 'the booking has no such unit item', `unitItems.${unknown}.id`);
  return items.map((item) => {
    const detail = byId.get(item.id);
    if (detail === undefined) return item;
    return {
      ...item,
      resellerReference: detail.resellerReference === undefined ? item.resellerReference : detail.resellerReference,
      contact: mergeContact(item.contact, detail.contact),
    };
  });
};

const confirm = (command: ConfirmBooking, state: BookingView, { now, newId }: DecisionContext): Decision => {
  const people = confirmable(command, state, now);
  if (isRejection(people)) return people;
  const { secret, resellerReference, emailReceipt } = command;
  return [
    {
      type: 'booking.confirmed.v1',
      data: {
        bookingId: state.id,
        resellerReference: resellerReference === undefined ? state.resellerReference : resellerReference,
        contact: people.contact,
        emailReceipt,
        unitItems: withTickets(people.unitItems, state.id, secret, newId),
        voucherCode: ticketCode(state.id, newId(`${secret}:voucher`)),
      },
    },
  ];
};

/** Each unit item with its ticket. The command's random secret makes the codes unguessable, `newId` the same in every retry. */
const withTickets = (
  items: readonly UnitItem[],
  bookingId: string,
  secret: string,
  newId: DecisionContext['newId'],
): UnitItem[] =>
  items.map((item) =>
    item.ticketCode === null ? { ...item, ticketCode: ticketCode(bookingId, newId(`${secret}:${item.id}`)) } : item,
  );

const cancel = (command: CommandOf<'cancel'>, state: BookingView, { now }: DecisionContext): Decision => {
  if (state.status === 'CANCELLED') return [];
  if (!isCancellable(state, now)) {
    const until = state.cancellableUntil === null ? '' : `; it could be until ${state.cancellableUntil}`;
    return reject('NOT_CANCELLABLE', `the booking is ${state.status}${until}`);
  }
  return [
    {
      type: 'booking.cancelled.v1',
      data: {
        bookingId: state.id,
        departureId: state.departure?.departureId ?? null,
        reason: command.reason,
        // Nothing was paid for a hold.
        refund: state.status === 'CONFIRMED' ? 'FULL' : 'NONE',
      },
    },
  ];
};

const redeem = (command: CommandOf<'redeem'>, state: BookingView): Decision => {
  const code = normalCode(command.code);
  const isVoucher = code === state.voucherCode;
  const items = state.unitItems.filter((item) => isVoucher || item.ticketCode === code);
  if (items.length === 0) return reject('NOT_FOUND', 'there is no such ticket', 'code');
  if (state.status !== 'CONFIRMED' && state.status !== 'REDEEMED') {
    return reject('NOT_REDEEMABLE', `the booking is ${state.status}`, 'code');
  }
  const unitItemIds = items.filter((item) => item.redeemedAt === null).map((item) => item.id);
  if (unitItemIds.length === 0) return reject('NOT_REDEEMABLE', `it was redeemed at ${items[0]?.redeemedAt}`, 'code');
  return [{ type: 'booking.redeemed.v1', data: { bookingId: state.id, unitItemIds, code } }];
};
