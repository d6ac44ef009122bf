import { emptyContact } from '../../contracts/events/bookings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { madeStay, madeTerms } from '../stays/made-stay.ts';

let count = 0;

/** An event of a stream as the log gives it; its id is new. */
export const pastEvent = (
  stream: string,
  type: string,
  data: object,
  time: string,
  tenant = 'tenant-1',
): RecordedEvent => {
  count += 1;
  return {
    id: `event-${count}`,
    stream,
    type,
    data,
    time,
    tenant,
    revision: 0,
    position: count,
    recordedAt: time,
    actor: 'user:1',
    correlationId: `correlation-${count}`,
    causationId: `command-${count}`,
  };
};

/** A stay that is booked: four nights of two at 100 EUR, by agent 9. */
export const stayBooked = (
  stayId: string,
  arrivalDate: string,
  time: string,
  changes: { readonly agent?: string | null; readonly nights?: number } = {},
): RecordedEvent =>
  pastEvent(
    `stay-${stayId}`,
    'stay.booked.v1',
    madeStay(stayId, {
      terms: madeTerms({ arrivalDate, nights: changes.nights ?? 4, adr: 10_000 }),
      agent: changes.agent === undefined ? '9' : changes.agent,
    }),
    time,
  );

/** A booking of a tour for two at 50 EUR that is placed and confirmed at once. */
export const bookingBought = (bookingId: string, email: string | null, time: string): readonly RecordedEvent[] => {
  const contact = { ...emptyContact, emailAddress: email };
  const data = {
    bookingId,
    testMode: false,
    seller: 'user:1',
    channel: 'direct',
    productId: 'boat',
    optionId: 'shared',
    departure: null,
    unitItems: [{ paxCount: 2 }],
    pricing: { retail: 5_000 },
    contact,
  };
  return ['booking.placed.v1', 'booking.confirmed.v1'].map((type) =>
    pastEvent(`booking-${bookingId}`, type, data, time),
  );
};
