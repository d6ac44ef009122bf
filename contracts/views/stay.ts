import { z } from 'zod';
import { stayEvents } from '../events/stays.ts';

export const stayStatus = z.enum(['BOOKED', 'CHECKED_IN', 'CHECKED_OUT', 'CANCELLED', 'NO_SHOW']);
export type StayStatus = z.infer<typeof stayStatus>;

/** A hotel stay as its events tell it: the decider's state and the stay view. */
export const stayView = stayEvents['stay.booked.v1'].omit({ stayId: true }).extend({
  id: z.string(),
  tenant: z.string(),
  status: stayStatus,
  bookedAt: z.string(),
  updatedAt: z.string(),
  /** Room type given at last; null until one was. */
  assignedRoomType: z.string().nullable(),
  deposit: z.enum(['NONE', 'REFUNDABLE', 'NON_REFUNDABLE']),
  changes: z.int().min(0),
  /** When it was cancelled, missed or checked out. */
  endedAt: z.string().nullable(),
});
export type StayView = z.infer<typeof stayView>;
