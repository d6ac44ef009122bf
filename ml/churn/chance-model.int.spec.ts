import { beforeAll, describe, expect, it } from 'vitest';
import { rowMajor } from '../../tests/ml/row-major.ts';
import { scoresOf } from '../learning/boosted-trees.ts';
import { logLoss } from '../learning/metrics.ts';
import { sigmoid } from '../learning/objectives.ts';
import { seededRandom } from '../learning/seeded-random.ts';
import type { Table } from '../learning/table.ts';
import { openLocalModel } from '../onnx/run-model.ts';
import { type ChanceModel, chanceOnnx, learnChances } from './chance-model.ts';

const random = seededRandom(1);
const rows = (count: number): { readonly table: Table; readonly target: readonly number[] } => {
  const columns = ['signal', 'noise', 'noise too'].map((name) => ({
    name,
    kind: 'number' as const,
    values: Float32Array.from({ length: count }, random),
  }));
  const target = Array.from(columns[0]?.values ?? [], (value) => (random() < 0.1 + 0.6 * value ? 1 : 0));
  return { table: { rows: count, columns }, target };
};
const chancesOf = ({ trees, slope, intercept }: ChanceModel, table: Table): Float64Array =>
  scoresOf(trees, table).map((score) => sigmoid(slope * score + intercept));
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('chances that are learned', () => {
  const known = rows(3_000);
  const later = rows(3_000);
  let model: ChanceModel;
  beforeAll(() => {
    // Far too eager on purpose: trees that learn by heart are too sure of themselves.
    model = learnChances(known.table, known.target, { trees: 150, rate: 0.3, fewestRows: 5 });
  });

  it('are less sure than trees that learned by heart, and lose less for it', () => {
    expect(model.slope).toBeLessThan(0.6);
    const raw = scoresOf(model.trees, later.table).map(sigmoid);
    expect(logLoss(chancesOf(model, later.table), later.target)).toBeLessThan(logLoss(raw, later.target) * 0.9);
  });

  it('come true as often as they say', () => {
    const chances = chancesOf(model, later.table);
    for (const [from, to] of [
      [0, 0.3],
      [0.3, 0.5],
      [0.5, 1],
    ] as const) {
      const inBin = [...chances.keys()].filter((row) => (chances[row] ?? 0) >= from && (chances[row] ?? 0) < to);
      expect(inBin.length).toBeGreaterThan(100);
      const told = mean(inBin.map((row) => chances[row] ?? 0));
      expect(Math.abs(told - mean(inBin.map((row) => later.target[row] ?? 0)))).toBeLessThan(0.07);
    }
  });

  it('are the same in ONNX', async () => {
    const session = await openLocalModel(chanceOnnx('chance', model));
    const dims = [later.table.rows, 3];
    const { probability } = await session.run({ features: { type: 'float32', dims, data: rowMajor(later.table) } });
    await session.close();
    expect(probability?.dims).toEqual([later.table.rows, 1]);
    const ours = chancesOf(model, later.table);
    const apart = ours.map((chance, row) => Math.abs(chance - Number(probability?.data[row])));
    expect(Math.max(...apart)).toBeLessThan(1e-5);
  });

  it('are finite where two columns tell outcomes apart for certain', () => {
    const values = Float32Array.from({ length: 400 }, (_, row) => row % 2);
    const table: Table = { rows: 400, columns: [{ name: 'told', kind: 'number', values }] };
    const sure = learnChances(table, Array.from(values), { trees: 50 });
    const [no = 1, yes = 0] = chancesOf(sure, table);
    expect([no < 0.01, yes > 0.99, Number.isFinite(sure.slope)]).toEqual([true, true, true]);
  });
});
