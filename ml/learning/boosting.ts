import { binTable } from './bins.ts';
import { addTree, type BoostedTrees, type Tree } from './boosted-trees.ts';
import { type GrowOptions, TreeGrower } from './grow-tree.ts';
import type { Objective } from './objectives.ts';
import { sampleOf, seededRandom } from './seeded-random.ts';
import type { Table } from './table.ts';

export interface BoostingOptions extends Partial<GrowOptions> {
  readonly objective: Objective;
  /** Most trees. Default 300. */
  readonly trees?: number;
  /** Share of the features that each tree may use. Default 1. */
  readonly featureShare?: number;
  /** Share of the rows that each tree is grown on. Default 1. */
  readonly rowShare?: number;
  readonly seed?: number;
  /** Rows held out: training ends when their loss has not fallen for `patience` trees, and goes back to the best. */
  readonly validation?: { readonly table: Table; readonly target: ArrayLike<number>; readonly patience: number };
}

const DEFAULTS: GrowOptions = {
  leaves: 31,
  rate: 0.1,
  l2: 0,
  fewestRows: 20,
  leastHessian: 1e-3,
  categorySmoothing: 10,
  mostCategories: 32,
};

/**
 * Gradient boosting of decision trees on histograms, leaf by leaf (Friedman 2001; Ke et al. 2017, LightGBM). The same
 * data, options and seed give the same trees.
 * @param target one number a row, as the objective takes it.
 * @throws RangeError when table and target differ in length or are empty.
 */
export const boost = (table: Table, target: ArrayLike<number>, options: BoostingOptions): BoostedTrees => {
  if (table.rows === 0 || table.rows !== target.length) {
    throw new RangeError(`boosting needs as many targets as rows, and some: ${target.length} for ${table.rows}`);
  }
  const { objective, trees: most = 300, featureShare = 1, rowShare = 1, seed = 1, validation } = options;
  const grow: GrowOptions = { ...DEFAULTS, ...withoutUndefined(options) };
  const random = seededRandom(seed);
  const grower = new TreeGrower(binTable(table), grow);
  const base = objective.base(target);
  const scores = new Float64Array(table.rows).fill(base);
  const derivatives = { gradients: new Float64Array(table.rows), hessians: new Float64Array(table.rows) };
  const allRows = Int32Array.from({ length: table.rows }, (_, row) => row);
  const width = table.columns.length;
  const refit = objective.bestStep && refitting(objective.bestStep, scores, target);
  const heldOut = validation && new Float64Array(validation.table.rows).fill(base);
  const trees: Tree[] = [];
  let best = { trees: 0, loss: validation && heldOut ? objective.loss(heldOut, validation.target) : 0 };
  while (trees.length < most) {
    objective.derivatives(scores, target, derivatives.gradients, derivatives.hessians);
    const rows = rowShare < 1 ? sampleOf(table.rows, Math.max(1, Math.round(table.rows * rowShare)), random) : allRows;
    const features = [...sampleOf(width, Math.max(1, Math.round(width * featureShare)), random)];
    const { tree, leaves } = grower.grow(derivatives, rows, features, refit);
    if (tree.length === 1 && featureShare === 1 && rowShare === 1) break;
    if (rows.length < table.rows) addTree(scores, tree, table);
    else for (const { value, members } of leaves) addToMembers(scores, members, value);
    trees.push(tree);
    if (validation === undefined || heldOut === undefined) continue;
    addTree(heldOut, tree, validation.table);
    const loss = objective.loss(heldOut, validation.target);
    if (loss < best.loss) best = { trees: trees.length, loss };
    else if (trees.length - best.trees >= validation.patience) break;
  }
  return {
    features: table.columns.map(({ name }) => name),
    base,
    trees: validation === undefined ? trees : trees.slice(0, best.trees),
  };
};

const addToMembers = (scores: Float64Array, members: Int32Array, value: number): void => {
  for (let at = 0; at < members.length; at++) {
    const row = members[at] as number;
    scores[row] = (scores[row] as number) + value;
  }
};

/** The best step of a leaf's rows from where their scores are now. */
const refitting =
  (bestStep: (residuals: Float64Array) => number, scores: Float64Array, target: ArrayLike<number>) =>
  (members: Int32Array): number =>
    bestStep(Float64Array.from(members, (row) => (target[row] ?? 0) - (scores[row] ?? 0)));

const withoutUndefined = (options: Partial<GrowOptions>): Partial<GrowOptions> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
