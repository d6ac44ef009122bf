import { describe, expect, it } from 'vitest';
import type { Feature } from '../registry/manifest.ts';
import { occlusionsOf, reasonsOf } from './occlusions.ts';

const features: readonly Feature[] = [
  { name: 'days', kind: 'number', unit: 'days', missing: 'NaN', reference: [1, 2, 3, 4, 10, 20, 30, 40, 50] },
  { name: 'country', kind: 'category', unit: 'code', categories: ['PRT', 'FRA'], reference: [0.2, 0.8] },
  { name: 'children', kind: 'number', unit: 'persons', missing: 'NaN' },
];

describe('why a model says what it says', () => {
  it('is asked with one feature at a time as it usually is: the median, the most frequent category', () => {
    const { rows, replaced } = occlusionsOf(features, { days: 90, country: 'PRT', children: 2 });
    expect(replaced).toEqual(['days', 'country']);
    expect(rows).toEqual([
      { days: 90, country: 'PRT', children: 2 },
      { days: 10, country: 'PRT', children: 2 },
      { days: 90, country: 'FRA', children: 2 },
    ]);
  });

  it('is not asked of what is as usual, and is of what is missing', () => {
    expect(occlusionsOf(features, { days: 10, country: 'FRA', children: 0 }).replaced).toEqual([]);
    expect(occlusionsOf(features, { country: 'FRA' })).toEqual({
      rows: [{ country: 'FRA' }, { days: 10, country: 'FRA' }],
      replaced: ['days'],
    });
  });

  it('is told by the features that move the score most, the strongest first', () => {
    const occlusions = occlusionsOf(features, { days: 90, country: 'PRT' });
    expect(reasonsOf(occlusions, [2, 1.5, 2.75])).toEqual([
      { feature: 'country', value: 'PRT', contribution: -0.75 },
      { feature: 'days', value: 90, contribution: 0.5 },
    ]);
  });

  it('is silent about what moves nothing, and about an answer that is no number', () => {
    const occlusions = occlusionsOf(features, { days: 90, country: 'PRT' });
    expect(reasonsOf(occlusions, [2, 2, Number.NaN])).toEqual([]);
  });

  it('has five reasons at most', () => {
    const many = Array.from(
      { length: 8 },
      (_, at): Feature => ({ name: `f${at}`, kind: 'number', unit: '1', reference: [0] }),
    );
    const occlusions = occlusionsOf(many, Object.fromEntries(many.map(({ name }) => [name, 1])));
    const reasons = reasonsOf(occlusions, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(reasons.map(({ contribution }) => contribution)).toEqual([-8, -7, -6, -5, -4]);
  });
});
