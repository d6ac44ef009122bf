import { type DepartureInSale, departureDecider } from '../../../command-side/departures/departure-decider.ts';
import { applyBookingEvent } from '../../../contracts/bookings/booking-fold.ts';
import type { BookingEvent } from '../../../contracts/events/bookings.ts';
import type { Occurred } from '../../../contracts/events/define.ts';
import type { DepartureEvent } from '../../../contracts/events/departures.ts';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { BookingView } from '../../../contracts/views/booking.ts';
import type { Sold } from './booking-load.ts';

/** Bookings and departures as the log has them, by their ids. */
export interface Truth {
  readonly bookings: ReadonlyMap<string, BookingView>;
  readonly departures: ReadonlyMap<string, DepartureInSale>;
}

export const truthOf = (log: readonly RecordedEvent[]): Truth => {
  const bookings = new Map<string, BookingView>();
  const departures = new Map<string, DepartureInSale>();
  for (const event of structuredClone(log) as RecordedEvent[]) {
    const id = event.stream.slice(event.stream.indexOf('-') + 1);
    if (event.stream.startsWith('booking-')) {
      bookings.set(id, applyBookingEvent(bookings.get(id), event as RecordedEvent & Occurred<BookingEvent>));
    } else if (event.stream.startsWith('departure-')) {
      const next = departureDecider.evolve(departures.get(id), event as RecordedEvent & Occurred<DepartureEvent>);
      if (next !== undefined) departures.set(id, next);
    }
  }
  return { bookings, departures };
};

/** Where the seats of a departure do not add up, or more are given than there are. Empty: all is well. */
export const seatFaults = ({ departures }: Truth): readonly string[] =>
  [...departures.values()].flatMap(({ departure, holds, confirmed }) => {
    const held = Object.values(holds).reduce((sum, { seats }) => sum + seats, 0);
    const sold = Object.values(confirmed).reduce((sum, seats) => sum + seats, 0);
    const { capacity, vacancies } = departure;
    return held === departure.held &&
      sold === departure.confirmed &&
      (capacity === null || (vacancies === capacity - sold - held && vacancies >= 0))
      ? []
      : [
          `${departure.id}: capacity ${capacity}, confirmed ${sold}, held ${held}, shown as ${JSON.stringify(departure)}`,
        ];
  });

/** Ids of bookings whose own stream and departure do not say the same about their seats: a step was left half-done. */
export const halfDone = ({ bookings, departures }: Truth): readonly string[] => {
  const found = new Set<string>();
  for (const [departureId, { holds, confirmed }] of departures) {
    for (const id of [...Object.keys(holds), ...Object.keys(confirmed)]) {
      if (!stands(bookings.get(id)) || bookings.get(id)?.departure?.departureId !== departureId) found.add(id);
    }
  }
  for (const [id, booking] of bookings) {
    const party = departures.get(booking.departure?.departureId ?? '');
    if (!stands(booking) || party === undefined) continue;
    const seats = party.confirmed[id] ?? (booking.status === 'ON_HOLD' ? party.holds[id]?.seats : undefined);
    if (seats !== booking.seats) found.add(id);
  }
  return [...found];
};

const stands = (booking: BookingView | undefined): boolean =>
  booking !== undefined && booking.status !== 'CANCELLED' && booking.status !== 'EXPIRED';

/** What clients were told and the log does not know. Empty: nothing acknowledged was lost. */
export const lostOf = (ledger: Iterable<Sold>, { bookings }: Truth): readonly string[] =>
  [...ledger].flatMap(({ id, acknowledged, inDoubt }) => {
    const booking = bookings.get(id);
    const known = { status: booking?.status, seats: booking?.seats ?? 0 };
    const possible = inDoubt === undefined ? [acknowledged] : [acknowledged, inDoubt.makes];
    return possible.some(({ status, seats }) => status === known.status && seats === known.seats)
      ? []
      : [
          `${id}: acknowledged as ${JSON.stringify(acknowledged)}, in doubt ${inDoubt?.step}, is ${JSON.stringify(known)}`,
        ];
  });
