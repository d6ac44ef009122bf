import { type BookingEvent, emptyContact } from '../../contracts/events/bookings.ts';
import type { Occurred } from '../../contracts/events/define.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { seededRandom } from '../../ml/learning/seeded-random.ts';

const noPrice = { original: 1_000, retail: 1_000, net: null, currency: 'EUR', includedTaxes: [] };

type EventData<T extends BookingEvent['type']> = Extract<BookingEvent, { type: T }>['data'];

/** Data of `booking.placed.v1`: a hold of a product, of nobody known unless it is told. */
export const placed = (over: Partial<EventData<'booking.placed.v1'>> = {}): EventData<'booking.placed.v1'> => ({
  bookingId: 'b1',
  supplierReference: 'K7Q2PX',
  resellerReference: null,
  seller: 'user:sales',
  channel: 'direct',
  testMode: false,
  productId: 'p1',
  optionId: 'o1',
  departure: null,
  unitItems: [],
  pricing: noPrice,
  seats: 1,
  contact: emptyContact,
  notes: null,
  expiresAt: '2026-06-01T10:00:00.000Z',
  cancellableUntil: null,
  freesale: true,
  ...over,
});

/** Data of `booking.confirmed.v1` by this e-mail address. */
export const confirmed = (bookingId: string, emailAddress: string | null): EventData<'booking.confirmed.v1'> => ({
  bookingId,
  resellerReference: null,
  contact: { ...emptyContact, emailAddress },
  emailReceipt: false,
  unitItems: [],
  voucherCode: 'V-1',
});

/** An event of a booking as the log holds it. */
export const recorded = (
  event: BookingEvent,
  time: string,
  revision = 0,
  tenant = 'acme',
): RecordedEvent & Occurred<BookingEvent> => ({
  ...event,
  id: `${event.data.bookingId}-${revision}`,
  stream: `booking-${event.data.bookingId}`,
  revision,
  position: revision + 1,
  time,
  recordedAt: time,
  tenant,
  actor: 'user:sales',
  correlationId: 'c',
  causationId: 'c',
});

/** A booking that was placed and confirmed a minute later. */
export const booked = (bookingId: string, productId: string, email: string, time: string) => [
  recorded({ type: 'booking.placed.v1', data: placed({ bookingId, productId }) }, time),
  recorded(
    { type: 'booking.confirmed.v1', data: confirmed(bookingId, email) },
    new Date(Date.parse(time) + 60_000).toISOString(),
    1,
  ),
];

/**
 * Bookings of half a year by customers of tastes: those of one taste book the products of that taste, and sometimes another. The
 * same seed makes the same events, in the order of their time.
 */
export const tastefulBookings = (
  {
    customers,
    tastes,
    productsOfTaste,
    bookings,
  }: {
    readonly customers: number;
    readonly tastes: number;
    readonly productsOfTaste: number;
    readonly bookings: number;
  },
  seed = 1,
): readonly RecordedEvent[] => {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const from = Date.parse('2026-01-01T00:00:00.000Z');
  const halfYear = 180 * 86_400_000;
  return Array.from({ length: bookings }, (_, number) => {
    const customer = below(customers);
    const taste = random() < 0.9 ? customer % tastes : below(tastes);
    const time = new Date(from + Math.floor((halfYear * number) / bookings)).toISOString();
    return booked(`b${number}`, `taste${taste}-${below(productsOfTaste)}`, `c${customer}@example.org`, time);
  }).flat();
};
