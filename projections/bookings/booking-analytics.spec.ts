import { describe, expect, it } from 'vitest';
import { emptyContact } from '../../contracts/events/bookings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { type BookingFacts, bookingAnalytics } from './booking-analytics.ts';

const selection = {
  productId: 'walk',
  departure: { localDate: '2026-07-11' },
  unitItems: [{ paxCount: 1 }, { paxCount: 4 }],
  pricing: { retail: 12_000, currency: 'EUR' },
  contact: { ...emptyContact, country: 'FR' },
};
const placed = { type: 'booking.placed.v1', data: { ...selection, channel: 'octo', testMode: false } };
const confirmed = { type: 'booking.confirmed.v1', data: { contact: selection.contact } };
const cancelled = { type: 'booking.cancelled.v1', data: {} };

const facts = (...events: readonly { readonly type: string; readonly data: object }[]): BookingFacts | undefined =>
  events.reduce<BookingFacts | undefined>(
    (document, event) =>
      bookingAnalytics.evolve(document, { ...event, tenant: 'andes', time: '2026-07-01T22:00:00Z' } as RecordedEvent),
    undefined,
  );

const cells = (document: BookingFacts | undefined, rollup: 'daily' | 'monthly' = 'daily') =>
  document === undefined
    ? []
    : (bookingAnalytics.rollups?.find(({ collection }) => collection === rollup)?.contributions(document) ?? []);

describe('the figures of a booking', () => {
  it('are none until it is confirmed', () => {
    expect(cells(facts(placed))).toEqual([]);
    expect(cells(facts(placed, cancelled))).toEqual([]);
  });

  it('count it on the day of travel', () => {
    const [cell] = cells(facts(placed, confirmed));
    expect(cell?.dimensions).toEqual({
      tenant: 'andes',
      source: 'bookings',
      subjectId: 'walk',
      subjectName: 'walk',
      period: '2026-07-11',
      channel: 'octo',
      country: 'FR',
      currency: 'EUR',
    });
    expect(cell?.measures).toEqual({
      bookings: 1,
      arrivals: 1,
      cancellations: 0,
      noShows: 0,
      guests: 5,
      nights: 0,
      revenue: 12_000,
      leadDays: 10,
    });
    expect(cells(facts(placed, confirmed), 'monthly')[0]?.dimensions.period).toBe('2026-07');
  });

  it('take the people and the money out when it is cancelled', () => {
    const [cell] = cells(facts(placed, confirmed, cancelled));
    expect(cell?.measures).toMatchObject({
      bookings: 1,
      arrivals: 0,
      cancellations: 1,
      guests: 0,
      revenue: 0,
      leadDays: 10,
    });
  });

  it('follow what it is changed to', () => {
    const updated = {
      type: 'booking.updated.v1',
      data: { ...selection, departure: null, unitItems: [{ paxCount: 2 }] },
    };
    const [cell] = cells(facts(placed, confirmed, updated));
    expect(cell?.dimensions.period).toBe('2026-07-01');
    expect(cell?.measures).toMatchObject({ guests: 2, leadDays: 0 });
  });

  it('leave out what was made to try things out', () => {
    const test = { ...placed, data: { ...placed.data, testMode: true } };
    expect(cells(facts(test, confirmed))).toEqual([]);
  });

  it('no longer tell where somebody came from who is to be forgotten', () => {
    const forgotten = { type: 'booking.contact-forgotten.v1', data: {} };
    expect(cells(facts(placed, confirmed, forgotten))[0]?.dimensions.country).toBe('unknown');
  });
});
