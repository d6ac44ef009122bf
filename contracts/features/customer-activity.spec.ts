import { describe, expect, it } from 'vitest';
import { emptyContact } from '../events/bookings.ts';
import { activityRow } from './customer-activity.ts';
import { customerIdOf } from './customer-id.ts';
import { applyPurchaseEvent, type CustomerPurchase } from './customer-purchase.ts';

type Event = Parameters<typeof applyPurchaseEvent>[1];
const event = (type: string, data: object, time: string): Event =>
  ({ type, data, time, tenant: 'tenant-1' }) as unknown as Event;
const fold = (...events: Event[]): CustomerPurchase | undefined =>
  events.reduce<CustomerPurchase | undefined>(applyPurchaseEvent, undefined);

const contactOf = (emailAddress: string | null) => ({ ...emptyContact, emailAddress });
const PLACED = '2026-03-01T10:00:00.000Z';
const CONFIRMED = '2026-03-01T10:05:00.000Z';
const placed = (email: string | null, testMode = false): Event =>
  event(
    'booking.placed.v1',
    {
      bookingId: 'booking-1',
      testMode,
      channel: 'direct',
      pricing: { retail: 12_000 },
      unitItems: [{ paxCount: 1 }, { paxCount: 2 }],
      contact: contactOf(email),
    },
    PLACED,
  );
const confirmed = (email: string | null): Event =>
  event('booking.confirmed.v1', { bookingId: 'booking-1', contact: contactOf(email) }, CONFIRMED);
const ana = customerIdOf('tenant-1', 'ana@example.com');

describe('a purchase', () => {
  it('is a booking that was confirmed, of whoever left an address by then', () => {
    const purchase = {
      tenant: 'tenant-1',
      customerId: ana,
      boughtAt: CONFIRMED,
      cancelledAt: null,
      amount: 12_000,
      quantity: 3,
      lines: 2,
      channel: 'direct',
    };
    expect(fold(placed('ana@example.com'), confirmed(null))).toEqual(purchase);
    expect(fold(placed(null), confirmed('Ana@example.com '))).toEqual(purchase);
    expect(fold(placed(null), confirmed(null))?.customerId).toBeNull();
  });

  it('is not bought while it is held, and nothing when the hold ends', () => {
    expect(fold(placed('ana@example.com'))?.boughtAt).toBeNull();
    expect(fold(placed('ana@example.com'), event('booking.expired.v1', {}, CONFIRMED))).toBeUndefined();
    expect(fold(placed('ana@example.com'), event('booking.cancelled.v1', {}, CONFIRMED))).toBeUndefined();
    expect(fold(placed('ana@example.com', true), confirmed('ana@example.com'))).toBeUndefined();
  });

  it('is worth what it was when it was bought', () => {
    const updated = (retail: number) =>
      event(
        'booking.updated.v1',
        { pricing: { retail }, unitItems: [{ paxCount: 1 }], contact: contactOf(null) },
        PLACED,
      );
    expect(fold(placed(null), updated(500), confirmed('ana@example.com'))).toMatchObject({ amount: 500, quantity: 1 });
    expect(fold(placed(null), confirmed('ana@example.com'), updated(500))).toMatchObject({
      amount: 12_000,
      quantity: 3,
    });
  });

  it('is gone with the person who is forgotten', () => {
    const forgotten = event('booking.contact-forgotten.v1', { bookingId: 'booking-1' }, '2026-04-01T00:00:00.000Z');
    expect(fold(placed('ana@example.com'), confirmed('ana@example.com'), forgotten)).toBeUndefined();
  });

  it.each([
    ['9', '40', 'agent:9'],
    [null, '40', 'company:40'],
    [null, null, null],
  ])('of a stay is that of its agent, else of its company (%s, %s)', (agent, company, customerId) => {
    const terms = { adr: 10_000, nights: 3 };
    const stay = event('stay.booked.v1', { terms, agent, company, channel: 'TA/TO' }, PLACED);
    expect(fold(stay)).toMatchObject({ customerId, boughtAt: PLACED, amount: 30_000, quantity: 3, lines: 1 });
    expect(fold(stay, event('stay.no-show.v1', {}, CONFIRMED))?.cancelledAt).toBe(CONFIRMED);
  });
});

const bought = (boughtAt: string, amount = 10_000, cancelledAt: string | null = null): CustomerPurchase => ({
  tenant: 'tenant-1',
  customerId: ana,
  boughtAt,
  cancelledAt,
  amount,
  quantity: 2,
  lines: 1,
  channel: boughtAt < '2026-02' ? 'octo' : 'direct',
});
const day = (date: string): string => `2026-${date}T00:00:00.000Z`;

describe('what a snapshot knows of a customer', () => {
  const purchases = [
    bought(day('03-01'), 30_000),
    bought(day('01-10'), 10_000),
    bought(day('01-30'), 20_000, day('02-05')),
  ];

  it('is recency, frequency, money and the rhythm of buying, in whatever order purchases come', () => {
    expect(activityRow(purchases, day('03-11'))).toEqual({
      kind: 'traveller',
      'last-channel': 'direct',
      recency: 10,
      frequency: 3,
      money: 600,
      'money-last-90-days': 600,
      'mean-purchase': 200,
      'last-purchase': 300,
      'mean-gap': 25,
      'gap-spread': 5,
      lateness: 0.4,
      'last-30-days': 1,
      'last-60-days': 3,
      'last-90-days': 3,
      quantity: 2,
      lines: 1,
      'last-lines': 1,
      'purchase-days': 3,
      cancelled: 1,
    });
  });

  it('knows nothing of later purchases and later cancellations', () => {
    const asOf = day('02-01');
    const known = [bought(day('01-10'), 10_000), bought(day('01-30'), 20_000)];
    expect(activityRow(purchases, asOf)).toEqual(activityRow(known, asOf));
    expect(activityRow(purchases, asOf)).toMatchObject({ frequency: 2, cancelled: 0, 'last-channel': 'octo' });
  });

  it('has no rhythm after one purchase, nor of several at the same instant', () => {
    expect(activityRow([bought(day('01-10'))], day('03-11'))).toMatchObject({
      'mean-gap': null,
      'gap-spread': null,
      lateness: null,
    });
    expect(activityRow([bought(day('01-10')), bought(day('01-10'))], day('03-11'))).toMatchObject({
      'mean-gap': 0,
      lateness: null,
    });
  });

  it('tells travellers from agents', () => {
    expect(activityRow([{ ...bought(day('01-10')), customerId: 'agent:9' }], day('03-11'))?.kind).toBe('agent');
  });

  it('is nothing before the first purchase', () => {
    expect(activityRow(purchases, day('01-09'))).toBeUndefined();
    expect(activityRow([{ ...bought(day('01-10')), boughtAt: null }], day('03-11'))).toBeUndefined();
  });
});
