import { z } from 'zod';
import { departureStatus, statusOf } from '../../contracts/departures/departure-status.ts';
import { isStaff, type Principal } from '../../contracts/policy.ts';
import { type DepartureView, departureView } from '../../contracts/views/departure.ts';

/** A departure with its status now. How it sells, and how its price was moved, is for those who work for the company; others get null there. */
export const departureAnswer = departureView.extend({
  status: departureStatus,
  capacity: z.int().min(0).nullable(),
  confirmed: z.int().min(0).nullable(),
  held: z.int().min(0).nullable(),
});

export const toDepartureAnswer = (
  caller: Principal,
  departure: DepartureView,
  now: string,
): z.infer<typeof departureAnswer> => {
  const status = statusOf(departure, now);
  return isStaff(caller)
    ? { ...departure, status }
    : {
        ...departure,
        status,
        capacity: null,
        confirmed: null,
        held: null,
        scheduleId: null,
        closedReason: null,
        adjustment: null,
        repriced: null,
      };
};
