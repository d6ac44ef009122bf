import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyContact } from '../../contracts/events/bookings.ts';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { openSearch } from '../../infra/search/open-search.ts';
import { InvalidSearchError, type Search, type SearchDocument } from '../../infra/search/search.ts';
import { allProjections } from '../../projections/all-projections.ts';
import { type BookingFacts, bookingAnalytics } from '../../projections/bookings/booking-analytics.ts';

const contact = {
  ...emptyContact,
  fullName: 'Ana Lima',
  emailAddress: 'ana@example.com',
  phoneNumber: '+351 911 111 111',
  postalCode: '1100-053',
  notes: 'allergic to nuts',
  country: 'PT',
};
const placed = {
  type: 'booking.placed.v1',
  data: {
    productId: 'walk',
    departure: { localDate: '2026-07-11' },
    unitItems: [
      { paxCount: 2, contact },
      { paxCount: 1, contact },
    ],
    pricing: { retail: 12_000, currency: 'EUR' },
    contact,
    notes: 'window seat, please',
    channel: 'octo',
    seller: 'user:somebody',
    resellerReference: 'R-77',
    testMode: false,
  },
};

/** What analysts see of a booking with these events, each a minute after the one before. */
const indexed = (...events: readonly { readonly type: string; readonly data: object }[]) => {
  const facts = events.reduce<BookingFacts | undefined>(
    (document, event, minute) =>
      bookingAnalytics.evolve(document, {
        ...event,
        tenant: 'andes',
        time: `2026-07-01T22:0${minute}:00.000Z`,
      } as RecordedEvent),
    undefined,
  );
  return facts === undefined ? undefined : bookingAnalytics.search?.toSearch(facts);
};
const confirmed = { type: 'booking.confirmed.v1', data: { contact } };
const redeemed = (...unitItemIds: readonly string[]) => ({ type: 'booking.redeemed.v1', data: { unitItemIds } });

describe('a booking in the index of analysts', () => {
  it('is what was booked, how and when, and nothing of who', () => {
    const document = indexed(placed, confirmed);
    expect(document).toEqual({
      tenant: 'andes',
      texts: {},
      keywords: {
        product: ['walk'],
        channel: ['octo'],
        country: ['PT'],
        currency: ['EUR'],
        status: ['CONFIRMED'],
        refund: [],
        test: ['false'],
      },
      numbers: {
        guests: 3,
        revenue: 12_000,
        leadDays: 10,
        minutesToConfirm: 1,
        placedAt: Date.parse('2026-07-01T22:00:00Z'),
        confirmedAt: Date.parse('2026-07-01T22:01:00Z'),
        travelDay: Date.parse('2026-07-11'),
      },
      source: {},
    });
    expect(JSON.stringify(document)).not.toMatch(/Ana|example\.com|911|1100|nuts|window|somebody|R-77/);
  });

  it('forgets the country with the person', () => {
    const forgotten = indexed(placed, confirmed, { type: 'booking.contact-forgotten.v1', data: {} });
    expect(forgotten?.keywords.country).toEqual(['unknown']);
  });

  it.each([
    [[placed], 'ON_HOLD'],
    [[placed, { type: 'booking.expired.v1', data: {} }], 'EXPIRED'],
    [[placed, confirmed, { type: 'booking.cancelled.v1', data: { refund: 'PARTIAL' } }], 'CANCELLED'],
    [[placed, confirmed, redeemed('a')], 'CONFIRMED'],
    [[placed, confirmed, redeemed('a'), redeemed('b')], 'REDEEMED'],
  ])('has the status that it came to (%#: %s)', (events, status) => {
    const document = indexed(...events);
    expect(document?.keywords.status).toEqual([status]);
    const ended = ['EXPIRED', 'CANCELLED', 'REDEEMED'].includes(status);
    expect(document?.numbers.endedAt).toBe(
      ended ? Date.parse('2026-07-01T22:00:00Z') + 60_000 * (events.length - 1) : undefined,
    );
  });
});

describe('the embedded engine', () => {
  let dataDir = '';
  let search: Search;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'analysts-'));
    search = await openSearch({ dataDir });
  });

  afterAll(async () => {
    await search.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const ofAnalysts = allProjections.flatMap(({ name, search: searched }) =>
    searched?.schema.readers === 'analysts' ? [{ name, schema: searched.schema }] : [],
  );

  it.each(ofAnalysts)('keeps nothing of $name, which nobody could look at, but checks it', async ({ name, schema }) => {
    await search.ensure({ ...schema, name });
    const document: SearchDocument = {
      id: 'one',
      tenant: 'andes',
      version: 1,
      texts: {},
      keywords: Object.fromEntries(schema.keywords.map((keyword) => [keyword, ['x']])),
      numbers: Object.fromEntries(schema.numbers.map((number) => [number, 1])),
      source: {},
    };
    await search.write(name, [{ put: document }, { remove: { id: 'two', version: 1 } }]);
    expect(await search.query(name, { tenant: 'andes', limit: 10 })).toMatchObject({ total: 0, hits: [] });
    expect((await search.getMany(name, ['one'])).size).toBe(0);
    await expect(search.write(name, [{ put: { ...document, numbers: { shoeSize: 42 } } }])).rejects.toThrow(
      InvalidSearchError,
    );
    await expect(search.query(name, { tenant: 'andes', limit: 10, facets: ['shoe'] })).rejects.toThrow(
      InvalidSearchError,
    );
  });

  it('is told by four views to keep nothing', () => {
    expect(ofAnalysts.map(({ name }) => name)).toEqual([
      'departure-figures',
      'booking-analytics',
      'stay-analytics',
      'prediction-analytics',
    ]);
  });
});
