import { z } from 'zod';
import { availabilityType } from './catalogue.ts';
import type { EventOf } from './define.ts';

/** `HH:MM`, local to the product's zone. `24:00` is allowed as a closing time. */
export const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be HH:MM');
export const localDate = z.iso.date();
export const openingHours = z.object({ from: localTime, to: localTime });

/** When departures come round, in local dates: weekdays (ISO 8601, 1 = Monday) between two dates, less exceptions. */
export const recurrence = z.object({
  from: localDate,
  until: localDate,
  weekdays: z.array(z.int().min(1).max(7)).min(1).max(7),
  except: z.array(localDate).max(1000).default([]),
});

export const scheduleDetails = z.object({
  productId: z.string(),
  optionId: z.string(),
  timeZone: z.string(),
  availabilityType,
  recurrence,
  /** START_TIME: one departure a day at each of these local times. */
  startTimes: z.array(localTime).max(48).default([]),
  /** OPENING_HOURS: one a day, open in these periods. */
  openingHours: z.array(openingHours).max(10).default([]),
  durationMinutes: z.int().min(0),
  /** Seats a departure; null = freesale, no limit. */
  capacity: z.int().min(0).max(1_000_000).nullable(),
  /** Bookings close this many minutes before the start; with opening hours, before the last closing time of the day. */
  cutoffMinutes: z
    .int()
    .min(0)
    .max(60 * 24 * 365),
});
export type ScheduleDetails = z.infer<typeof scheduleDetails>;

/** The price of an adult (or of a booking) as it is, and as the list had it then, in minor units. */
export const priceAdjustment = z.object({ price: z.int().min(0), listPrice: z.int().min(1) });
export type PriceAdjustment = z.infer<typeof priceAdjustment>;

const bookingId = z.string();
const seats = z.int().min(0);

export const departureEvents = {
  'schedule.created.v1': z.object({ scheduleId: z.string(), details: scheduleDetails }),
  'schedule.ended.v1': z.object({ scheduleId: z.string(), lastDate: localDate }),

  'departure.scheduled.v1': z.object({
    departureId: z.string(),
    /** The id by which the open OCTO standard names it: the local start with its UTC offset, unique within an option. */
    availabilityId: z.string(),
    productId: z.string(),
    optionId: z.string(),
    scheduleId: z.string().nullable(),
    availabilityType,
    timeZone: z.string(),
    localDate,
    /** ISO 8601 with the offset in force that day: `2026-10-25T09:00:00+01:00`. */
    localStart: z.string(),
    localEnd: z.string(),
    startsAt: z.string(),
    endsAt: z.string(),
    /** Bookings are refused from this instant on. */
    cutoffAt: z.string(),
    openingHours: z.array(openingHours),
    capacity: z.int().min(0).nullable(),
  }),
  'departure.capacity-changed.v1': z.object({ departureId: z.string(), capacity: z.int().min(0).nullable() }),
  /**
   * It is sold at a price of its own from now on: each price of the list is multiplied by `price / listPrice`; null: at the
   * list's. `proposalId`: the proposal that was accepted, where one was.
   */
  'departure.price-adjusted.v1': z.object({
    departureId: z.string(),
    adjustment: priceAdjustment.nullable(),
    proposalId: z.string().nullable(),
  }),
  'departure.closed.v1': z.object({ departureId: z.string(), reason: z.string() }),
  'departure.reopened.v1': z.object({ departureId: z.string() }),
  'departure.seats-held.v1': z.object({ departureId: z.string(), bookingId, seats, expiresAt: z.string() }),
  /** The party of a held or confirmed booking grew or shrank; `seats` is the new total. */
  'departure.seats-changed.v1': z.object({
    departureId: z.string(),
    bookingId,
    seats,
    previousSeats: seats,
    confirmed: z.boolean(),
  }),
  'departure.hold-extended.v1': z.object({ departureId: z.string(), bookingId, expiresAt: z.string() }),
  'departure.seats-confirmed.v1': z.object({ departureId: z.string(), bookingId, seats }),
  'departure.seats-released.v1': z.object({
    departureId: z.string(),
    bookingId,
    seats,
    /** Whether the seats had been confirmed; otherwise they were held. */
    confirmed: z.boolean(),
    /** expired: nobody confirmed in time; cancelled: the booking was; moved: to another departure; abandoned: its booking was never recorded. */
    reason: z.enum(['expired', 'cancelled', 'moved', 'abandoned']),
  }),
};
export type DepartureContextEvent = EventOf<typeof departureEvents>;
export type ScheduleEvent = Extract<DepartureContextEvent, { type: `schedule.${string}` }>;
export type DepartureEvent = Extract<DepartureContextEvent, { type: `departure.${string}` }>;
