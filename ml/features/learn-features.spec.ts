import { describe, expect, it } from 'vitest';
import { learnFeatures, tableOf } from './learn-features.ts';

const rules = [
  { name: 'nights', kind: 'number', unit: 'nights' },
  { name: 'agent', kind: 'category', unit: 'code' },
  { name: 'never', kind: 'number', unit: '1' },
  { name: 'unknown', kind: 'category', unit: 'code' },
] as const;

/** Agent a sold 20, b 10, c 9: too few. */
const rows = Array.from({ length: 39 }, (_, at) => ({
  nights: at === 0 ? null : at,
  agent: at < 10 ? 'b' : at < 30 ? 'a' : 'c',
  never: null,
}));

describe('features learned from rows', () => {
  const features = learnFeatures(rules, rows);

  it('are the columns that have values, with what drift is measured against', () => {
    expect(features).toEqual([
      {
        name: 'nights',
        kind: 'number',
        unit: 'nights',
        missing: 'NaN',
        reference: [4, 8, 12, 16, 20, 23, 27, 31, 35],
        missingShare: 1 - 38 / 39,
      },
      { name: 'agent', kind: 'category', unit: 'code', categories: ['a', 'b'], reference: [20 / 39, 10 / 39] },
    ]);
  });

  it('make a table with the values that a served model gets', () => {
    const { rows: count, columns } = tableOf(features, rows);
    expect(count).toBe(39);
    expect(columns.map(({ name, kind }) => ({ name, kind }))).toEqual([
      { name: 'nights', kind: 'number' },
      { name: 'agent', kind: 'category' },
    ]);
    expect([...(columns[0]?.values ?? [])].slice(0, 2)).toEqual([Number.NaN, 1]);
    expect([0, 10, 30].map((row) => columns[1]?.values[row])).toEqual([1, 0, -1]);
  });
});
