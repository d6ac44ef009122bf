import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../learning/seeded-random.ts';
import { type CoOccurrence, coOccurrenceOf } from './co-occurrence.ts';
import { type CustomerInteraction, interactionMatrix } from './interaction-matrix.ts';
import { scoresOf } from './item-scores.ts';
import { learnItemWeights } from './learn-item-weights.ts';

const PRODUCTS = 30;
const LAMBDA = 7;

const interactions = (): CustomerInteraction[] => {
  const random = seededRandom(3);
  return Array.from({ length: 2_500 }, () => ({
    customerId: `c${Math.floor(random() * 150)}`,
    productId: `p${Math.floor(PRODUCTS * random() ** 1.3)}`,
    kind: random() < 0.7 ? ('confirmed' as const) : ('expired' as const),
    at: '2026-05-01T00:00:00.000Z',
  }));
};

/** The Gram matrix with its diagonal, dense. */
const dense = ({ size, starts, columns, values, diagonal }: CoOccurrence): Matrix => {
  const full = Matrix.zeros(size, size);
  for (let row = 0; row < size; row++) {
    full.set(row, row, diagonal[row] ?? 0);
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++) full.set(row, columns[at] ?? 0, values[at] ?? 0);
  }
  return full;
};

describe('co-occurrence', () => {
  it('is the matrix of interactions times itself', () => {
    const matrix = interactionMatrix(interactions(), 1);
    const rows = Matrix.zeros(matrix.customers.length, matrix.products.length);
    for (let row = 0; row < matrix.customers.length; row++)
      for (let at = matrix.starts[row] ?? 0; at < (matrix.starts[row + 1] ?? 0); at++)
        rows.set(row, matrix.columns[at] ?? 0, matrix.weights[at] ?? 0);
    const difference = Matrix.sub(rows.transpose().mmul(rows), dense(coOccurrenceOf(matrix)));
    expect(difference.abs().max()).toBeLessThan(1e-5);
  });
});

describe('item weights', () => {
  const gram = coOccurrenceOf(interactionMatrix(interactions(), 1));
  const { size } = gram;

  it('are those of EASE where every product is regressed on all others', () => {
    // Each two share a customer, so that all others are neighbours.
    expect(gram.columns).toHaveLength(size * (size - 1));
    const precision = inverse(Matrix.add(dense(gram), Matrix.eye(size).mul(LAMBDA)));
    const learned = learnItemWeights(gram, { lambda: LAMBDA, neighbours: size, rowLength: size });
    for (let from = 0; from < size; from++) {
      const level = new Float32Array(size).fill(1);
      scoresOf(learned, { columns: [from], weights: [1] }, level).forEach((weight, to) => {
        // Steck 2019, equation 8.
        const ease = from === to ? 0 : -precision.get(from, to) / precision.get(to, to);
        expect(weight).toBeCloseTo(ease, 5);
      });
    }
  });

  it('come from as many products as there may be, and keep the largest of a row', () => {
    const few = learnItemWeights(gram, { lambda: LAMBDA, neighbours: 4, rowLength: size });
    const into = new Map<number, number>();
    for (const target of few.columns) into.set(target, (into.get(target) ?? 0) + 1);
    expect(Math.max(...into.values())).toBe(4);

    const short = learnItemWeights(gram, { lambda: LAMBDA, neighbours: size, rowLength: 3 });
    const whole = learnItemWeights(gram, { lambda: LAMBDA, neighbours: size, rowLength: size });
    for (let row = 0; row < size; row++) {
      const magnitudes = (of: typeof short) =>
        Array.from(of.values.subarray(of.starts[row], of.starts[row + 1]), Math.abs).sort((a, b) => b - a);
      expect(magnitudes(short)).toEqual(magnitudes(whole).slice(0, 3));
    }
  });
});

describe('the matrix of interactions', () => {
  const at = '2026-05-01T00:00:00.000Z';

  it('counts a product of a customer once, by its strongest interaction', () => {
    const { customers, products, weights } = interactionMatrix(
      [
        { customerId: 'ana', productId: 'p1', kind: 'expired', at },
        { customerId: 'ana', productId: 'p1', kind: 'confirmed', at },
        { customerId: 'ana', productId: 'p1', kind: 'cancelled', at },
      ],
      1,
    );
    expect([customers, products, [...weights]]).toEqual([['ana'], ['p1'], [1]]);
  });

  it('leaves out products of few customers, and customers who have no others', () => {
    const { customers, products } = interactionMatrix(
      [
        { customerId: 'ana', productId: 'p1', kind: 'confirmed', at },
        { customerId: 'bo', productId: 'p1', kind: 'confirmed', at },
        { customerId: 'cy', productId: 'rare', kind: 'confirmed', at },
      ],
      2,
    );
    expect([customers, products]).toEqual([['ana', 'bo'], ['p1']]);
  });

  it('keeps the latest 2,000 products of a customer who booked everything', () => {
    const day = (number: number) => new Date(Date.UTC(2020, 0, 1) + number * 3_600_000).toISOString();
    const everything = Array.from({ length: 2_010 }, (_, number) => ({
      customerId: 'agency',
      productId: `p${number}`,
      kind: 'confirmed' as const,
      at: day(number),
    }));
    const { columns, products } = interactionMatrix(everything, 1);
    const kept = new Set(Array.from(columns, (column) => products[column]));
    expect(kept.size).toBe(2_000);
    expect(kept.has('p9')).toBe(false);
    expect(kept.has('p10')).toBe(true);
  });
});
