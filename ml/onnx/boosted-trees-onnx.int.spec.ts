import { describe, expect, it } from 'vitest';
import { rowMajor } from '../../tests/ml/row-major.ts';
import { type BoostedTrees, scoresOf } from '../learning/boosted-trees.ts';
import { boost } from '../learning/boosting.ts';
import { logistic, type Objective, quantile, squared } from '../learning/objectives.ts';
import { seededRandom } from '../learning/seeded-random.ts';
import type { Table } from '../learning/table.ts';
import { treeEnsembleNode } from './boosted-trees-onnx.ts';
import { onnxModel } from './onnx-model.ts';
import { openLocalModel } from './run-model.ts';

const CATEGORIES = 60;

/** Two numbers (one with gaps, one of whole numbers) and two categories (one of many codes), each with a say in the target. */
const randomTable = (rows: number, seed: number, unseen = 0): Table => {
  const random = seededRandom(seed);
  const column = (of: () => number): Float32Array => Float32Array.from({ length: rows }, of);
  return {
    rows,
    columns: [
      { name: 'gappy', kind: 'number', values: column(() => (random() < 0.2 ? Number.NaN : random() * 100 - 50)) },
      { name: 'many', kind: 'category', values: column(() => Math.floor(random() * (CATEGORIES + unseen)) - 1) },
      { name: 'count', kind: 'number', values: column(() => Math.floor(random() * 8)) },
      { name: 'few', kind: 'category', values: column(() => (random() < 0.1 ? Number.NaN : Math.floor(random() * 3))) },
      // Known or not is all that it tells.
      { name: 'flag', kind: 'number', values: column(() => (random() < 0.5 ? Number.NaN : 1)) },
    ],
  };
};

const signalOf = ({ columns, rows }: Table): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => {
    const [gappy = 0, many = 0, count = 0, few = 0, flag = 0] = columns.map(({ values }) => values[row] ?? 0);
    const ofGap = Number.isNaN(gappy) ? 1 : Math.sin(gappy / 10);
    return ofGap + ((many * 7) % 5) / 2 + count / 4 + (few === 1 ? 1.5 : 0) + (Number.isNaN(flag) ? 0.8 : 0) - 2;
  });

const outputsOf = async (ensembles: readonly BoostedTrees[], table: Table): Promise<Float32Array> => {
  const model = await openLocalModel(
    onnxModel({
      name: 'trees',
      inputs: [{ name: 'features', type: 'float32', shape: ['batch', table.columns.length] }],
      outputs: [{ name: 'scores', type: 'float32', shape: ['batch', ensembles.length] }],
      nodes: [treeEnsembleNode({ ensembles, input: 'features', output: 'scores' })],
    }),
  );
  const dims = [table.rows, table.columns.length];
  const { scores } = await model.run({ features: { type: 'float32', dims, data: rowMajor(table) } });
  await model.close();
  expect(scores?.dims).toEqual([table.rows, ensembles.length]);
  return scores?.data as Float32Array;
};

/** Largest difference; of scores above 1 as a share of the largest, since single precision rounds by that. */
const difference = (ours: ArrayLike<number>, theirs: ArrayLike<number>): number => {
  const largest = Array.from(ours).reduce((most, score) => Math.max(most, Math.abs(score)), 1);
  return Array.from(ours).reduce((most, score, row) => {
    const apart = Math.abs(score - (theirs[row] ?? Number.NaN)) / largest;
    return Math.max(most, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }, 0);
};

describe('boosted trees in ONNX', () => {
  const training = randomTable(4_000, 1);
  const signal = signalOf(training);
  const served = randomTable(10_000, 2, 25);
  const targets: readonly [string, Objective, Float64Array][] = [
    ['logistic', logistic, signal.map((value) => (value > 0.5 ? 1 : 0))],
    ['squared', squared, signal.map((value) => value * 1_000)],
    ['quantile', quantile(0.9), signal],
  ];

  it.each(targets)(
    'score 10,000 rows as the trainer does, gaps and unseen categories too (%s)',
    async (_, objective, target) => {
      const trees = boost(training, target, { objective, trees: 120 });
      expect(new Set(trees.trees.flat().map((node) => ('value' in node ? 'leaf' : node.feature))).size).toBe(6);

      expect(difference(scoresOf(trees, served), await outputsOf([trees], served))).toBeLessThanOrEqual(1e-5);
    },
  );

  it('take the branch of training on every value at and beside a threshold', async () => {
    const trees = boost(training, signal, { objective: squared, trees: 30 });
    const thresholds = trees.trees.flat().flatMap((node) => ('value' in node ? [] : [node.threshold ?? 0]));
    const near = thresholds.flatMap((value) => [value, Math.fround(value * (1 + 2 ** -22)), value * (1 - 2 ** -22)]);
    const values = Float32Array.from(near, (value) => (Number.isFinite(value) ? value : 0));
    const table = { rows: near.length, columns: training.columns.map((column) => ({ ...column, values })) };

    expect(difference(scoresOf(trees, table), await outputsOf([trees], table))).toBeLessThanOrEqual(1e-5);
  });

  it('are the columns of one output, also one that learned nothing', async () => {
    const some = boost(training, signal, { objective: squared, trees: 20 });
    const nothing: BoostedTrees = { features: some.features, base: 3.5, trees: [] };
    const scores = await outputsOf([nothing, some], served);

    const ofTarget = (target: number) => scores.filter((_, at) => at % 2 === target);
    expect(new Set(ofTarget(0))).toEqual(new Set([3.5]));
    expect(difference(scoresOf(some, served), ofTarget(1))).toBeLessThanOrEqual(1e-5);
  });
});
