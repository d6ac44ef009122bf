import { isRejection } from '../../contracts/decider.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { Answer, RequestMeta } from './booking-requests.ts';
import { commandMeta, type Internals, seen, write } from './booking-steps.ts';

/** Records that the person is forgotten. The views blank it at once; the `forgetting` process manager destroys the keys of what the log holds. */
export const forget = async (
  deps: Internals,
  principal: Principal,
  bookingId: string,
  request: RequestMeta,
): Answer => {
  const booking = await seen(deps, principal, bookingId);
  if (isRejection(booking)) return booking;
  return write(deps, bookingId, { type: 'forget-contact' }, commandMeta(principal, request));
};
