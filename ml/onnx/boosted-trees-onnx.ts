import type { BoostedTrees, Tree, TreeNode } from '../learning/boosted-trees.ts';
import type { OnnxNode } from './onnx-model.ts';

/** Nodes of all trees side by side, as the operator wants them. */
interface NodeTable {
  readonly trees: number[];
  readonly ids: number[];
  readonly features: number[];
  readonly modes: string[];
  readonly thresholds: number[];
  readonly whenTrue: number[];
  readonly whenFalse: number[];
  readonly missingTrue: number[];
}

/** Leaves: which node of which tree adds how much to which target. */
interface LeafTable {
  readonly trees: number[];
  readonly ids: number[];
  readonly targets: number[];
  readonly weights: number[];
}

/** Largest single precision number: a split on missing values alone lets every other value go left. */
const LARGEST = 3.4028234663852886e38;

/**
 * Ensembles of boosted trees as one TreeEnsembleRegressor (ai.onnx.ml, opset 3): `input` [batch, features] of float32 gives
 * `output` [batch, ensembles.length] of float32, the raw scores, before any link function. Each row takes the same branches
 * as in training, also where numbers are NaN and categories -1; scores differ only by the rounding of single precision.
 * @param ensembles all over the features of `input`, in its order
 */
export const treeEnsembleNode = ({
  ensembles,
  input,
  output,
}: {
  readonly ensembles: readonly BoostedTrees[];
  readonly input: string;
  readonly output: string;
}): OnnxNode => {
  const nodes: NodeTable = {
    trees: [],
    ids: [],
    features: [],
    modes: [],
    thresholds: [],
    whenTrue: [],
    whenFalse: [],
    missingTrue: [],
  };
  const leaves: LeafTable = { trees: [], ids: [], targets: [], weights: [] };
  let number = 0;
  for (const [target, { trees }] of ensembles.entries()) {
    // The operator wants a tree, also where nothing could be learned.
    for (const tree of trees.length === 0 ? [[{ value: 0, rows: 0 }]] : trees) {
      addTree(tree, number++, target, nodes, leaves);
    }
  }
  return {
    op: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    inputs: [input],
    outputs: [output],
    attributes: {
      aggregate_function: { string: 'SUM' },
      base_values: { floats: ensembles.map(({ base }) => base) },
      n_targets: { int: ensembles.length },
      nodes_treeids: { ints: nodes.trees },
      nodes_nodeids: { ints: nodes.ids },
      nodes_featureids: { ints: nodes.features },
      nodes_modes: { strings: nodes.modes },
      nodes_values: { floats: nodes.thresholds },
      nodes_truenodeids: { ints: nodes.whenTrue },
      nodes_falsenodeids: { ints: nodes.whenFalse },
      nodes_missing_value_tracks_true: { ints: nodes.missingTrue },
      target_treeids: { ints: leaves.trees },
      target_nodeids: { ints: leaves.ids },
      target_ids: { ints: leaves.targets },
      target_weights: { floats: leaves.weights },
    },
  };
};

const addTree = (tree: Tree, number: number, target: number, nodes: NodeTable, leaves: LeafTable): void => {
  let next = tree.length;
  tree.forEach((node, id) => {
    if ('value' in node) {
      addNode(nodes, number, id, 'LEAF');
      leaves.trees.push(number);
      leaves.ids.push(id);
      leaves.targets.push(target);
      leaves.weights.push(node.value);
    } else if (node.categories === undefined) {
      const threshold = Math.min(node.threshold ?? 0, LARGEST);
      addNode(nodes, number, id, 'BRANCH_LEQ', { ...node, threshold, otherwise: node.right });
    } else {
      next = addChain(nodes, number, id, node, node.categories, next);
    }
  });
};

/**
 * A set of categories is a chain of comparisons that share their true branch, as converters of LightGBM write it;
 * onnxruntime makes one test of it.
 * @returns the next free number of a node
 */
const addChain = (
  nodes: NodeTable,
  number: number,
  first: number,
  node: InnerNode,
  categories: readonly number[],
  free: number,
): number => {
  let id = first;
  let next = free;
  categories.forEach((threshold, at) => {
    const otherwise = at === categories.length - 1 ? node.right : next++;
    addNode(nodes, number, id, 'BRANCH_EQ', { ...node, threshold, otherwise });
    id = otherwise;
  });
  return next;
};

type InnerNode = Exclude<TreeNode, { value: number }>;

const addNode = (
  nodes: NodeTable,
  tree: number,
  id: number,
  mode: string,
  test?: {
    readonly feature: number;
    readonly threshold: number;
    readonly left: number;
    readonly otherwise: number;
    readonly missingLeft: boolean;
  },
): void => {
  nodes.trees.push(tree);
  nodes.ids.push(id);
  nodes.modes.push(mode);
  nodes.features.push(test?.feature ?? 0);
  nodes.thresholds.push(test?.threshold ?? 0);
  nodes.whenTrue.push(test?.left ?? 0);
  nodes.whenFalse.push(test?.otherwise ?? 0);
  nodes.missingTrue.push(test?.missingLeft ? 1 : 0);
};
