import { z } from 'zod';
import { departureEvents, priceAdjustment } from '../events/departures.ts';

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
  /** What its prices are multiplied by, and the proposal that asked for it; null: it is sold at the list's prices. */
  adjustment: priceAdjustment.extend({ proposalId: z.string().nullable() }).nullable(),
  /** UTC date of the last change of its price, and the adjustment as that day began. Null: it never changed. */
  repriced: z.object({ on: z.iso.date(), from: priceAdjustment.nullable() }).nullable(),
});
export type DepartureView = z.infer<typeof departureView>;
