import type { Table } from './table.ts';

/** An inner node or a leaf. `left` is where the condition holds. */
export type TreeNode =
  | { readonly value: number; readonly rows: number }
  | {
      readonly feature: number;
      /** Values up to here go left; undefined for categories. */
      readonly threshold: number | undefined;
      /** Category codes that go left. */
      readonly categories: readonly number[] | undefined;
      readonly missingLeft: boolean;
      readonly left: number;
      readonly right: number;
      readonly gain: number;
    };

/** Nodes by number; 0 is the root. */
export type Tree = readonly TreeNode[];

/** A sum of trees: score = base + the leaf of each tree. */
export interface BoostedTrees {
  readonly features: readonly string[];
  readonly base: number;
  readonly trees: readonly Tree[];
}

/** The score of each row before any link function, in double precision. */
export const scoresOf = ({ base, trees }: BoostedTrees, table: Table): Float64Array => {
  const scores = new Float64Array(table.rows).fill(base);
  for (const tree of trees) addTree(scores, tree, table);
  return scores;
};

/** Adds to the score of each row the leaf of one tree that it falls into. */
export const addTree = (scores: Float64Array, tree: Tree, { columns }: Table): void => {
  const values = columns.map((column) => column.values);
  for (let row = 0; row < scores.length; row++) scores[row] = (scores[row] ?? 0) + leafOf(tree, values, row);
};

const leafOf = (tree: Tree, columns: readonly Float32Array[], row: number): number => {
  for (let at = 0; ; ) {
    const node = tree[at];
    if (node === undefined) throw new RangeError(`a tree has no node ${at}`);
    if ('value' in node) return node.value;
    const value = columns[node.feature]?.[row] ?? Number.NaN;
    at = goesLeft(node, value) ? node.left : node.right;
  }
};

const goesLeft = (node: Exclude<TreeNode, { value: number }>, value: number): boolean => {
  if (node.categories !== undefined) return node.categories.includes(value);
  return Number.isNaN(value) ? node.missingLeft : value <= (node.threshold ?? 0);
};

/** The share of the whole gain that the splits on each feature brought; sums to 1 where there was any. */
export const importances = ({ features, trees }: BoostedTrees): ReadonlyMap<string, number> => {
  const gains = new Map(features.map((name) => [name, 0]));
  for (const node of trees.flat()) {
    if ('value' in node) continue;
    const name = features[node.feature] ?? '';
    gains.set(name, (gains.get(name) ?? 0) + node.gain);
  }
  const all = [...gains.values()].reduce((sum, gain) => sum + gain, 0);
  return new Map([...gains].map(([name, gain]) => [name, all === 0 ? 0 : gain / all]));
};
