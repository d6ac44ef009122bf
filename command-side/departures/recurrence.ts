import { Temporal } from 'temporal-polyfill';
import type { ScheduleDetails } from '../../contracts/events/departures.ts';
import { deterministicId } from '../../contracts/ids.ts';
import type { DepartureFacts } from './departure-decider.ts';

/**
 * The departures of a schedule on local dates `fromDate` to `untilDate`, both inclusive, in order of time.
 * A start that daylight saving skips moves forward by the gap, one that comes twice is the first (Temporal 'compatible',
 * RFC 5545 §3.3.5); two that meet so are one departure. With opening hours, one a day from midnight to midnight.
 */
export const departuresOf = (
  details: ScheduleDetails,
  fromDate: string,
  untilDate: string,
  scheduleId: string | null = null,
): DepartureFacts[] => {
  const departures = new Map<string, DepartureFacts>();
  for (const date of datesOf(details, fromDate, untilDate)) {
    for (const period of periodsOf(details, date)) {
      const facts = factsOf(details, scheduleId, date, period);
      if (!departures.has(facts.availabilityId)) departures.set(facts.availabilityId, facts);
    }
  }
  return [...departures.values()].sort((a, b) => (a.startsAt < b.startsAt ? -1 : 1));
};

/** The local date now in a zone, `2026-10-25`. @param now ISO 8601 instant. */
export const localDateAt = (now: string, timeZone: string): string =>
  Temporal.Instant.from(now).toZonedDateTimeISO(timeZone).toPlainDate().toString();

interface Period {
  readonly start: Temporal.ZonedDateTime;
  readonly end: Temporal.ZonedDateTime;
  /** Bookings close this side of it by the cut-off. */
  readonly lastEntry: Temporal.ZonedDateTime;
}

function* datesOf({ recurrence }: ScheduleDetails, fromDate: string, untilDate: string): Generator<Temporal.PlainDate> {
  const first = fromDate > recurrence.from ? fromDate : recurrence.from;
  const last = untilDate < recurrence.until ? untilDate : recurrence.until;
  const weekdays = new Set(recurrence.weekdays);
  const except = new Set(recurrence.except);
  const end = Temporal.PlainDate.from(last);
  for (
    let date = Temporal.PlainDate.from(first);
    Temporal.PlainDate.compare(date, end) <= 0;
    date = date.add({ days: 1 })
  ) {
    if (weekdays.has(date.dayOfWeek) && !except.has(date.toString())) yield date;
  }
}

const at = (date: Temporal.PlainDate, time: string, timeZone: string): Temporal.ZonedDateTime => {
  if (time === '24:00') return date.add({ days: 1 }).toZonedDateTime(timeZone);
  // From numbers: having the string parsed for each departure would take half of the time.
  const plainTime = new Temporal.PlainTime(Number(time.slice(0, 2)), Number(time.slice(3)));
  return date.toPlainDateTime(plainTime).toZonedDateTime(timeZone, { disambiguation: 'compatible' });
};

const periodsOf = (details: ScheduleDetails, date: Temporal.PlainDate): readonly Period[] => {
  const { timeZone } = details;
  if (details.availabilityType === 'START_TIME') {
    return details.startTimes.map((time) => {
      const start = at(date, time, timeZone);
      return { start, end: start.add({ minutes: details.durationMinutes }), lastEntry: start };
    });
  }
  const closing =
    details.openingHours
      .map(({ to }) => to)
      .sort()
      .at(-1) ?? '24:00';
  return [
    {
      start: date.toZonedDateTime(timeZone),
      end: date.add({ days: 1 }).toZonedDateTime(timeZone),
      lastEntry: at(date, closing, timeZone),
    },
  ];
};

const factsOf = (
  details: ScheduleDetails,
  scheduleId: string | null,
  date: Temporal.PlainDate,
  { start, end, lastEntry }: Period,
): DepartureFacts => {
  const { productId, optionId, availabilityType, timeZone, openingHours, capacity } = details;
  const availabilityId = withOffset(start);
  return {
    departureId: deterministicId('departure', productId, optionId, availabilityId),
    availabilityId,
    productId,
    optionId,
    scheduleId,
    availabilityType,
    timeZone,
    localDate: date.toString(),
    localStart: availabilityId,
    localEnd: withOffset(end),
    startsAt: instant(start.epochMilliseconds),
    endsAt: instant(end.epochMilliseconds),
    cutoffAt: instant(lastEntry.epochMilliseconds - details.cutoffMinutes * 60_000),
    openingHours: availabilityType === 'OPENING_HOURS' ? openingHours : [],
    capacity,
  };
};

/** As `ZonedDateTime#toString` writes it, in a fifth of its time. */
const withOffset = (time: Temporal.ZonedDateTime): string =>
  instant(time.epochMilliseconds + time.offsetNanoseconds / 1_000_000).slice(0, 19) + time.offset;

/** With milliseconds, as everywhere, so that instants compare as strings. */
const instant = (epochMilliseconds: number): string => new Date(epochMilliseconds).toISOString();
