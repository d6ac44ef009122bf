import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { StayEvent, StayTerms } from '../../contracts/events/stays.ts';
import { madeStay, madeTerms } from '../../tests/stays/made-stay.ts';
import { stayAnalytics } from './stay-analytics.ts';

const stayId = 'stay-1';
const terms = madeTerms({ babies: 1 });

const recorded = (event: StayEvent, tenant: string, time: string, revision: number): RecordedEvent => ({
  ...event,
  id: `event-${revision}`,
  stream: `stay-${stayId}`,
  revision,
  position: revision + 1,
  time,
  recordedAt: time,
  tenant,
  actor: 'user:1',
  correlationId: 'c',
  causationId: 'c',
});

const booked = (changes: Partial<StayTerms> = {}, country: string | null = 'PRT'): StayEvent => ({
  type: 'stay.booked.v1',
  data: madeStay(stayId, { terms: { ...terms, ...changes }, country, channel: 'TA/TO' }),
});

/** What a stay with these events contributes to the day and to the month. */
const contributionsOf = (events: readonly StayEvent[], tenant = 'tenant-1', time = '2026-03-01T12:00:00.000Z') => {
  const facts = events
    .map((event, revision) => recorded(event, tenant, time, revision))
    .reduce(stayAnalytics.evolve, undefined);
  return facts === undefined ? [] : (stayAnalytics.rollups ?? []).flatMap((rollup) => rollup.contributions(facts));
};

describe('what a stay adds to the figures', () => {
  it('is its party, nights and revenue on its day and in its month', () => {
    const contributions = contributionsOf([booked()]);
    expect(contributions.map(({ dimensions }) => dimensions.period)).toEqual(['2026-03-10', '2026-03']);
    for (const { dimensions, measures } of contributions) {
      expect(dimensions).toMatchObject({
        tenant: 'tenant-1',
        subjectId: 'city-hotel',
        channel: 'TA/TO',
        country: 'PRT',
      });
      expect(measures).toEqual({
        bookings: 1,
        arrivals: 1,
        cancellations: 0,
        noShows: 0,
        guests: 4,
        nights: 3,
        revenue: 29_850,
        leadDays: 9,
      });
    }
  });

  it.each<[StayEvent, object]>([
    [
      { type: 'stay.cancelled.v1', data: { stayId, reason: null } },
      { cancellations: 1, noShows: 0 },
    ],
    [
      { type: 'stay.no-show.v1', data: { stayId } },
      { cancellations: 0, noShows: 1 },
    ],
  ])('is only a booking with its lead time once it does not come ($type)', (end, counts) => {
    expect(contributionsOf([booked(), end])[0]?.measures).toEqual({
      bookings: 1,
      arrivals: 0,
      guests: 0,
      nights: 0,
      revenue: 0,
      leadDays: 9,
      ...counts,
    });
  });

  it('moves with a change of its terms to another day', () => {
    const change: StayEvent = {
      type: 'stay.changed.v1',
      data: { stayId, terms: { ...terms, arrivalDate: '2026-04-02', nights: 1 } },
    };
    const [day] = contributionsOf([booked(), change]);
    expect(day).toMatchObject({ dimensions: { period: '2026-04-02' }, measures: { nights: 1, leadDays: 32 } });
  });

  it('is a plain zero for no night at a negative rate, and an unknown country has a name', () => {
    const [day] = contributionsOf([booked({ nights: 0, adr: -638 }, null)]);
    expect(day).toMatchObject({ dimensions: { country: 'unknown' }, measures: { revenue: 0 } });
    expect(Object.is(day?.measures.revenue, 0)).toBe(true);
  });

  it('counts no days for a guest who was booked in after the day had begun elsewhere', () => {
    expect(contributionsOf([booked()], 'tenant-1', '2026-03-11T01:00:00.000Z')[0]?.measures.leadDays).toBe(0);
  });

  it('goes to a cell of its own tenant', () => {
    const [one] = contributionsOf([booked()]);
    const [two] = contributionsOf([booked()], 'tenant-2');
    expect(one?.key).not.toBe(two?.key);
  });

  it('is nothing for an event without a booking', () => {
    expect(contributionsOf([{ type: 'stay.no-show.v1', data: { stayId } }])).toEqual([]);
  });
});
