import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aProduct } from '../../tests/query-side/travel-fixtures.ts';
import { contentIndex, similarity } from './content-similarity.ts';
import { demandTrend, recentDemand } from './demand-trend.ts';
import { diversify } from './diversify.ts';
import { listQuality } from './ranking-metrics.ts';
import { strongest } from './strongest.ts';

describe('the strongest of some scores', () => {
  it('are those that sorting would put first, the earlier first of equal ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 })), fc.nat({ max: 12 }), (scores, count) => {
        const sorted = scores.map((score, place) => ({ score, place })).sort((a, b) => b.score - a.score);
        expect(strongest(scores, count)).toEqual(sorted.slice(0, count).map(({ place }) => place));
      }),
    );
  });

  it('are never those that are excluded', () => {
    expect(strongest([Number.NEGATIVE_INFINITY, 1, Number.NaN], 3)).toEqual([1]);
  });
});

describe('the quality of a list', () => {
  it('is 1 when all that could be hit comes first, however little it is', () => {
    expect(listQuality([4, 5, 6], new Set([5, 4]), 3)).toEqual({ recall: 1, ndcg: 1 });
    expect(listQuality([1, 2], new Set([1, 2, 3, 4]), 2)).toEqual({ recall: 1, ndcg: 1 });
  });

  it('discounts a hit by the logarithm of its place', () => {
    const { recall, ndcg } = listQuality([9, 9, 4], new Set([4]), 3);
    expect(recall).toBe(1);
    expect(ndcg).toBeCloseTo(1 / Math.log2(4), 12);
    expect(listQuality([1, 2, 3], new Set([4]), 3)).toEqual({ recall: 0, ndcg: 0 });
    expect(listQuality([1, 2, 4], new Set([4]), 2)).toEqual({ recall: 0, ndcg: 0 });
  });
});

describe('the demand of late', () => {
  const now = '2026-06-29T00:00:00.000Z';
  const settings = { halfLifeDays: 14, assumed: 5 };

  it('counts an interaction half for each half-life of its age', () => {
    const ago = (days: number) => new Date(Date.parse(now) - days * 86_400_000).toISOString();
    const recent = recentDemand(
      [
        { productId: 'a', at: now },
        { productId: 'a', at: ago(14) },
        { productId: 'b', at: ago(28) },
      ],
      now,
      14,
    );
    expect(recent).toEqual(
      new Map([
        ['a', 1.5],
        ['b', 0.25],
      ]),
    );
  });

  it('is 1 where a product moved with the others, more where it rose, and near 1 where little is known', () => {
    const products = ['steady', 'risen', 'fallen', 'rare'];
    const recent = new Map([
      ['steady', 100],
      ['risen', 200],
      ['fallen', 0],
      ['rare', 1],
    ]);
    const [steady = 0, risen = 0, fallen = 0, rare = 0] = demandTrend(recent, products, [300, 300, 300, 1], settings);
    expect(steady).toBeCloseTo(1, 2);
    expect(risen).toBeCloseTo(2, 1);
    expect(fallen).toBeLessThan(0.05);
    expect(rare).toBeGreaterThan(fallen);
    expect(rare).toBeLessThan(1.5);
  });

  it('says nothing where nothing is wanted of late', () => {
    expect([...demandTrend(new Map(), ['a', 'b'], [3, 9], settings)]).toEqual([1, 1]);
  });
});

describe('products by what they are', () => {
  const { details } = aProduct();
  const product = (id: string, categories: string[], city = 'Sevilla', country = 'ES') =>
    aProduct({
      id,
      texts: {},
      details: {
        ...details,
        categories,
        location: { title: city, city, country, latitude: 0, longitude: 0 },
      },
    });
  const traitsOf = (of: ReturnType<typeof aProduct>) => contentIndex([of]).traits.get(of.id) ?? new Map();
  const boat = product('boat', ['boats']);
  const yacht = product('yacht', ['boats'], 'Cádiz');
  const walk = product('walk', ['walks']);
  const ferry = product('ferry', ['boats'], 'Lisboa', 'PT');
  const opera = product('opera', ['music'], 'Milano', 'IT');

  it('are as alike as the weight of what they share, of what either has', () => {
    expect(similarity(traitsOf(boat), traitsOf(boat))).toBe(1);
    expect(similarity(traitsOf(boat), traitsOf(yacht))).toBeCloseTo(3 / 7, 12);
    expect(similarity(traitsOf(boat), traitsOf(opera))).toBe(0);
  });

  it('are found most alike first, and none that shares nothing', () => {
    const index = contentIndex([boat, yacht, walk, ferry, opera]);
    expect(index.nearest('boat', 10).map(({ productId }) => productId)).toEqual(['walk', 'yacht', 'ferry']);
    expect(index.nearest('boat', 1)).toHaveLength(1);
    expect(index.nearest('unknown', 5)).toEqual([]);
  });

  it('share words of their titles in any language', () => {
    const named = (id: string, title: string) => ({
      ...product(id, [], id, 'ES'),
      texts: { es: { title, shortDescription: null, description: null, features: [] } },
    });
    const traits = traitsOf(named('one', 'Paseo por los canales'));
    expect([...traits.keys()].filter((trait) => trait.startsWith('word:'))).toEqual(['word:paseo', 'word:canales']);
  });
});

describe('a list of different things', () => {
  const candidates = [
    { productId: 'boat-1', score: 1, why: '' },
    { productId: 'boat-2', score: 0.95, why: '' },
    { productId: 'walk-1', score: 0.8, why: '' },
    { productId: 'boat-3', score: 0.5, why: '' },
  ];
  const kind = (productId: string) => productId.replace(/-.*/, '');
  const alike = (one: string, other: string) => (kind(one) === kind(other) ? 1 : 0);

  it('puts something else before what is like the first and little better', () => {
    const listed = diversify(candidates, 3, alike).map(({ productId }) => productId);
    expect(listed).toEqual(['boat-1', 'walk-1', 'boat-2']);
  });

  it('keeps the order of the scores where all are equally alike, and is no longer than asked', () => {
    expect(diversify(candidates, 2, () => 0.5)).toEqual(candidates.slice(0, 2));
    expect(diversify(candidates, 9, () => 0)).toEqual(candidates);
    expect(diversify([], 3, alike)).toEqual([]);
  });
});
