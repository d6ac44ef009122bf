import { type Decider, type DecisionContext, isRejection, type Rejection, reject } from '../../contracts/decider.ts';
import { applyDepartureEvent } from '../../contracts/departures/departure-fold.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { DepartureEvent, PriceAdjustment } from '../../contracts/events/departures.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import { addExpiry, dropStale, dueExpiries, type HoldExpiries } from './hold-expiries.ts';

/** What a departure is scheduled with: the data of its first event. */
export type DepartureFacts = Extract<DepartureEvent, { type: 'departure.scheduled.v1' }>['data'];
type ReleaseReason = Extract<DepartureEvent, { type: 'departure.seats-released.v1' }>['data']['reason'];

/** Instants are ISO 8601 UTC as `Date#toISOString` writes them, so that they compare as strings. */
export type DepartureCommand =
  | { readonly type: 'schedule-departure'; readonly facts: DepartureFacts }
  | { readonly type: 'change-capacity'; readonly capacity: number | null }
  | {
      readonly type: 'adjust-price';
      readonly adjustment: PriceAdjustment;
      readonly proposalId: string;
      /** The adjustment that it is to replace: another one has changed the price meanwhile. */
      readonly basedOn: PriceAdjustment | null;
    }
  | { readonly type: 'sell-at-list-price' }
  | { readonly type: 'close'; readonly reason: string }
  | { readonly type: 'reopen' }
  | { readonly type: 'hold-seats'; readonly bookingId: string; readonly seats: number; readonly expiresAt: string }
  | { readonly type: 'change-seats'; readonly bookingId: string; readonly seats: number }
  | { readonly type: 'extend-hold'; readonly bookingId: string; readonly expiresAt: string }
  | { readonly type: 'confirm-seats'; readonly bookingId: string }
  | { readonly type: 'release-seats'; readonly bookingId: string; readonly reason: Exclude<ReleaseReason, 'expired'> }
  | { readonly type: 'expire-hold'; readonly bookingId: string };
type CommandOf<T extends DepartureCommand['type']> = Extract<DepartureCommand, { type: T }>;

interface Hold {
  seats: number;
  expiresAt: string;
}

/** Only what is live: a booking that gave its seats back is forgotten, so the state does not grow with the past. */
export interface DepartureInSale {
  tenant: string;
  /** The facts with the running totals. */
  departure: DepartureView;
  /** Booking id -> its hold. */
  holds: Record<string, Hold>;
  /** Booking id -> its confirmed seats. */
  confirmed: Record<string, number>;
  expiries: HoldExpiries;
}
/** Undefined: never scheduled. */
export type DepartureState = DepartureInSale | undefined;

type Decision = readonly DepartureEvent[] | Rejection;

/**
 * The only truth about seats: no booking takes a seat but through here, so nothing is ever oversold.
 * Every command may come again: what is so already gives no events.
 */
export const departureDecider: Decider<DepartureState, DepartureCommand, DepartureEvent> = {
  context: 'departure',
  version: 2,
  initial: () => undefined,
  decide: (command, state, context) => {
    if (command.type === 'schedule-departure') {
      return state === undefined ? [{ type: 'departure.scheduled.v1', data: command.facts }] : [];
    }
    return state === undefined ? reject('NOT_FOUND', 'there is no such departure') : decideOn(command, state, context);
  },
  evolve: (state, event) => {
    const departure = applyDepartureEvent(state?.departure, event);
    if (state === undefined) return { tenant: event.tenant, departure, holds: {}, confirmed: {}, expiries: [] };
    evolveParties(state, event);
    dropStale(state.expiries, ([expiresAt, bookingId]) => state.holds[bookingId]?.expiresAt === expiresAt);
    return state;
  },
};

const decideOn = (
  command: Exclude<DepartureCommand, { type: 'schedule-departure' }>,
  state: DepartureInSale,
  context: DecisionContext,
): Decision => {
  const { departure } = state;
  const departureId = departure.id;
  switch (command.type) {
    case 'change-capacity':
      return changeCapacity(command.capacity, state, context);
    case 'adjust-price':
      return adjustPrice(command, departure, context);
    case 'sell-at-list-price':
      return departure.adjustment === null
        ? []
        : [{ type: 'departure.price-adjusted.v1', data: { departureId, adjustment: null, proposalId: null } }];
    case 'close':
      return departure.closedReason === command.reason
        ? []
        : [{ type: 'departure.closed.v1', data: { departureId, reason: command.reason } }];
    case 'reopen':
      return departure.closedReason === null ? [] : [{ type: 'departure.reopened.v1', data: { departureId } }];
    case 'hold-seats':
      return holdSeats(command, state, context);
    case 'change-seats':
      return changeSeats(command, state, context);
    case 'extend-hold':
      return extendHold(command, state, context);
    case 'confirm-seats':
      return confirmSeats(command.bookingId, state, context);
    case 'release-seats':
      return release(state, command.bookingId, command.reason);
    case 'expire-hold': {
      const hold = state.holds[command.bookingId];
      return hold !== undefined && hold.expiresAt <= context.now ? release(state, command.bookingId, 'expired') : [];
    }
  }
};

const changeCapacity = (capacity: number | null, state: DepartureInSale, { now }: DecisionContext): Decision => {
  const { departure } = state;
  if (capacity === departure.capacity) return [];
  const reclaimed =
    capacity !== null && capacity < departure.confirmed + departure.held ? releaseDueHolds(state, now) : [];
  const taken = departure.confirmed + departure.held - seatsOf(reclaimed);
  if (capacity !== null && capacity < taken) {
    return reject('CAPACITY_BELOW_SOLD', `${taken} seats are sold or held`, 'capacity');
  }
  return [...reclaimed, { type: 'departure.capacity-changed.v1', data: { departureId: departure.id, capacity } }];
};

/** Only what is still on sale gets another price, and only in place of the price that the proposal was made for. */
const adjustPrice = (
  command: CommandOf<'adjust-price'>,
  departure: DepartureView,
  { now }: DecisionContext,
): Decision => {
  const { adjustment, proposalId, basedOn } = command;
  if (departure.adjustment?.proposalId === proposalId) return [];
  const refused = notOnSale(departure, now);
  if (refused !== undefined) return refused;
  if (departure.vacancies !== null && departure.vacancies <= 0) return reject('SOLD_OUT', 'no seat is left to sell');
  if (departure.adjustment?.price !== basedOn?.price || departure.adjustment?.listPrice !== basedOn?.listPrice) {
    return reject('PROPOSAL_NOT_OPEN', 'the price has changed since it was proposed');
  }
  return [{ type: 'departure.price-adjusted.v1', data: { departureId: departure.id, adjustment, proposalId } }];
};

const holdSeats = (command: CommandOf<'hold-seats'>, state: DepartureInSale, context: DecisionContext): Decision => {
  const { bookingId, seats, expiresAt } = command;
  const own = state.holds[bookingId];
  const isDue = own !== undefined && own.expiresAt <= context.now;
  const seatsNow = state.confirmed[bookingId] ?? (isDue ? undefined : own?.seats);
  if (seatsNow === seats) return [];
  if (seatsNow !== undefined) return reject('CONFLICT', `the booking has ${seatsNow} seats here already`);

  const released = isDue ? release(state, bookingId, 'expired') : [];
  const room = takeSeats(seats, state, context, released);
  if (isRejection(room)) return room;
  return [
    ...room,
    { type: 'departure.seats-held.v1', data: { departureId: state.departure.id, bookingId, seats, expiresAt } },
  ];
};

const changeSeats = (
  command: CommandOf<'change-seats'>,
  state: DepartureInSale,
  context: DecisionContext,
): Decision => {
  const { bookingId, seats } = command;
  const confirmedSeats = state.confirmed[bookingId];
  const hold = confirmedSeats === undefined ? liveHold(state, bookingId, context.now) : undefined;
  if (hold !== undefined && isRejection(hold)) return hold;
  const previousSeats = confirmedSeats ?? hold?.seats ?? 0;
  if (seats === previousSeats) return [];

  const room = seats > previousSeats ? takeSeats(seats - previousSeats, state, context) : [];
  if (isRejection(room)) return room;
  const confirmed = confirmedSeats !== undefined;
  return [
    ...room,
    {
      type: 'departure.seats-changed.v1',
      data: { departureId: state.departure.id, bookingId, seats, previousSeats, confirmed },
    },
  ];
};

const extendHold = (command: CommandOf<'extend-hold'>, state: DepartureInSale, context: DecisionContext): Decision => {
  const { bookingId, expiresAt } = command;
  if (state.confirmed[bookingId] !== undefined) return [];
  const hold = liveHold(state, bookingId, context.now);
  if (isRejection(hold)) return hold;
  if (expiresAt <= hold.expiresAt) return [];
  return (
    notOnSale(state.departure, context.now) ?? [
      { type: 'departure.hold-extended.v1', data: { departureId: state.departure.id, bookingId, expiresAt } },
    ]
  );
};

/** A live hold is a promise: it can be confirmed even when the departure was closed, or its cut-off passed, meanwhile. */
const confirmSeats = (bookingId: string, state: DepartureInSale, { now }: DecisionContext): Decision => {
  if (state.confirmed[bookingId] !== undefined) return [];
  const hold = liveHold(state, bookingId, now);
  if (isRejection(hold)) return hold;
  return [
    {
      type: 'departure.seats-confirmed.v1',
      data: { departureId: state.departure.id, bookingId, seats: hold.seats },
    },
  ];
};

const liveHold = (state: DepartureInSale, bookingId: string, now: string): Hold | Rejection => {
  const hold = state.holds[bookingId];
  if (hold === undefined) return reject('HOLD_EXPIRED', 'the booking holds no seats here any more');
  return hold.expiresAt > now ? hold : reject('HOLD_EXPIRED', `the hold ended at ${hold.expiresAt}`);
};

const notOnSale = (departure: DepartureView, now: string): Rejection | undefined => {
  if (departure.closedReason !== null) return reject('DEPARTURE_CLOSED', departure.closedReason);
  return now >= departure.cutoffAt ? reject('CUTOFF_PASSED', `bookings closed at ${departure.cutoffAt}`) : undefined;
};

/** What must be released for `seats` more to fit. Dead holds are only looked for when there is no room without them. */
const takeSeats = (
  seats: number,
  state: DepartureInSale,
  { now }: DecisionContext,
  released: readonly DepartureEvent[] = [],
): Decision => {
  const refused = notOnSale(state.departure, now);
  if (refused !== undefined) return refused;
  const { vacancies } = state.departure;
  if (vacancies === null || seats <= vacancies + seatsOf(released)) return released;
  const reclaimed = releaseDueHolds(state, now);
  const left = vacancies + seatsOf(reclaimed);
  return seats <= left ? reclaimed : reject('SOLD_OUT', `${seats} seats are wanted, ${left} are left`);
};

const releaseDueHolds = (state: DepartureInSale, now: string): readonly DepartureEvent[] => {
  const due = dueExpiries(state.expiries, now)
    .filter(([expiresAt, bookingId]) => state.holds[bookingId]?.expiresAt === expiresAt)
    .map(([, bookingId]) => bookingId);
  // A booking that held, let go and held again until the same instant has two entries.
  return [...new Set(due)].flatMap((bookingId) => release(state, bookingId, 'expired'));
};

const release = (state: DepartureInSale, bookingId: string, reason: ReleaseReason): readonly DepartureEvent[] => {
  const confirmedSeats = state.confirmed[bookingId];
  const seats = confirmedSeats ?? state.holds[bookingId]?.seats;
  if (seats === undefined) return [];
  const confirmed = confirmedSeats !== undefined;
  const departureId = state.departure.id;
  return [{ type: 'departure.seats-released.v1', data: { departureId, bookingId, seats, confirmed, reason } }];
};

const seatsOf = (released: readonly DepartureEvent[]): number =>
  released.reduce((sum, event) => (event.type === 'departure.seats-released.v1' ? sum + event.data.seats : sum), 0);

const evolveParties = (state: DepartureInSale, event: Occurred<DepartureEvent>): void => {
  const { holds, confirmed, expiries } = state;
  switch (event.type) {
    case 'departure.seats-held.v1': {
      const { bookingId, seats, expiresAt } = event.data;
      holds[bookingId] = { seats, expiresAt };
      addExpiry(expiries, [expiresAt, bookingId]);
      break;
    }
    case 'departure.hold-extended.v1': {
      const hold = holds[event.data.bookingId];
      if (hold === undefined) break;
      hold.expiresAt = event.data.expiresAt;
      addExpiry(expiries, [hold.expiresAt, event.data.bookingId]);
      break;
    }
    case 'departure.seats-changed.v1': {
      const { bookingId, seats } = event.data;
      const hold = holds[bookingId];
      if (event.data.confirmed) confirmed[bookingId] = seats;
      else if (hold !== undefined) hold.seats = seats;
      break;
    }
    case 'departure.seats-confirmed.v1':
      delete holds[event.data.bookingId];
      confirmed[event.data.bookingId] = event.data.seats;
      break;
    case 'departure.seats-released.v1':
      delete holds[event.data.bookingId];
      delete confirmed[event.data.bookingId];
      break;
    default:
      break;
  }
};
