import fc from 'fast-check';
import { emptyContact } from '../../contracts/events/bookings.ts';
import type { EventEnvelope, RecordedEvent } from '../../contracts/events/envelope.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { madeStay, madeTerms } from '../stays/made-stay.ts';

/** One thing that happens to one of a few bookings, departures, products or stays. */
export interface Happening {
  readonly context: 'booking' | 'departure' | 'product' | 'stay';
  readonly number: number;
  readonly choice: number;
  readonly amount: number;
}

export interface StreamEvent {
  readonly stream: string;
  readonly event: EventEnvelope;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  context: fc.constantFrom('booking', 'departure', 'product', 'stay'),
  number: fc.integer({ min: 0, max: 3 }),
  choice: fc.nat({ max: 1_000 }),
  amount: fc.integer({ min: 1, max: 9 }),
});

/** Random histories: each stream begins as it must, and goes on in any order. */
export const histories = (maxLength: number): fc.Arbitrary<readonly StreamEvent[]> =>
  fc.array(happening, { minLength: 1, maxLength, size: 'max' }).map(toEvents);

export const toEvents = (happenings: readonly Happening[]): readonly StreamEvent[] => {
  const begun = new Set<string>();
  return happenings.map((happened, index) => {
    const id = `${happened.context}${happened.number}`;
    const stream = `${happened.context}-${id}`;
    const event = begun.has(stream) ? laterEvent(id, happened) : firstEvent(id, happened);
    begun.add(stream);
    return { stream, event: envelope(event, index) };
  });
};

/** The events as a log would hold them, with positions 1, 2, 3… */
export const recorded = (history: readonly StreamEvent[]): readonly RecordedEvent[] => {
  const revisions = new Map<string, number>();
  return history.map(({ stream, event }, index) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    return { ...event, stream, revision, position: index + 1, recordedAt: event.time };
  });
};

const envelope = (event: { readonly type: string; readonly data: unknown }, index: number): EventEnvelope => {
  const id = deterministicId('history', index, JSON.stringify(event));
  return {
    id,
    ...event,
    time: new Date(Date.UTC(2026, 0, 1) + index * 3_600_000).toISOString(),
    tenant: 'tenant-a',
    actor: 'user:somebody',
    correlationId: id,
    causationId: id,
  };
};

const firstEvent = (id: string, { context, amount, choice }: Happening) => {
  switch (context) {
    case 'booking':
      return { type: 'booking.placed.v1', data: placed(id, amount, choice) };
    case 'departure':
      return { type: 'departure.scheduled.v1', data: scheduled(id, amount) };
    case 'product':
      return { type: 'product.created.v1', data: { productId: id, details: details(amount) } };
    case 'stay':
      return { type: 'stay.booked.v1', data: stayBooked(id, amount) };
  }
};

const laterEvent = (id: string, happened: Happening) => {
  const of = { booking: ofBooking, departure: ofDeparture, product: ofProduct, stay: ofStay }[happened.context];
  const events = of(id, happened.amount);
  const event = events[happened.choice % events.length];
  if (event === undefined) throw new Error('no event to choose');
  return event;
};

const ofBooking = (bookingId: string, amount: number) => {
  const { expiresAt: _, supplierReference: __, ...selection } = placed(bookingId, amount, amount);
  return [
    { type: 'booking.updated.v1', data: { ...selection, productId: `product${amount % 3}` } },
    {
      type: 'booking.confirmed.v1',
      data: {
        bookingId,
        resellerReference: `R${amount}`,
        contact: { ...emptyContact, country: 'FR' },
        emailReceipt: false,
        unitItems: unitItems(amount),
        voucherCode: 'V',
      },
    },
    { type: 'booking.extended.v1', data: { bookingId, expiresAt: `2026-03-0${amount}T00:00:00Z` } },
    { type: 'booking.cancelled.v1', data: { bookingId, reason: 'rain', refund: 'FULL' } },
    { type: 'booking.redeemed.v1', data: { bookingId, unitItemIds: ['1'], code: 'V' } },
    { type: 'booking.contact-forgotten.v1', data: { bookingId } },
  ];
};

const ofDeparture = (departureId: string, seats: number) => [
  { type: 'departure.seats-held.v1', data: { departureId, bookingId: 'b', seats, expiresAt: '2026-03-01T00:00:00Z' } },
  { type: 'departure.seats-confirmed.v1', data: { departureId, bookingId: 'b', seats } },
  {
    type: 'departure.seats-released.v1',
    data: { departureId, bookingId: 'b', seats, confirmed: true, reason: 'moved' },
  },
  { type: 'departure.capacity-changed.v1', data: { departureId, capacity: seats * 10 } },
  { type: 'departure.closed.v1', data: { departureId, reason: 'storm' } },
  { type: 'departure.reopened.v1', data: { departureId } },
];

const ofProduct = (productId: string, amount: number) => [
  { type: 'product.details-changed.v1', data: { productId, details: details(amount) } },
  {
    type: 'product.described.v1',
    data: {
      productId,
      locale: 'en',
      texts: { title: `Walk ${amount}`, shortDescription: 'A walk', description: null, features: [] },
    },
  },
  { type: 'product.media-set.v1', data: { productId, media: [] } },
  { type: 'product.published.v1', data: { productId } },
  { type: 'product.unpublished.v1', data: { productId } },
];

const ofStay = (stayId: string, amount: number) => [
  { type: 'stay.changed.v1', data: { stayId, terms: terms(amount) } },
  { type: 'stay.room-assigned.v1', data: { stayId, roomType: `R${amount}` } },
  { type: 'stay.checked-in.v1', data: { stayId } },
  { type: 'stay.checked-out.v1', data: { stayId } },
  { type: 'stay.cancelled.v1', data: { stayId, reason: null } },
  { type: 'stay.no-show.v1', data: { stayId } },
];

const unitItems = (count: number) =>
  Array.from({ length: (count % 3) + 1 }, (_, index) => ({
    id: String(index),
    unitId: 'adult',
    paxCount: 1,
    resellerReference: null,
    contact: emptyContact,
    pricing: null,
    ticketCode: null,
    redeemedAt: null,
  }));

const placed = (bookingId: string, amount: number, choice: number) => ({
  bookingId,
  supplierReference: bookingId.toUpperCase(),
  resellerReference: null,
  seller: 'api-key:k',
  channel: choice % 2 === 0 ? 'octo' : 'direct',
  testMode: choice % 7 === 0,
  productId: `product${choice % 3}`,
  optionId: 'default',
  departure:
    choice % 5 === 0
      ? null
      : {
          departureId: `departure${choice % 3}`,
          availabilityId: `2026-02-0${amount}T09:00:00+00:00`,
          localDate: `2026-02-0${amount}`,
          localStart: `2026-02-0${amount}T09:00:00+00:00`,
          localEnd: `2026-02-0${amount}T11:00:00+00:00`,
          startsAt: `2026-02-0${amount}T09:00:00Z`,
          cutoffAt: `2026-02-0${amount}T08:00:00Z`,
          availabilityType: 'START_TIME',
          openingHours: [],
        },
  unitItems: unitItems(amount),
  pricing: { original: amount * 1000, retail: amount * 900, net: null, currency: 'EUR', includedTaxes: [] },
  seats: (amount % 3) + 1,
  contact: { ...emptyContact, country: choice % 2 === 0 ? 'ES' : null },
  notes: null,
  expiresAt: '2026-02-01T00:00:00Z',
  cancellableUntil: null,
  freesale: choice % 5 === 0,
});

const scheduled = (departureId: string, amount: number) => ({
  departureId,
  availabilityId: `2026-02-0${amount}T09:00:00+00:00`,
  productId: 'product1',
  optionId: 'default',
  scheduleId: null,
  availabilityType: 'START_TIME',
  timeZone: 'Europe/Madrid',
  localDate: `2026-02-0${amount}`,
  localStart: `2026-02-0${amount}T09:00:00+01:00`,
  localEnd: `2026-02-0${amount}T11:00:00+01:00`,
  startsAt: `2026-02-0${amount}T08:00:00Z`,
  endsAt: `2026-02-0${amount}T10:00:00Z`,
  cutoffAt: `2026-02-0${amount}T08:00:00Z`,
  openingHours: [],
  capacity: amount * 10,
});

const details = (amount: number) => ({
  internalName: `Product ${amount}`,
  reference: null,
  timeZone: 'Europe/Madrid',
  availabilityType: 'START_TIME',
  allowFreesale: false,
  deliveryFormats: ['QRCODE'],
  deliveryMethods: ['TICKET'],
  redemptionMethod: 'DIGITAL',
  currency: 'EUR',
  pricingPer: 'UNIT',
  categories: [`category-${amount % 2}`],
  location:
    amount % 2 === 0 ? null : { title: 'Old town', city: 'Granada', country: 'ES', latitude: 37, longitude: -3 },
});

const terms = (amount: number) =>
  madeTerms({
    hotelId: `hotel${amount % 2}`,
    hotelName: `Hotel ${amount % 2}`,
    arrivalDate: `2026-02-0${amount}`,
    nights: amount % 4,
    adr: amount * 1000,
  });

const stayBooked = (stayId: string, amount: number) =>
  madeStay(stayId, { terms: terms(amount), country: amount % 2 === 0 ? 'PRT' : null, channel: 'TA/TO' });
