import { describe, expect, it } from 'vitest';
import { importances, scoresOf } from './boosted-trees.ts';
import { boost } from './boosting.ts';
import { auc, rmse } from './metrics.ts';
import { logistic, quantile, squared } from './objectives.ts';
import { seededRandom } from './seeded-random.ts';
import type { Table } from './table.ts';

const ROWS = 2_000;

const columnOf = (rows: number, of: (row: number) => number): Float32Array =>
  Float32Array.from({ length: rows }, (_, row) => of(row));

/** `x` from 0 to 10, `noise` that means nothing, and a category of five. */
const aTable = (rows = ROWS, seed = 1): Table => {
  const random = seededRandom(seed);
  return {
    rows,
    columns: [
      { name: 'x', kind: 'number', values: columnOf(rows, () => random() * 10) },
      { name: 'noise', kind: 'number', values: columnOf(rows, () => random()) },
      { name: 'place', kind: 'category', values: columnOf(rows, () => Math.floor(random() * 5)) },
    ],
  };
};

const valuesOf = (table: Table, name: string): Float32Array =>
  table.columns.find((column) => column.name === name)?.values ?? new Float32Array();

/** The sine of x, two higher in places 1 and 3. */
const waveOf = (table: Table): Float64Array => {
  const places = valuesOf(table, 'place');
  return Float64Array.from(valuesOf(table, 'x'), (x, row) => Math.sin(x) + ((places[row] ?? 0) % 2) * 2);
};

describe('boosting', () => {
  it('learns a curve and the places that lie higher', () => {
    const table = aTable();
    const model = boost(table, waveOf(table), { objective: squared, trees: 200 });
    const unseen = aTable(500, 2);
    expect(rmse(scoresOf(model, unseen), waveOf(unseen))).toBeLessThan(0.15);
  });

  it('tells what it learned from: the noise has next to no share of the gain', () => {
    const table = aTable();
    const shares = importances(boost(table, waveOf(table), { objective: squared, trees: 50 }));
    expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(shares.get('noise')).toBeLessThan(0.02);
    expect(shares.get('place')).toBeGreaterThan(0.3);
  });

  it.each([
    ['logistic', logistic, (wave: number) => (wave > 1 ? 1 : 0)],
    ['squared', squared, (wave: number) => wave],
    ['quantile', quantile(0.8), (wave: number) => wave],
  ] as const)('loses less with every tree on all rows (%s)', (_, objective, targetOf) => {
    const table = aTable();
    const target = waveOf(table).map(targetOf);
    const losses = [1, 2, 5, 10, 20, 40].map((trees) =>
      objective.loss(scoresOf(boost(table, target, { objective, trees }), table), target),
    );
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8);
  });

  it('gives chances that are told by their log-odds', () => {
    const table = aTable(4_000);
    const random = seededRandom(3);
    const target = valuesOf(table, 'x').map((x) => (random() < (x > 5 ? 0.9 : 0.2) ? 1 : 0));
    const scores = scoresOf(boost(table, target, { objective: logistic, trees: 20, leaves: 2 }), table);
    const low = scores.filter((_, row) => (valuesOf(table, 'x')[row] ?? 0) < 4.9);
    expect(low.reduce((sum, score) => sum + score, 0) / low.length).toBeCloseTo(Math.log(0.2 / 0.8), 0);
    expect(auc(scores, target)).toBeGreaterThan(0.8);
  });

  it('leaves the wanted share of rows below a quantile', () => {
    const table = aTable(4_000);
    const random = seededRandom(4);
    const target = Float64Array.from(valuesOf(table, 'x'), (x) => x * random());
    const scores = scoresOf(boost(table, target, { objective: quantile(0.9), trees: 100, leaves: 8 }), table);
    const below = target.filter((value, row) => value <= (scores[row] ?? 0)).length / table.rows;
    expect(below).toBeGreaterThan(0.87);
    expect(below).toBeLessThan(0.93);
  });

  it('tells a missing number from all others', () => {
    const table = aTable();
    const x = valuesOf(table, 'x');
    for (let row = 0; row < ROWS; row += 4) x[row] = Number.NaN;
    const target = Float64Array.from(x, (value) => (Number.isNaN(value) ? 5 : value > 9.5 ? 5 : 0));
    const model = boost(table, target, { objective: squared, trees: 60 });
    const asked: Table = {
      rows: 3,
      columns: table.columns.map((column) => ({ ...column, values: Float32Array.of(Number.NaN, 1, 9.9) })),
    };
    const [missing = 0, low = 0, high = 0] = scoresOf(model, asked);
    expect([missing, low, high].map(Math.round)).toEqual([5, 0, 5]);
  });

  it('treats a category that it has not seen as those that it was given too rarely', () => {
    const table = aTable();
    const model = boost(table, waveOf(table), { objective: squared, trees: 20 });
    const of = (place: number): number =>
      scoresOf(model, {
        rows: 1,
        columns: table.columns.map((column) => ({ ...column, values: Float32Array.of(place) })),
      })[0] ?? 0;
    // The other columns get the same odd values, and lie beyond all thresholds alike.
    expect(of(Number.NaN)).not.toBeNaN();
    expect(of(99)).toBe(of(100));
  });

  it('gives the same trees for the same seed, and others for another', () => {
    const table = aTable();
    const grown = (seed: number) =>
      boost(table, waveOf(table), { objective: squared, trees: 10, rowShare: 0.5, featureShare: 0.7, seed });
    expect(grown(7)).toEqual(grown(7));
    expect(grown(7)).not.toEqual(grown(8));
  });

  it('grows each tree on the share of features and rows that it is let', () => {
    const table = aTable();
    const model = boost(table, waveOf(table), { objective: squared, trees: 40, rowShare: 0.5, featureShare: 0.34 });
    for (const tree of model.trees) {
      expect(new Set(tree.flatMap((node) => ('value' in node ? [] : [node.feature]))).size).toBeLessThanOrEqual(1);
      const rows = tree.reduce((sum, node) => sum + ('value' in node ? node.rows : 0), 0);
      expect(rows).toBe(ROWS / 2);
    }
  });

  it('keeps to the number of leaves and to the fewest rows of one', () => {
    const table = aTable();
    const model = boost(table, waveOf(table), { objective: squared, trees: 5, leaves: 6, fewestRows: 100 });
    for (const tree of model.trees) {
      const leaves = tree.flatMap((node) => ('value' in node ? [node.rows] : []));
      expect(leaves).toHaveLength(6);
      // Rows are told from Hessians, which are 1 each here.
      expect(Math.min(...leaves)).toBeGreaterThanOrEqual(100);
    }
  });

  it('ends when rows held out gain nothing more, and goes back to the best', () => {
    const random = seededRandom(5);
    const pure = (table: Table) => waveOf(table).map((wave) => wave + (random() - 0.5) * 6);
    const table = aTable(400);
    const later = aTable(400, 9);
    const validation = { table: later, target: pure(later), patience: 10 };
    const model = boost(table, pure(table), { objective: squared, trees: 500, rate: 0.3, validation });
    expect(model.trees.length).toBeGreaterThan(0);
    expect(model.trees.length).toBeLessThan(200);
    const lossAfter = (trees: number) =>
      squared.loss(scoresOf({ ...model, trees: model.trees.slice(0, trees) }, later), validation.target);
    const best = lossAfter(model.trees.length);
    for (let trees = 0; trees < model.trees.length; trees++) expect(lossAfter(trees)).toBeGreaterThan(best);
  });

  it('stops by itself where there is nothing to learn', () => {
    const model = boost(aTable(), new Float64Array(ROWS).fill(3), { objective: squared, trees: 50 });
    expect(model).toMatchObject({ base: 3, trees: [] });
    expect([...importances(model).values()]).toEqual([0, 0, 0]);
  });

  it.each([
    [aTable(), [1, 2], '2 for 2000'],
    [aTable(0), [], '0 for 0'],
  ])('refuses targets that do not fit the rows', (table, target, words) => {
    expect(() => boost(table, target, { objective: squared })).toThrow(words);
    expect(() => boost(table, target, { objective: squared })).toThrow(RangeError);
  });
});
