import { FARTHEST_LEAD } from '../../contracts/features/demand-facts.ts';
import type { FeatureRow } from '../features/encode-rows.ts';
import type { FeatureRule } from '../features/learn-features.ts';
import { weekdayOf, yearPhase } from './day-number.ts';
import type { HolidayCalendar } from './holiday-calendar.ts';
import type { SubjectAt } from './subject-at.ts';

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** Farthest day that is forecast with what is known of now: later, only trend and season tell anything. */
export const FARTHEST_HORIZON = 90;

/** A holiday counts as near one that so many of the guests have. */
const LARGE_HOLIDAY = 0.2;
const HOLIDAY_REACH = 9;
/** Own days before what is usually booked so long before can be told. */
const PICKUP_DAYS = 28;

const relative = (name: string): FeatureRule => ({ name, kind: 'number', unit: 'of the mean day of the last year' });
const plain = (name: string, unit: string): FeatureRule => ({ name, kind: 'number', unit });

const ON_THE_BOOKS = [
  relative('onTheBooks'),
  relative('usuallyOnTheBooks'),
  relative('pickup'),
  relative('withPickup'),
  relative('weekdayPickup'),
  relative('withWeekdayPickup'),
  relative('onTheBooksAround'),
  relative('bookedLastWeek'),
];

const PAST_AND_CALENDAR: readonly FeatureRule[] = [
  plain('horizon', 'days'),
  { name: 'weekday', kind: 'category', unit: 'day of the week' },
  plain('dayOfYear', 'years'),
  plain('yearSine', '1'),
  plain('yearCosine', '1'),
  relative('seasonalTrend'),
  relative('last7'),
  relative('last14'),
  relative('last28'),
  relative('last56'),
  relative('lastSameWeekday'),
  relative('last4SameWeekdays'),
  relative('last8SameWeekdays'),
  relative('lastYear'),
  relative('lastYearWeek'),
  relative('lastYearThreeWeeks'),
  plain('lastYearGrowth', '1'),
  plain('yearOnYear', '1'),
  plain('quarterTrend', '1'),
  plain('holiday', 'share of the guests'),
  plain('holidayAround', 'share of the guests'),
  plain('daysSinceHoliday', 'days'),
  plain('daysToHoliday', 'days'),
  plain('holidayLastYear', 'share of the guests'),
  plain('departures', 'departures'),
  relative('capacity'),
];

/** What the columns of the demand model may be. @param onTheBooks whether it sees what is booked already for the day */
export const demandFeatureRules = (onTheBooks: boolean): readonly FeatureRule[] =>
  onTheBooks ? [...PAST_AND_CALENDAR, ...ON_THE_BOOKS] : PAST_AND_CALENDAR;

/** Features that speak of the days so near to a day, for reasons in words. */
export const FEATURE_GROUPS = {
  'on the books': ON_THE_BOOKS.map(({ name }) => name),
  holidays: ['holiday', 'holidayAround', 'daysSinceHoliday', 'daysToHoliday', 'holidayLastYear'],
} as const;

/**
 * What is known at an origin of the day `horizon` days later, by name (the features of the manifest pick theirs).
 * Nothing in it became known after the origin. @param horizon 1 to FARTHEST_HORIZON
 */
export const demandRow = (at: SubjectAt, horizon: number, calendar: HolidayCalendar): FeatureRow => ({
  ...pastAndCalendar(at, horizon, calendar),
  ...offered(at, horizon),
  ...onTheBooks(at, horizon),
});

const pastAndCalendar = (at: SubjectAt, horizon: number, calendar: HolidayCalendar): FeatureRow => {
  const { origin, values, scale } = at;
  const day = origin + horizon;
  const phase = yearPhase(day);
  const last28 = meanBetween(at, origin - 27, origin);
  const yearAgo = day - 364;
  const levelYearAgo = meanBetween(at, origin - 364 - 27, origin - 364);
  const threeWeeks = around(at, yearAgo, 10);
  const share = (value: number | null): number | null => (value === null ? null : value / scale);
  return {
    horizon,
    weekday: WEEKDAYS[weekdayOf(day)],
    dayOfYear: phase,
    yearSine: Math.sin(2 * Math.PI * phase),
    yearCosine: Math.cos(2 * Math.PI * phase),
    seasonalTrend: seasonalBase(at, horizon),
    last7: share(meanBetween(at, origin - 6, origin)),
    last14: share(meanBetween(at, origin - 13, origin)),
    last28: share(last28),
    last56: share(meanBetween(at, origin - 55, origin)),
    lastSameWeekday: share(sameWeekdays(at, day, 1)),
    last4SameWeekdays: share(sameWeekdays(at, day, 4)),
    last8SameWeekdays: share(sameWeekdays(at, day, 8)),
    lastYear: share(valueOn(at, yearAgo)),
    lastYearWeek: share(around(at, yearAgo, 3)),
    lastYearThreeWeeks: share(threeWeeks),
    lastYearGrowth: ratio(threeWeeks, levelYearAgo),
    yearOnYear: ratio(last28, levelYearAgo),
    quarterTrend: ratio(last28, meanBetween(at, origin - 83, origin)),
    ...holidays(day, calendar, values.length > 364 - horizon),
  };
};

/** What trend and season alone expect, as a share of the scale: what the model's trees correct. */
const seasonalBase = ({ trend, origin, scale }: SubjectAt, horizon: number): number =>
  Math.max(0, trend.at(origin + horizon)) / scale;

const holidays = (day: number, calendar: HolidayCalendar, hasLastYear: boolean): FeatureRow => {
  let around = 0;
  for (let offset = -3; offset <= 3; offset++) around += calendar.share(day + offset);
  return {
    holiday: calendar.share(day),
    holidayAround: around,
    daysSinceHoliday: distance(day, -1, calendar),
    daysToHoliday: distance(day, 1, calendar),
    holidayLastYear: hasLastYear ? calendar.share(day - 364) : null,
  };
};

const distance = (day: number, step: 1 | -1, calendar: HolidayCalendar): number => {
  for (let days = 0; days < HOLIDAY_REACH; days++) if (calendar.share(day + step * days) >= LARGE_HOLIDAY) return days;
  return HOLIDAY_REACH;
};

/** Null of hotels, and of products that are sold without departures. */
const offered = ({ ledger, origin, scale }: SubjectAt, horizon: number): FeatureRow => {
  const day = origin + horizon;
  const departures = ledger.known('departures', day, origin);
  if (departures === 0) return { departures: null, capacity: null };
  const isUnlimited = ledger.known('unlimited', day, origin) > 0;
  return { departures, capacity: isUnlimited ? null : ledger.known('capacity', day, origin) / scale };
};

const onTheBooks = ({ ledger, origin, scale, ownDays }: SubjectAt, horizon: number): FeatureRow => {
  const day = origin + horizon;
  const booked = (of: number, asOf: number): number => ledger.known('booked', of, asOf);
  const now = booked(day, origin);
  const usual = ownDays < PICKUP_DAYS ? undefined : pickupOf(booked, origin, origin, 1, PICKUP_DAYS, horizon);
  const first = day - 7 * Math.ceil(horizon / 7);
  const weekday = ownDays < 2 * PICKUP_DAYS ? undefined : pickupOf(booked, first, origin, 7, 8, horizon);
  // Farther than the ledger tells leads apart, nothing is known.
  const near = [-3, -2, -1, 0, 1, 2, 3].filter((offset) => horizon + offset < FARTHEST_LEAD);
  const around = near.reduce((sum, offset) => sum + booked(day + offset, origin), 0);
  const share = (value: number | undefined): number | null => (value === undefined ? null : value / scale);
  return {
    onTheBooks: now / scale,
    usuallyOnTheBooks: share(usual?.onTheBooks),
    pickup: share(usual?.pickup),
    withPickup: share(usual && now + usual.pickup),
    weekdayPickup: share(weekday?.pickup),
    withWeekdayPickup: share(weekday && now + weekday.pickup),
    onTheBooksAround: around / near.length / scale,
    bookedLastWeek: horizon + 7 < FARTHEST_LEAD ? (now - booked(day, origin - 7)) / scale : null,
  };
};

/** Of `count` past days, `step` apart: what was on the books `horizon` days before, and what came after that. */
const pickupOf = (
  booked: (day: number, asOf: number) => number,
  last: number,
  origin: number,
  step: number,
  count: number,
  horizon: number,
) => {
  let before = 0;
  let inTheEnd = 0;
  for (let at = 0; at < count; at++) {
    const day = last - step * at;
    before += booked(day, day - horizon);
    inTheEnd += booked(day, origin);
  }
  return { onTheBooks: before / count, pickup: (inTheEnd - before) / count };
};

const valueOn = ({ origin, values }: SubjectAt, day: number): number | null => {
  const at = values.length - 1 - (origin - day);
  return at < 0 || day > origin ? null : (values[at] ?? null);
};

/** Null when none of the days is known. */
const meanBetween = ({ origin, values }: SubjectAt, from: number, to: number): number | null => {
  const end = values.length - (origin - Math.min(to, origin));
  const start = Math.max(0, values.length - 1 - (origin - from));
  if (end <= start) return null;
  let sum = 0;
  for (let at = start; at < end; at++) sum += values[at] ?? 0;
  return sum / (end - start);
};

/** The mean of the days around a day of the past; null where the day itself is not known. */
const around = (at: SubjectAt, day: number, reach: number): number | null =>
  valueOn(at, day - reach) === null ? null : meanBetween(at, day - reach, day + reach);

const sameWeekdays = (at: SubjectAt, day: number, count: number): number | null => {
  let sum = 0;
  let days = 0;
  let past = day - 7 * Math.ceil(Math.max(0, day - at.origin) / 7);
  for (; days < count; past -= 7) {
    const value = valueOn(at, past);
    if (value === null) break;
    sum += value;
    days++;
  }
  return days === 0 ? null : sum / days;
};

const ratio = (above: number | null, below: number | null): number | null =>
  above === null || below === null || below === 0 ? null : above / below;
