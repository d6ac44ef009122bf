import { describe, expect, it } from 'vitest';
import { learnFeatures } from '../features/learn-features.ts';
import { seededRandom } from '../learning/seeded-random.ts';
import { driftBinsOf } from './drift-bins.ts';
import { populationStability } from './population-stability.ts';

const ROWS = 5_000;
type Draw = (random: () => number) => number | string | null;

/** The index of what `served` draws against a reference that was learned from what `trained` draws. */
const indexOf = (kind: 'number' | 'category', trained: Draw, served: Draw, seed = 1): number => {
  const random = seededRandom(seed);
  const rows = Array.from({ length: ROWS }, () => ({ x: trained(random) }));
  const [feature] = learnFeatures([{ name: 'x', kind, unit: '1' }], rows);
  const bins = feature && driftBinsOf(feature);
  if (bins === undefined) throw new Error('no bins');
  const counts = new Array<number>(bins.count).fill(0);
  for (let row = 0; row < ROWS; row++) {
    const value = served(random);
    const code = typeof value === 'string' ? (feature?.categories ?? []).indexOf(value) : (value ?? Number.NaN);
    const bin = bins.of(code);
    if (bin !== undefined) counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return populationStability(bins, counts);
};

const normal: Draw = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const shifted: Draw = (random) => Number(normal(random)) + 1;
const rare: Draw = (random) => (random() < 0.35 ? 1 : 0);
const skewed: Draw = (random) => Math.floor(-4 * Math.log(1 - random()));
const country: Draw = (random) => `c${Math.floor(random() ** 3 * 40)}`;

describe('the population stability index', () => {
  it.each([1, 2, 3, 4, 5])('finds no drift in the same population, whatever it is made of (seed %i)', (seed) => {
    for (const draw of [normal, rare, skewed]) expect(indexOf('number', draw, draw, seed)).toBeLessThan(0.05);
    expect(indexOf('category', country, country, seed)).toBeLessThan(0.05);
  });

  it('finds a population that has moved, and one that has other shares', () => {
    expect(indexOf('number', normal, shifted)).toBeGreaterThan(0.25);
    expect(indexOf('number', skewed, (random) => Number(skewed(random)) * 3)).toBeGreaterThan(0.25);
    expect(indexOf('category', country, (random) => `c${Math.floor(random() * 40)}`)).toBeGreaterThan(0.25);
  });

  it('finds a yes that has become rare, and categories that nobody had heard of', () => {
    expect(indexOf('number', rare, () => 0)).toBeGreaterThan(0.25);
    expect(indexOf('category', country, (random) => (random() < 0.4 ? 'new' : country(random)))).toBeGreaterThan(0.25);
  });

  it('finds values that are missing where they were not, and none where as many always were', () => {
    const gappy: Draw = (random) => (random() < 0.3 ? null : normal(random));
    expect(indexOf('number', gappy, gappy)).toBeLessThan(0.05);
    expect(indexOf('number', gappy, () => null)).toBeGreaterThan(0.25);
    expect(indexOf('number', normal, gappy)).toBeGreaterThan(0.25);
    expect(indexOf('number', gappy, normal)).toBeGreaterThan(0.25);
  });

  it('is the formula: shares of .5 and .5 against .8 and .2', () => {
    const bins = driftBinsOf({ name: 'x', kind: 'category', unit: '1', categories: ['a', 'b'], reference: [0.5, 0.5] });
    if (bins === undefined) throw new Error('no bins');
    // .3 ln 1.6 - .3 ln .4, and next to nothing for the bins of what is not frequent and not listed.
    expect(populationStability(bins, [80_000, 20_000, 0, 0])).toBeCloseTo(0.4159 + 0.0106, 2);
  });

  it('says nothing of a feature without a reference, or without rows', () => {
    expect(driftBinsOf({ name: 'x', kind: 'number', unit: '1' })).toBeUndefined();
    const bins = driftBinsOf({ name: 'x', kind: 'number', unit: '1', reference: [1.5, 2.5] });
    expect(bins && populationStability(bins, [0, 0, 0])).toBeNaN();
  });
});
