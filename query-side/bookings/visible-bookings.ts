import { type Principal, seesBookingOf } from '../../contracts/policy.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { QueryDeps } from '../reading/query-deps.ts';

export const BOOKINGS = 'bookings';

/** Whether the caller sees all bookings of its tenant; otherwise only those that it sold. */
export const seesEveryBooking = (caller: Principal): boolean => seesBookingOf(caller, '');

/** A booking of the caller's tenant that the caller may see: a reseller only those it sold. Others are as if they were not there. */
export const visibleBooking = async (
  deps: QueryDeps,
  caller: Principal,
  id: string,
): Promise<BookingView | undefined> => {
  const booking = await deps.documents.get<BookingView>(deps.liveViews.collection(BOOKINGS), id);
  return booking?.tenant === caller.tenant && seesBookingOf(caller, booking.seller) ? booking : undefined;
};
