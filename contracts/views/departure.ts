import { z } from 'zod';
import { departureEvents } from '../events/departures.ts';

/** A departure with what is left of it: the availability calendar is made of these. */
export const departureView = departureEvents['departure.scheduled.v1'].extend({
  id: z.string(),
  tenant: z.string(),
  /** Null = an operator did not close it. */
  closedReason: z.string().nullable(),
  confirmed: z.int().min(0),
  /** Seats in live holds. A hold whose time has passed counts until its release is recorded. */
  held: z.int().min(0),
  /** capacity − confirmed − held; null = no limit. */
  vacancies: z.int().nullable(),
});
export type DepartureView = z.infer<typeof departureView>;
