/** Columns of the public hotel booking demand file that are read (Antonio, Almeida, Nunes 2019, Data in Brief 22:41-49, table 1). */
export const COLUMNS = [
  'hotel',
  'is_canceled',
  'lead_time',
  'arrival_date_year',
  'arrival_date_month',
  'arrival_date_day_of_month',
  'stays_in_weekend_nights',
  'stays_in_week_nights',
  'adults',
  'children',
  'babies',
  'meal',
  'country',
  'market_segment',
  'distribution_channel',
  'is_repeated_guest',
  'previous_cancellations',
  'previous_bookings_not_canceled',
  'reserved_room_type',
  'assigned_room_type',
  'booking_changes',
  'deposit_type',
  'agent',
  'company',
  'days_in_waiting_list',
  'customer_type',
  'adr',
  'required_car_parking_spaces',
  'total_of_special_requests',
  'reservation_status',
  'reservation_status_date',
] as const;
export type Column = (typeof COLUMNS)[number];

/** What is wrong with a row, or what was made of a value that the file does not tell. */
export interface RowProblem {
  readonly field: string;
  readonly reason: string;
}

export type RowOutcome = 'CANCELLED' | 'NO_SHOW' | 'CHECKED_OUT';

/** A row with its values checked and typed. Dates are local, `2016-07-01`. */
export interface BookingRow {
  readonly hotel: string;
  readonly leadTime: number;
  readonly arrivalDate: string;
  readonly nights: number;
  readonly adults: number;
  readonly children: number;
  readonly babies: number;
  readonly meal: string;
  readonly country: string | null;
  readonly marketSegment: string;
  readonly channel: string;
  readonly repeatedGuest: boolean;
  readonly previousCancellations: number;
  readonly previousBookingsNotCancelled: number;
  readonly reservedRoomType: string;
  readonly assignedRoomType: string;
  readonly changes: number;
  readonly deposit: 'NONE' | 'REFUNDABLE' | 'NON_REFUNDABLE';
  readonly agent: string | null;
  readonly company: string | null;
  readonly daysInWaitingList: number;
  readonly customerType: string;
  /** EUR cents. */
  readonly adr: number;
  readonly parkingSpaces: number;
  readonly specialRequests: number;
  readonly outcome: RowOutcome;
  readonly outcomeDate: string;
}

class BadValue extends Error {
  readonly field: Column;
  constructor(field: Column, reason: string) {
    super(reason);
    this.field = field;
  }
}

type Cells = (column: Column) => string;

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DEPOSITS: Readonly<Record<string, BookingRow['deposit']>> = {
  'No Deposit': 'NONE',
  Refundable: 'REFUNDABLE',
  'Non Refund': 'NON_REFUNDABLE',
};
const OUTCOMES: Readonly<Record<string, RowOutcome>> = {
  'Check-Out': 'CHECKED_OUT',
  Canceled: 'CANCELLED',
  'No-Show': 'NO_SHOW',
};

const shown = (value: string): string => (value === '' ? 'empty' : `'${value.slice(0, 40)}'`);
const isMissing = (value: string): boolean => value === '' || value === 'NULL' || value === 'NA';

const textOf = (cells: Cells, column: Column): string => {
  const value = cells(column);
  if (isMissing(value)) throw new BadValue(column, `is not known (${shown(value)})`);
  if (value.length > 100) throw new BadValue(column, 'is longer than 100 characters');
  return value;
};

const optionalOf = (cells: Cells, column: Column): string | null => {
  const value = cells(column);
  if (value.length > 100) throw new BadValue(column, 'is longer than 100 characters');
  return isMissing(value) ? null : value;
};

/** A whole number from 0. Statistics packages write `3.0` for it, which is taken too. */
const countOf = (cells: Cells, column: Column, most = 10_000): number => {
  const value = cells(column);
  if (!/^\d{1,6}(\.0+)?$/.test(value)) throw new BadValue(column, `is not a whole number from 0 (${shown(value)})`);
  const count = Number(value);
  if (count > most) throw new BadValue(column, `is more than ${most} (${count})`);
  return count;
};

const choiceOf = <T>(cells: Cells, column: Column, choices: Readonly<Record<string, T>>): T => {
  const choice = Object.hasOwn(choices, cells(column)) ? choices[cells(column)] : undefined;
  if (choice === undefined) {
    throw new BadValue(column, `is ${shown(cells(column))}, not one of ${Object.keys(choices).join(', ')}`);
  }
  return choice;
};

/**
 * Minor units of a decimal amount with two minor digits, rounded half away from zero: `-6.38` is -638, `1.005` is 101.
 * Works on the digits, so no binary fraction can tip it. Undefined where the text is not a plain decimal.
 */
export const minorUnitsOfDecimal = (text: string): number | undefined => {
  const match = /^([+-]?)(\d{1,9})(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const digits = fraction.padEnd(3, '0');
  const units = Number(whole) * 100 + Number(digits.slice(0, 2)) + (Number(digits[2]) >= 5 ? 1 : 0);
  return sign === '-' && units !== 0 ? -units : units;
};

const amountOf = (cells: Cells, column: Column): number => {
  const amount = minorUnitsOfDecimal(cells(column));
  if (amount === undefined) throw new BadValue(column, `is not an amount (${shown(cells(column))})`);
  return amount;
};

const isDate = (date: string): boolean => {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
};

const arrivalDateOf = (cells: Cells): string => {
  const year = cells('arrival_date_year');
  if (!/^(19|20)\d\d$/.test(year)) throw new BadValue('arrival_date_year', `is not a year (${shown(year)})`);
  const month = MONTHS.indexOf(cells('arrival_date_month')) + 1;
  if (month === 0) {
    throw new BadValue('arrival_date_month', `is not an English month (${shown(cells('arrival_date_month'))})`);
  }
  const day = countOf(cells, 'arrival_date_day_of_month');
  const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  if (!isDate(date)) throw new BadValue('arrival_date_day_of_month', `makes a date that does not exist (${date})`);
  return date;
};

const outcomeDateOf = (cells: Cells): string => {
  const date = cells('reservation_status_date');
  if (!/^(19|20)\d\d-\d\d-\d\d$/.test(date) || !isDate(date)) {
    throw new BadValue('reservation_status_date', `is not a date like 2016-07-01 (${shown(date)})`);
  }
  return date;
};

/** A row's number of children: the file has four bookings with `NA`. They are real bookings, so none is counted and the report says it. */
const childrenOf = (cells: Cells, notes: RowProblem[]): number => {
  if (!isMissing(cells('children'))) return countOf(cells, 'children');
  notes.push({ field: 'children', reason: `is not known (${shown(cells('children'))}); taken as 0` });
  return 0;
};

const read = (cells: Cells, notes: RowProblem[]): BookingRow => {
  const hotel = textOf(cells, 'hotel');
  if (hotel.toLowerCase() === 'undefined' || !/[\p{L}\p{N}]/u.test(hotel))
    throw new BadValue('hotel', `is not known (${shown(hotel)})`);
  const outcome = choiceOf(cells, 'reservation_status', OUTCOMES);
  const cancelled = choiceOf(cells, 'is_canceled', { 0: false, 1: true });
  if (cancelled !== (outcome !== 'CHECKED_OUT')) {
    throw new BadValue('is_canceled', `is ${cells('is_canceled')} but reservation_status is ${outcome}`);
  }
  return {
    hotel,
    leadTime: countOf(cells, 'lead_time'),
    arrivalDate: arrivalDateOf(cells),
    nights: countOf(cells, 'stays_in_weekend_nights', 1_000) + countOf(cells, 'stays_in_week_nights', 1_000),
    adults: countOf(cells, 'adults'),
    children: childrenOf(cells, notes),
    babies: countOf(cells, 'babies'),
    meal: textOf(cells, 'meal'),
    country: optionalOf(cells, 'country'),
    marketSegment: textOf(cells, 'market_segment'),
    channel: textOf(cells, 'distribution_channel'),
    repeatedGuest: choiceOf(cells, 'is_repeated_guest', { 0: false, 1: true }),
    previousCancellations: countOf(cells, 'previous_cancellations'),
    previousBookingsNotCancelled: countOf(cells, 'previous_bookings_not_canceled'),
    reservedRoomType: textOf(cells, 'reserved_room_type'),
    assignedRoomType: textOf(cells, 'assigned_room_type'),
    changes: countOf(cells, 'booking_changes', 1_000),
    deposit: choiceOf(cells, 'deposit_type', DEPOSITS),
    agent: optionalOf(cells, 'agent'),
    company: optionalOf(cells, 'company'),
    daysInWaitingList: countOf(cells, 'days_in_waiting_list'),
    customerType: textOf(cells, 'customer_type'),
    adr: amountOf(cells, 'adr'),
    parkingSpaces: countOf(cells, 'required_car_parking_spaces'),
    specialRequests: countOf(cells, 'total_of_special_requests'),
    outcome,
    outcomeDate: outcomeDateOf(cells),
  };
};

/**
 * Reads one row. A value that is missing or no number, date or known code refuses the row and names the field.
 * @param cells the trimmed text of a column
 * @returns the row, and notes on what was taken in place of an unknown value; or what is wrong
 */
export const readBookingRow = (
  cells: Cells,
): { readonly row: BookingRow; readonly notes: readonly RowProblem[] } | { readonly problem: RowProblem } => {
  const notes: RowProblem[] = [];
  try {
    return { row: read(cells, notes), notes };
  } catch (error) {
    if (error instanceof BadValue) return { problem: { field: error.field, reason: error.message } };
    throw error;
  }
};
