import type { ContactInput } from '../../contracts/bookings/contact.ts';
import type { Rejection } from '../../contracts/decider.ts';
import type { BookingView } from '../../contracts/views/booking.ts';
import type { CommandMeta } from '../handling/handle.ts';
import type { ConfirmBooking } from './booking-decider.ts';
import type { WantedSelection } from './selection.ts';

export interface BookingResult {
  readonly booking: BookingView;
  /** Consistency token: a view that has reached it shows the booking and its seats as this command left them. */
  readonly position: number;
  readonly replayed: boolean;
}

/** By which id a request came, and in what context. */
export type RequestMeta = Omit<CommandMeta, 'tenant' | 'actor'>;

export interface PlaceBooking extends WantedSelection {
  /** A UUID. The same id again is the same booking. */
  readonly bookingId: string;
  readonly contact?: ContactInput | undefined;
  readonly notes?: string | null | undefined;
  readonly resellerReference?: string | null | undefined;
  /** How long the hold lasts; at most 1,440, and never past the departure's cut-off. */
  readonly expirationMinutes?: number | undefined;
  readonly testMode?: boolean | undefined;
}

/** What is left out stays as it is. */
export interface UpdateBooking
  extends Partial<{ readonly [K in keyof WantedSelection]: WantedSelection[K] | undefined }> {
  readonly bookingId: string;
  readonly contact?: ContactInput | undefined;
  readonly notes?: string | null | undefined;
  readonly resellerReference?: string | null | undefined;
}

export interface ConfirmRequest {
  readonly bookingId: string;
  readonly contact?: ContactInput | undefined;
  readonly unitItems?: ConfirmBooking['unitItems'];
  readonly resellerReference?: string | null | undefined;
  readonly emailReceipt?: boolean | undefined;
}

export interface ExtendRequest {
  readonly bookingId: string;
  readonly expirationMinutes?: number | undefined;
}

export interface CancelRequest {
  readonly bookingId: string;
  readonly reason?: string | null | undefined;
}

export interface RedeemRequest {
  readonly code: string;
}

export type Answer = Promise<BookingResult | Rejection>;
