import { z } from 'zod';

/**
 * A cell of the analytics cube: what happened on one arrival day (or month) of one hotel or product, by channel, country and currency.
 * All measures are integer sums, so any coarser figure is the sum of cells; rates and averages are made from sums when read.
 */
export const analyticsCell = z.object({
  tenant: z.string(),
  source: z.enum(['stays', 'bookings']),
  /** Hotel id or product id. */
  subjectId: z.string(),
  subjectName: z.string(),
  /** Local arrival or travel date `2016-07-01`, or its month `2016-07`. */
  period: z.string(),
  channel: z.string(),
  /** ISO 3166 code; `unknown` where not known. */
  country: z.string(),
  currency: z.string(),
  /** Everything booked for the period, whatever became of it (bookings: what was ever confirmed). */
  bookings: z.int(),
  /** Parties that came or are still expected: neither cancelled nor missed. */
  arrivals: z.int(),
  cancellations: z.int(),
  noShows: z.int(),
  /** People of the arrivals. */
  guests: z.int(),
  /** Room nights of the arrivals; 0 for tours. */
  nights: z.int(),
  /** Minor units, of the arrivals. For stays: nights × price of a night. */
  revenue: z.int(),
  /** Sum over `bookings` of whole days from booking to arrival. */
  leadDays: z.int(),
});
export type AnalyticsCell = z.infer<typeof analyticsCell>;
