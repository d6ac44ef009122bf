import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { DemandFacts } from '../../contracts/features/demand-facts.ts';
import { madeStays } from '../../tests/forecasting/made-log.ts';
import { checkContributions } from '../runner/rollup-cells.ts';
import { demandFeatures } from './demand-features.ts';

const fold = (events: readonly RecordedEvent[]): readonly DemandFacts[] => {
  const streams = new Map<string, DemandFacts>();
  for (const event of events) {
    const key = demandFeatures.key(event) ?? '';
    const facts = demandFeatures.evolve(streams.get(key), event);
    if (facts !== undefined) streams.set(key, facts);
  }
  return [...streams.values()];
};

const contributionsOf = (rollup: string, facts: DemandFacts) =>
  demandFeatures.rollups?.find(({ collection }) => collection === rollup)?.contributions(facts) ?? [];

describe('the online store of demand', () => {
  const all = fold(madeStays({ hotelId: 'beach', from: '2025-01-01', days: 20, arrivals: 5 }));

  it('sums to the parties that are expected each day', () => {
    const days = new Map<string, number>();
    for (const facts of all)
      for (const { dimensions, measures } of contributionsOf('days', facts))
        for (const amount of Object.values(measures)) {
          const date = String(dimensions.date);
          days.set(date, (days.get(date) ?? 0) + amount);
        }
    const standing = new Map<string, number>();
    for (const { terms, stands } of all)
      if (stands && terms.date !== null) standing.set(terms.date, (standing.get(terms.date) ?? 0) + 1);
    expect(days.size).toBe(20);
    expect(new Map([...days].sort())).toEqual(new Map([...standing].sort()));
  });

  it('keeps whole numbers under names that every store takes, and names each subject once a stream', () => {
    for (const facts of all) {
      const cells = [...contributionsOf('days', facts), ...contributionsOf('subjects', facts)];
      checkContributions(cells);
      for (const { measures } of contributionsOf('days', facts))
        for (const name of Object.keys(measures))
          expect(name).toMatch(/^(booked|departures|capacity|unlimited):-?\d+$/);
      expect(contributionsOf('subjects', facts).length).toBeLessThanOrEqual(1);
    }
  });
});
