import { describe, expect, it } from 'vitest';
import { type Column, minorUnitsOfDecimal, type RowProblem, readBookingRow } from './booking-row.ts';
import { stayHistory } from './stay-history.ts';

const resort: Readonly<Record<Column, string>> = {
  hotel: 'Resort Hotel',
  is_canceled: '0',
  lead_time: '10',
  arrival_date_year: '2016',
  arrival_date_month: 'July',
  arrival_date_day_of_month: '11',
  stays_in_weekend_nights: '1',
  stays_in_week_nights: '2',
  adults: '2',
  children: '1',
  babies: '0',
  meal: 'BB',
  country: 'PRT',
  market_segment: 'Direct',
  distribution_channel: 'Direct',
  is_repeated_guest: '0',
  previous_cancellations: '0',
  previous_bookings_not_canceled: '0',
  reserved_room_type: 'C',
  assigned_room_type: 'D',
  booking_changes: '0',
  deposit_type: 'No Deposit',
  agent: 'NULL',
  company: '12',
  days_in_waiting_list: '0',
  customer_type: 'Transient',
  adr: '101.5',
  required_car_parking_spaces: '0',
  total_of_special_requests: '0',
  reservation_status: 'Check-Out',
  reservation_status_date: '2016-07-14',
};
const cancelled = { is_canceled: '1', reservation_status: 'Canceled', reservation_status_date: '2016-07-05' };

type Cells = Partial<Record<Column, string>>;
const read = (changes: Cells) => readBookingRow((column) => changes[column] ?? resort[column]);

const problemOf = (changes: Cells): RowProblem | undefined => {
  const outcome = read(changes);
  if ('problem' in outcome) return outcome.problem;
  const past = stayHistory(outcome.row, 'stay-1');
  return 'reason' in past ? past : undefined;
};

/** What happened, as `instant command`. */
const storyOf = (changes: Cells = {}): readonly string[] => {
  const outcome = read(changes);
  if ('problem' in outcome) throw new Error(outcome.problem.reason);
  const past = stayHistory(outcome.row, 'stay-1');
  if ('reason' in past) throw new Error(past.reason);
  return past.map(({ at, command }) => `${at.slice(0, 19)} ${command.type}`);
};

describe('the history of a row', () => {
  it('books the lead time before arrival, and arrives and leaves at the hours of Lisbon summer', () => {
    expect(storyOf()).toEqual([
      '2016-07-01T11:00:00 book',
      '2016-07-11T14:00:00 assign-room',
      '2016-07-11T14:00:00 check-in',
      '2016-07-14T10:00:00 check-out',
    ]);
  });

  it('goes by winter time in winter, also when the booking was in summer', () => {
    const winter = { arrival_date_month: 'November', lead_time: '30', reservation_status_date: '2016-11-14' };
    expect(storyOf(winter)).toEqual([
      '2016-10-12T11:00:00 book',
      '2016-11-11T15:00:00 assign-room',
      '2016-11-11T15:00:00 check-in',
      '2016-11-14T11:00:00 check-out',
    ]);
  });

  it('spreads the changes between booking and arrival, or cancellation where that came first', () => {
    expect(storyOf({ ...cancelled, booking_changes: '3', assigned_room_type: 'C' })).toEqual([
      '2016-07-01T11:00:00 book',
      '2016-07-02T11:30:00 change',
      '2016-07-03T12:00:00 change',
      '2016-07-04T12:30:00 change',
      '2016-07-05T13:00:00 cancel',
    ]);
    const changes = storyOf({ booking_changes: '2' }).filter((step) => step.endsWith('change'));
    expect(changes).toEqual(['2016-07-04T20:00:00 change', '2016-07-08T05:00:00 change']);
  });

  it('takes the deposit with the booking', () => {
    expect(storyOf({ deposit_type: 'Non Refund' })[1]).toBe('2016-07-01T11:00:00 take-deposit');
  });

  it('gives a cancelled booking a room only where the file names another type than booked', () => {
    expect(storyOf(cancelled)).toContain('2016-07-05T13:00:00 assign-room');
    expect(storyOf({ ...cancelled, assigned_room_type: 'C' })).toHaveLength(2);
  });

  it('keeps a day’s order: booked, cancelled, or arrived and gone on one day; missed at its end', () => {
    const sameDay = { lead_time: '0', reservation_status_date: '2016-07-11' };
    expect(
      storyOf({ ...sameDay, ...cancelled, reservation_status_date: '2016-07-11', assigned_room_type: 'C' }),
    ).toEqual(['2016-07-11T11:00:00 book', '2016-07-11T13:00:00 cancel']);
    expect(storyOf(sameDay)).toEqual([
      '2016-07-11T11:00:00 book',
      '2016-07-11T14:00:00 assign-room',
      '2016-07-11T14:00:00 check-in',
      '2016-07-11T18:00:00 check-out',
    ]);
    expect(storyOf({ ...sameDay, is_canceled: '1', reservation_status: 'No-Show' }).at(-1)).toBe(
      '2016-07-11T22:00:00 no-show',
    );
  });
});

describe('reading a row', () => {
  it('keeps what is odd but real: nobody named, no nights, a negative rate, undefined codes', () => {
    const odd = read({
      adults: '0',
      children: '0',
      babies: '0',
      stays_in_weekend_nights: '0',
      stays_in_week_nights: '0',
      adr: '-6.38',
      meal: 'Undefined',
      country: 'NULL',
    });
    expect(odd).toMatchObject({
      row: { adults: 0, nights: 0, adr: -638, meal: 'Undefined', country: null, company: '12' },
    });
  });

  it('takes unknown children as none, and says so', () => {
    expect(read({ children: 'NA' })).toEqual({
      row: expect.objectContaining({ children: 0 }),
      notes: [{ field: 'children', reason: "is not known ('NA'); taken as 0" }],
    });
  });

  it.each<[Cells, string]>([
    [{ hotel: 'NULL' }, 'hotel'],
    [{ hotel: 'undefined' }, 'hotel'],
    [{ hotel: '' }, 'hotel'],
    [{ lead_time: 'NaN' }, 'lead_time'],
    [{ lead_time: '-1' }, 'lead_time'],
    [{ adults: '2.5' }, 'adults'],
    [{ adults: '1e3' }, 'adults'],
    [{ adr: 'NaN' }, 'adr'],
    [{ adr: 'Infinity' }, 'adr'],
    [{ adr: '' }, 'adr'],
    [{ arrival_date_year: '16' }, 'arrival_date_year'],
    [{ arrival_date_month: 'Juli' }, 'arrival_date_month'],
    [{ arrival_date_month: 'June', arrival_date_day_of_month: '31' }, 'arrival_date_day_of_month'],
    [{ arrival_date_month: 'February', arrival_date_day_of_month: '0' }, 'arrival_date_day_of_month'],
    [{ reservation_status_date: '14/07/2016' }, 'reservation_status_date'],
    [{ reservation_status_date: '2016-02-30' }, 'reservation_status_date'],
    [{ reservation_status_date: '2016-07-10' }, 'reservation_status_date'],
    [{ ...cancelled, reservation_status_date: '2016-06-30' }, 'reservation_status_date'],
    [{ reservation_status: 'Gone' }, 'reservation_status'],
    [{ reservation_status: 'constructor' }, 'reservation_status'],
    [{ is_canceled: '1' }, 'is_canceled'],
    [{ deposit_type: 'Maybe' }, 'deposit_type'],
    [{ assigned_room_type: 'NULL' }, 'assigned_room_type'],
    [{ is_repeated_guest: '2' }, 'is_repeated_guest'],
    [{ customer_type: 'x'.repeat(101) }, 'customer_type'],
  ])('refuses %j, naming the field', (changes, field) => {
    expect(problemOf(changes)).toEqual({ field, reason: expect.stringMatching(/./) });
  });

  it.each([
    ['0', 0],
    ['76.5', 7_650],
    ['-6.38', -638],
    ['1.005', 101],
    ['1.00499999', 100],
    ['-1.005', -101],
    ['-0.001', 0],
    ['5400', 540_000],
    ['8.', undefined],
    ['1,5', undefined],
  ])('makes cents of %s', (text, cents) => {
    expect(minorUnitsOfDecimal(text)).toBe(cents);
  });
});
