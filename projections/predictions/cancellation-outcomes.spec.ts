import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { type CancellationOutcome, cancellationOutcomes } from './cancellation-outcomes.ts';

const scored = (time: string, probability: number, version: string | null = '1.0.0', date = '2026-08-10') => ({
  type: 'booking.cancellation-scored.v1',
  stream: 'prediction-cancellation.acme.s1',
  time,
  data: {
    subjectKind: 'stay',
    subjectId: 's1',
    date,
    probability,
    threshold: 0.5,
    atRisk: probability >= 0.5,
    model: 'cancellation',
    version,
    fallback: version === null ? 'base-rate' : null,
    inputsHash: '',
    reasons: [],
  },
});
const stay = (type: string, time: string, data: object = {}) => ({ type, time, stream: 'stay-s1', data });

type Given = ReturnType<typeof scored> | ReturnType<typeof stay>;
const fold = (events: readonly Given[]): CancellationOutcome | undefined =>
  events.reduce<CancellationOutcome | undefined>((document, event) => {
    const recorded = { ...event, tenant: 'acme' } as unknown as RecordedEvent;
    expect(cancellationOutcomes.key(recorded)).toBe('s1');
    return cancellationOutcomes.evolve(document, recorded);
  }, undefined);
const cells = (events: readonly Given[], rollup: 'daily' | 'bins' = 'daily') => {
  const document = fold(events);
  const found = cancellationOutcomes.rollups?.find(({ collection }) => collection === rollup);
  return document === undefined
    ? []
    : (found?.contributions(document) ?? []).map(({ dimensions, measures }) => ({ ...dimensions, ...measures }));
};

describe('the outcomes of cancellation scores', () => {
  it('judge a score on the day of arrival: kept, when nothing else is known', () => {
    expect(cells([scored('2026-07-01T10:00:00Z', 0.8)])).toEqual([
      {
        tenant: 'acme',
        model: 'cancellation',
        version: '1.0.0',
        fallback: null,
        day: '2026-08-10',
        outcomes: 1,
        positives: 0,
        probabilityMicro: 800_000,
        logLossMicro: Math.round(-Math.log(0.2) * 1e6),
        squaredErrorMicro: 640_000,
        flagged: 1,
        flaggedPositives: 0,
      },
    ]);
    expect(cells([scored('2026-07-01T10:00:00Z', 0.8)], 'bins')).toMatchObject([
      { bin: 40, outcomes: 1, positives: 0 },
    ]);
  });

  it('count a cancellation and a guest who never came, also where they are told late', () => {
    const given = [scored('2026-07-01T10:00:00Z', 0.8)];
    expect(cells([...given, stay('stay.cancelled.v1', '2026-07-20T10:00:00Z')])).toMatchObject([
      { positives: 1, flaggedPositives: 1, squaredErrorMicro: 40_000 },
    ]);
    expect(cells([...given, stay('stay.no-show.v1', '2026-09-20T10:00:00Z')])).toMatchObject([{ positives: 1 }]);
  });

  it('are corrected when a guest who was missed came after all', () => {
    const noShow = [scored('2026-07-01T10:00:00Z', 0.8), stay('stay.no-show.v1', '2026-08-10T23:00:00Z')];
    expect(cells([...noShow, stay('stay.checked-in.v1', '2026-08-11T01:00:00Z')])).toMatchObject([{ positives: 0 }]);
  });

  it('move with the day of arrival', () => {
    const changed = stay('stay.changed.v1', '2026-07-05T10:00:00Z', { terms: { arrivalDate: '2026-09-01' } });
    expect(cells([scored('2026-07-01T10:00:00Z', 0.8), changed])).toMatchObject([{ day: '2026-09-01' }]);
  });

  it('judge the first score of each version, and a fallback by itself', () => {
    const judged = cells([
      scored('2026-07-01T10:00:00Z', 0.37, null),
      scored('2026-07-02T10:00:00Z', 0.8),
      scored('2026-07-03T10:00:00Z', 0.1),
      scored('2026-07-04T10:00:00Z', 0.6, '1.1.0'),
    ]);
    expect(judged).toMatchObject([
      { version: null, fallback: 'base-rate', probabilityMicro: 370_000 },
      { version: '1.0.0', probabilityMicro: 800_000 },
      { version: '1.1.0', probabilityMicro: 600_000 },
    ]);
  });

  it('judge nothing that was said afterwards', () => {
    const cancelled = stay('stay.cancelled.v1', '2026-07-20T10:00:00Z');
    expect(cells([cancelled, scored('2026-07-21T10:00:00Z', 0.9)])).toEqual([]);
    expect(cells([scored('2026-08-11T10:00:00Z', 0.9)])).toEqual([]);
  });

  it('are the same in whatever order the streams come', () => {
    const scores = [scored('2026-07-01T10:00:00Z', 0.3), scored('2026-07-02T10:00:00Z', 0.9, '1.1.0')];
    const cancelled = stay('stay.cancelled.v1', '2026-07-20T10:00:00Z');
    const inOrder = cells([...scores, cancelled]);
    expect(inOrder).toHaveLength(2);
    for (const order of [
      [cancelled, ...scores],
      [scores[0], cancelled, scores[1]],
      [cancelled, ...scores.toReversed(), ...scores],
    ]) {
      const told = cells(order.filter((event) => event !== undefined));
      expect(told).toEqual(expect.arrayContaining(inOrder));
      expect(told).toHaveLength(2);
    }
  });
});
