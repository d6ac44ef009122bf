import { addDays } from '../../../contracts/local-date.ts';
import type { StayCommand } from '../stay-decider.ts';
import type { BookingRow, RowProblem } from './booking-row.ts';
import { hotelInstant } from './hotel-time.ts';

/** A command of the past and the UTC instant at which it was given. */
export interface PastCommand {
  readonly at: string;
  readonly command: StayCommand;
}

/**
 * The file tells days, not hours. These local hours keep the order in which a day goes (booked, then cancelled or
 * arrived), and keep every instant on the same date in UTC as in Lisbon, so that lead times come out as in the file.
 */
const HOUR = {
  booked: '12:00',
  cancelled: '14:00',
  arrival: '15:00',
  departure: '11:00',
  dayUseEnd: '19:00',
  missed: '23:00',
};

const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');

const endOf = (row: BookingRow): string => {
  switch (row.outcome) {
    case 'CANCELLED':
      return hotelInstant(row.outcomeDate, HOUR.cancelled);
    case 'NO_SHOW':
      return hotelInstant(row.outcomeDate, HOUR.missed);
    case 'CHECKED_OUT':
      return hotelInstant(row.outcomeDate, row.outcomeDate === row.arrivalDate ? HOUR.dayUseEnd : HOUR.departure);
  }
};

/** `count` instants spread evenly inside an interval, to the second: the file tells how many changes, not when. */
const spread = (from: string, to: string, count: number): readonly string[] => {
  const start = Date.parse(from);
  const length = Date.parse(to) - start;
  return Array.from({ length: count }, (_, index) => {
    const seconds = Math.floor((length * (index + 1)) / (count + 1) / 1000);
    return new Date(start + seconds * 1000).toISOString();
  });
};

const bookingOf = (row: BookingRow, stayId: string): StayCommand => ({
  type: 'book',
  stay: {
    stayId,
    terms: {
      hotelId: slug(row.hotel),
      hotelName: row.hotel,
      arrivalDate: row.arrivalDate,
      nights: row.nights,
      adults: row.adults,
      children: row.children,
      babies: row.babies,
      meal: row.meal,
      roomType: row.reservedRoomType,
      adr: row.adr,
      currency: 'EUR',
    },
    country: row.country,
    marketSegment: row.marketSegment,
    channel: row.channel,
    customerType: row.customerType,
    agent: row.agent,
    company: row.company,
    repeatedGuest: row.repeatedGuest,
    previousCancellations: row.previousCancellations,
    previousBookingsNotCancelled: row.previousBookingsNotCancelled,
    daysInWaitingList: row.daysInWaitingList,
    parkingSpaces: row.parkingSpaces,
    specialRequests: row.specialRequests,
  },
});

/**
 * What happened to the booking of a row, as commands in the order in which they were given. Booked on the arrival date
 * less the lead time, then the deposit, the changes (terms stay: the file does not tell what changed), and the outcome
 * on its date. A room is given at arrival; a cancelled booking has one only where the file names another type than booked.
 * @returns the commands, or what makes the row impossible (a date before the one it must follow)
 */
export const stayHistory = (row: BookingRow, stayId: string): readonly PastCommand[] | RowProblem => {
  const bookedAt = hotelInstant(addDays(row.arrivalDate, -row.leadTime), HOUR.booked);
  const arrivesAt = hotelInstant(row.arrivalDate, HOUR.arrival);
  const endsAt = endOf(row);
  const earliest = row.outcome === 'CHECKED_OUT' ? arrivesAt : bookedAt;
  if (endsAt < earliest) {
    const before = row.outcome === 'CHECKED_OUT' ? 'arrival' : 'booking';
    return { field: 'reservation_status_date', reason: `${row.outcomeDate} is before the ${before}` };
  }

  const past: PastCommand[] = [{ at: bookedAt, command: bookingOf(row, stayId) }];
  if (row.deposit !== 'NONE') past.push({ at: bookedAt, command: { type: 'take-deposit', depositType: row.deposit } });
  const openUntil = Date.parse(endsAt) < Date.parse(arrivesAt) ? endsAt : arrivesAt;
  for (const at of spread(bookedAt, openUntil, row.changes)) past.push({ at, command: { type: 'change', terms: {} } });
  if (row.outcome !== 'CANCELLED' || row.assignedRoomType !== row.reservedRoomType) {
    past.push({ at: openUntil, command: { type: 'assign-room', roomType: row.assignedRoomType } });
  }
  switch (row.outcome) {
    case 'CANCELLED':
      past.push({ at: endsAt, command: { type: 'cancel', reason: null } });
      break;
    case 'NO_SHOW':
      past.push({ at: endsAt, command: { type: 'no-show' } });
      break;
    case 'CHECKED_OUT':
      past.push({ at: arrivesAt, command: { type: 'check-in' } });
      past.push({ at: endsAt, command: { type: 'check-out' } });
  }
  return past;
};
