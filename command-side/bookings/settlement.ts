import { isRejection } from '../../contracts/decider.ts';
import { deterministicId, randomId } from '../../contracts/ids.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { CommandHandling, CommandMeta } from '../handling/handle.ts';
import { bookingDecider } from './booking-decider.ts';
import type { Seats, SeatsTaken } from './seats.ts';

/** `later`: not due yet; ask again at that instant. `settled`: there is no hold to expire. */
export type ExpiryOutcome =
  | { readonly outcome: 'expired' | 'settled' }
  | { readonly outcome: 'later'; readonly at: string };
export type SettlementOutcome = 'nothing-to-do' | 'released' | 'seats-adjusted' | 'seats-confirmed';

/** What process managers call to bring to an end what nobody, or a crash, left open. Idempotent. */
export interface Settlement {
  /**
   * Ends a hold whose time has passed: the seats in the departure first, then the booking. A confirmation that got no
   * further than the seats ends with it.
   * @param departureId of a hold of which the booking may know nothing; null or left out: the booking's own.
   */
  expire(bookingId: string, departureId?: string | null): Promise<ExpiryOutcome>;
  /**
   * Makes the seats that a departure has of a booking agree with what the booking says: gives back what no booking
   * stands for. Only for steps that are older than any request under way in another process, or it takes the seats of one.
   */
  finishOrRelease(bookingId: string, departureId: string): Promise<SettlementOutcome>;
}

export interface SettlementDependencies {
  readonly handling: CommandHandling;
  readonly seats: Seats;
  readonly clock: () => string;
}

const ACTOR = 'system:bookings';

/** Settlement by what both streams say now. */
export const createSettlement = ({ handling, seats, clock }: SettlementDependencies): Settlement => {
  const read = (bookingId: string): Promise<BookingView | undefined> =>
    handling.read(bookingDecider, bookingId, (booking) => (booking === undefined ? undefined : { ...booking }), true);

  return {
    expire: async (bookingId, departureId = null) => {
      const booking = await read(bookingId);
      const own = booking?.departure?.departureId ?? null;
      if (departureId !== null && departureId !== own) await expireStrayHold(bookingId, departureId);
      if (booking?.status !== 'ON_HOLD' || booking.expiresAt === null) return { outcome: 'settled' };
      if (booking.expiresAt > clock()) return { outcome: 'later', at: booking.expiresAt };

      const meta = systemMeta(booking.tenant, deterministicId('expire', bookingId, booking.expiresAt));
      if (own !== null) await seats.expire(own, bookingId, meta, 'expire-hold');
      const ended = await handling.handle(bookingDecider, bookingId, { type: 'expire' }, meta, (now) => now?.status);
      if (isRejection(ended) || ended.answer !== 'EXPIRED') return { outcome: 'settled' };
      if (own !== null) await seats.release(own, bookingId, 'abandoned', meta, 'abandon');
      return { outcome: 'expired' };
    },

    finishOrRelease: async (bookingId, departureId) => {
      const taken = await seats.taken(departureId, bookingId);
      if (taken === undefined) return 'nothing-to-do';
      const booking = await read(bookingId);
      const meta = systemMeta(taken.tenant, randomId());
      if (booking === undefined || !standsFor(booking, departureId)) {
        await seats.release(departureId, bookingId, releaseReason(booking), meta, 'release');
        return 'released';
      }
      return agree(booking, departureId, taken, meta);
    },
  };

  async function expireStrayHold(bookingId: string, departureId: string): Promise<void> {
    const taken = await seats.taken(departureId, bookingId);
    if (taken?.held === undefined) return;
    await seats.expire(departureId, bookingId, systemMeta(taken.tenant, randomId()), 'expire-hold');
  }

  /** Seats that were confirmed for a booking still on hold are left: the client may send its confirmation again until the hold ends. */
  async function agree(
    booking: BookingView,
    departureId: string,
    taken: SeatsTaken,
    meta: CommandMeta,
  ): Promise<SettlementOutcome> {
    let outcome: SettlementOutcome = 'nothing-to-do';
    if ((taken.confirmed ?? taken.held) !== booking.seats) {
      const changed = await seats.change(departureId, booking.id, booking.seats, meta, 'change');
      if (!isRejection(changed)) outcome = 'seats-adjusted';
    }
    if (booking.status !== 'ON_HOLD' && taken.confirmed === undefined) {
      const confirmed = await seats.confirm(departureId, booking.id, meta, 'confirm');
      if (!isRejection(confirmed)) outcome = 'seats-confirmed';
    }
    return outcome;
  }
};

const standsFor = (booking: BookingView, departureId: string): boolean =>
  booking.departure?.departureId === departureId && booking.status !== 'CANCELLED' && booking.status !== 'EXPIRED';

const releaseReason = (booking: BookingView | undefined): 'abandoned' | 'cancelled' | 'moved' => {
  if (booking?.status === 'CANCELLED') return 'cancelled';
  return booking === undefined || booking.status === 'EXPIRED' ? 'abandoned' : 'moved';
};

const systemMeta = (tenant: string, commandId: string): CommandMeta => ({
  commandId,
  correlationId: commandId,
  tenant,
  actor: ACTOR,
});
