import { describe, expect, it } from 'vitest';
import { madeTerms } from '../../tests/stays/made-stay.ts';
import { emptyContact } from '../events/bookings.ts';
import { applyCancellationEvent, CANCELLATION_EVENTS, type CancellationFacts } from './cancellation-facts.ts';
import { CANCELLATION_FEATURES, cancellationRow } from './cancellation-features.ts';

type Event = Parameters<typeof applyCancellationEvent>[1];

const terms = madeTerms({ arrivalDate: '2026-07-03', nights: 9 });

const event = (type: string, data: object, time = '2026-06-01T10:00:00.000Z'): Event =>
  ({ type, data, time, tenant: 'tenant-1' }) as unknown as Event;

const stayBooked = event('stay.booked.v1', {
  stayId: 'stay-1',
  terms,
  country: 'PRT',
  marketSegment: 'Online TA',
  channel: 'TA/TO',
  customerType: 'Transient',
  agent: '9',
  company: null,
  repeatedGuest: false,
  previousCancellations: 1,
  previousBookingsNotCancelled: 2,
  daysInWaitingList: 0,
  parkingSpaces: 1,
  specialRequests: 3,
});

const selection = {
  productId: 'boat',
  optionId: 'shared',
  departure: { localDate: '2026-07-01' },
  unitItems: [{ paxCount: 1 }, { paxCount: 2 }],
  pricing: { retail: 12_000 },
  contact: { ...emptyContact, country: 'BR' },
};
const placed = event('booking.placed.v1', {
  bookingId: 'booking-1',
  seller: 'api-key:7',
  channel: 'octo',
  testMode: false,
  ...selection,
});
const confirmed = event(
  'booking.confirmed.v1',
  { bookingId: 'booking-1', contact: { ...emptyContact, country: 'PT' } },
  '2026-06-01T10:20:00.000Z',
);

const fold = (...events: Event[]): CancellationFacts | undefined =>
  events.reduce<CancellationFacts | undefined>(applyCancellationEvent, undefined);
const factsOf = (...events: Event[]): CancellationFacts => {
  const facts = fold(...events);
  if (facts === undefined) throw new Error('nothing is known');
  return facts;
};

describe('what is known of a stay', () => {
  it('is a row of features at its booking', () => {
    expect(cancellationRow(factsOf(stayBooked), '2026-06-01')).toEqual({
      kind: 'stay',
      subject: 'city-hotel',
      option: 'A',
      'lead-days': 32,
      'days-to-arrival': 32,
      'arrival-month': 7,
      // A Friday; the weekend's nights of nine are Saturday, Sunday, Saturday.
      'arrival-weekday': 5,
      nights: 9,
      'weekend-nights': 4 - 1,
      adults: 2,
      children: 1,
      babies: 0,
      price: 99.5,
      meal: 'BB',
      country: 'PRT',
      'market-segment': 'Online TA',
      channel: 'TA/TO',
      'customer-type': 'Transient',
      agent: '9',
      company: null,
      'repeated-guest': 0,
      'previous-cancellations': 1,
      'previous-kept': 2,
      'waiting-list-days': 0,
      'parking-spaces': 1,
      'special-requests': 3,
      deposit: 'NONE',
      changes: 0,
    });
  });

  it('grows with what happens: a deposit, a change, the days that pass', () => {
    const facts = factsOf(
      stayBooked,
      event('stay.deposit-taken.v1', { stayId: 'stay-1', depositType: 'NON_REFUNDABLE' }),
      event('stay.changed.v1', { stayId: 'stay-1', terms: { ...terms, arrivalDate: '2026-07-10', nights: 0 } }),
    );
    expect(cancellationRow(facts, '2026-07-08')).toMatchObject({
      deposit: 'NON_REFUNDABLE',
      changes: 1,
      'lead-days': 39,
      'days-to-arrival': 2,
      'weekend-nights': 0,
    });
  });

  it.each([
    ['stay.checked-in.v1', 'kept'],
    ['stay.cancelled.v1', 'lost'],
    ['stay.no-show.v1', 'lost'],
  ])('ends with %s: %s', (type, status) => {
    expect(factsOf(stayBooked, event(type, { stayId: 'stay-1', reason: null })).status).toBe(status);
  });

  it('is not changed by what comes later: the facts of before stay as they were', () => {
    const before = factsOf(stayBooked);
    const copy = structuredClone(before);
    applyCancellationEvent(before, event('stay.cancelled.v1', { stayId: 'stay-1', reason: null }));
    expect(before).toEqual(copy);
  });
});

describe('what is known of a booking of a tour', () => {
  it('is open from its confirmation, with the country that was told then', () => {
    expect(fold(placed)).toMatchObject({ status: 'held', country: 'BR' });
    const facts = factsOf(placed, confirmed);
    expect(facts).toMatchObject({
      status: 'open',
      bookedAt: '2026-06-01T10:20:00.000Z',
      kind: 'booking',
      id: 'booking-1',
    });
    expect(cancellationRow(facts, '2026-06-11')).toMatchObject({
      kind: 'booking',
      subject: 'boat',
      option: 'shared',
      'lead-days': 30,
      'days-to-arrival': 20,
      adults: 3,
      price: 120,
      country: 'PT',
      agent: 'api-key:7',
      nights: null,
      'weekend-nights': null,
      deposit: null,
    });
  });

  it('counts as changed only what is changed after it is confirmed', () => {
    const updated = event('booking.updated.v1', { bookingId: 'booking-1', ...selection, unitItems: [] });
    expect(factsOf(placed, updated, confirmed)).toMatchObject({ changes: 0, adults: 0 });
    expect(factsOf(placed, confirmed, updated)).toMatchObject({ changes: 1, adults: 0 });
  });

  it('has no days where it has no date', () => {
    const open = event('booking.placed.v1', { ...placed.data, departure: null });
    expect(cancellationRow(factsOf(open, confirmed), '2026-06-11')).toMatchObject({
      'lead-days': null,
      'days-to-arrival': null,
      'arrival-month': null,
      'arrival-weekday': null,
    });
  });

  it('ends when it is redeemed or cancelled', () => {
    expect(factsOf(placed, confirmed, event('booking.redeemed.v1', {})).status).toBe('kept');
    expect(factsOf(placed, confirmed, event('booking.cancelled.v1', {})).status).toBe('lost');
  });

  it('is nothing of holds that were given up, and of tests', () => {
    expect(fold(placed, event('booking.cancelled.v1', {}))).toBeUndefined();
    expect(fold(placed, event('booking.expired.v1', {}))).toBeUndefined();
    expect(fold(event('booking.placed.v1', { ...placed.data, testMode: true }), confirmed)).toBeUndefined();
  });

  it('tells no country of a person who was forgotten', () => {
    expect(factsOf(placed, confirmed, event('booking.contact-forgotten.v1', {})).country).toBeNull();
  });
});

describe('the features of a cancellation', () => {
  it('have names of their own, and the fold takes no event but those that it says', () => {
    expect(new Set(CANCELLATION_FEATURES.map(({ name }) => name)).size).toBe(CANCELLATION_FEATURES.length);
    const facts = factsOf(stayBooked);
    expect(CANCELLATION_EVENTS).not.toContain('stay.room-assigned.v1');
    expect(applyCancellationEvent(facts, event('stay.room-assigned.v1', { roomType: 'B' }))).toMatchObject({
      optionId: 'A',
    });
  });
});
