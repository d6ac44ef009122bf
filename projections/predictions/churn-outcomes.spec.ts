import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { customerIdOf } from '../../contracts/features/customer-id.ts';
import { type ChurnOutcome, churnOutcomes } from './churn-outcomes.ts';

const ANA = customerIdOf('acme', 'ana@example.org') ?? '';

const scored = (asOf: string, probability = 0.7, customerId = ANA) => ({
  type: 'customer.churn-scored.v1',
  time: `${asOf}T02:00:00Z`,
  data: {
    customerId,
    asOf,
    probability,
    horizonDays: 90,
    threshold: 0.5,
    atRisk: probability >= 0.5,
    model: 'churn',
    version: '1.0.0',
    fallback: null,
    inputsHash: '',
    reasons: [],
  },
});
const confirmed = (time: string) => ({
  type: 'booking.confirmed.v1',
  time,
  data: { contact: { emailAddress: 'Ana@example.org' } },
});
const stay = (time: string, agent: string | null, company: string | null = null) => ({
  type: 'stay.booked.v1',
  time,
  data: { agent, company, terms: { adr: 1, nights: 1 }, channel: 'Direct' },
});

const keyOf = (event: object) => churnOutcomes.key({ ...event, tenant: 'acme' } as unknown as RecordedEvent);
const cells = (...events: readonly object[]) => {
  const document = events.reduce<ChurnOutcome | undefined>(
    (before, event) => churnOutcomes.evolve(before, { ...event, tenant: 'acme' } as unknown as RecordedEvent),
    undefined,
  );
  const daily = churnOutcomes.rollups?.find(({ collection }) => collection === 'daily');
  return document === undefined
    ? []
    : (daily?.contributions(document) ?? []).map(({ dimensions, measures }) => ({ ...dimensions, ...measures }));
};

describe('the outcomes of churn scores', () => {
  it('are of one customer, whether it was scored or bought', () => {
    expect(keyOf(confirmed('2026-07-01T10:00:00Z'))).toBe(keyOf(scored('2026-07-01')));
    expect(keyOf(stay('2026-07-01T10:00:00Z', '9'))).toBe(keyOf(scored('2026-07-01', 0.7, 'agent:9')));
    expect(keyOf(stay('2026-07-01T10:00:00Z', null, '40'))).toBe('acme.company:40');
    expect(keyOf(stay('2026-07-01T10:00:00Z', null))).toBeUndefined();
  });

  it('are due when the horizon has passed, and true unless something was bought within it', () => {
    expect(cells(scored('2026-07-01'))).toMatchObject([{ day: '2026-09-29', outcomes: 1, positives: 1, flagged: 1 }]);
    expect(cells(scored('2026-07-01'), confirmed('2026-09-29T20:00:00Z'))).toMatchObject([{ positives: 0 }]);
    expect(cells(scored('2026-07-01'), confirmed('2026-09-30T10:00:00Z'))).toMatchObject([{ positives: 1 }]);
    expect(cells(scored('2026-07-01'), confirmed('2026-07-01T10:00:00Z'))).toMatchObject([{ positives: 1 }]);
  });

  it('count a purchase that is told late, and in whatever order', () => {
    const events = [scored('2026-07-01'), scored('2026-08-03', 0.2), confirmed('2026-07-20T10:00:00Z')];
    const inOrder = cells(...events);
    expect(inOrder).toMatchObject([{ positives: 0 }, { positives: 1 }]);
    expect(cells(...events.toReversed())).toEqual(inOrder);
  });

  it('judge the first score of a month', () => {
    const months = cells(scored('2026-07-02'), scored('2026-07-01', 0.6), scored('2026-07-03'), scored('2026-08-01'));
    expect(months).toMatchObject([{ probabilityMicro: 600_000 }, { probabilityMicro: 700_000 }]);
  });
});
