import { describe, expect, it } from 'vitest';
import { confirmed, placed, recorded } from '../../tests/recommendation/made-bookings.ts';
import type { BookingEvent } from '../events/bookings.ts';
import { emptyContact } from '../events/bookings.ts';
import { customerIdOf } from './customer-id.ts';
import { applyToInteraction, type Interaction } from './interactions.ts';

const AT = '2026-05-01T10:00:00.000Z';
const LATER = '2026-05-01T10:05:00.000Z';
const ana = customerIdOf('acme', 'ana@example.org');

const hold: BookingEvent = { type: 'booking.placed.v1', data: placed() };
const confirmation: BookingEvent = { type: 'booking.confirmed.v1', data: confirmed('b1', 'Ana@example.org') };
const forgotten: BookingEvent = { type: 'booking.contact-forgotten.v1', data: { bookingId: 'b1' } };
const expired: BookingEvent = { type: 'booking.expired.v1', data: { bookingId: 'b1' } };
const cancelled: BookingEvent = {
  type: 'booking.cancelled.v1',
  data: { bookingId: 'b1', departureId: null, reason: null, refund: 'FULL' },
};
const { supplierReference: _r, seller: _s, channel: _c, testMode: _t, expiresAt, freesale: _f, ...rest } = placed();
const moved: BookingEvent = {
  type: 'booking.updated.v1',
  data: {
    ...rest,
    productId: 'p2',
    contact: { ...emptyContact, emailAddress: 'ana@example.org' },
    previousDepartureId: null,
  },
};

/** The interaction after these events, the first at AT and the others later. */
const interactionAfter = (...events: readonly BookingEvent[]): Interaction | undefined =>
  events.reduce<Interaction | undefined>(
    (before, event, at) => applyToInteraction(before, recorded(event, at === 0 ? AT : LATER, at)),
    undefined,
  );

describe('what a customer did with a product', () => {
  it('is a hold of nobody known until the booking is confirmed by somebody', () => {
    expect(interactionAfter(hold)).toEqual({
      id: 'b1',
      tenant: 'acme',
      customerId: null,
      productId: 'p1',
      kind: 'held',
      at: AT,
    });
    expect(interactionAfter(hold, confirmation)).toEqual({
      id: 'b1',
      tenant: 'acme',
      customerId: ana,
      productId: 'p1',
      kind: 'confirmed',
      at: LATER,
    });
  });

  it.each([
    ['expired', [hold, expired]],
    ['cancelled', [hold, confirmation, cancelled]],
    ['held', [hold, { type: 'booking.extended.v1', data: { bookingId: 'b1', expiresAt } }]],
  ] satisfies [string, BookingEvent[]][])('is %s as the booking is', (kind, events) => {
    expect(interactionAfter(...events)).toMatchObject({ kind });
  });

  it('follows the booking to another product', () => {
    expect(interactionAfter(hold, moved)).toMatchObject({ productId: 'p2', customerId: ana, kind: 'held', at: AT });
  });

  it('holds nothing that a person could be read from', () => {
    expect(JSON.stringify(interactionAfter(hold, moved, confirmation))).not.toMatch(/example|ana@/i);
  });

  it('is gone when its customer is forgotten, and comes back with nothing that follows', () => {
    expect(interactionAfter(hold, confirmation, forgotten)).toBeUndefined();
    expect(interactionAfter(hold, confirmation, forgotten, cancelled)).toBeUndefined();
    expect(interactionAfter(hold, forgotten, moved)).toBeUndefined();
  });

  it('is none of a test', () => {
    const test: BookingEvent = { type: 'booking.placed.v1', data: placed({ testMode: true }) };
    expect(interactionAfter(test, confirmation)).toBeUndefined();
  });
});
