import type { BinnedTable } from './bins.ts';
import type { Tree, TreeNode } from './boosted-trees.ts';
import { findSplit, type Split, type SplitLimits, type Sums } from './find-split.ts';
import { Histograms } from './histogram.ts';

export interface GrowOptions extends SplitLimits {
  readonly leaves: number;
  readonly rate: number;
}

/** Gradients and Hessians by row of the table. */
export interface Derivatives {
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
}

interface Leaf extends Sums {
  readonly node: number;
  /** Its rows, a window of the grower's partition. */
  readonly members: Int32Array;
  readonly histogram: Float64Array;
  readonly split: Split | undefined;
}

/** A tree, and the rows of each of its leaves: good until the next tree is grown. */
export interface GrownTree {
  readonly tree: Tree;
  readonly leaves: readonly { readonly value: number; readonly members: Int32Array }[];
}

/** What trees are grown from, one after the other: buffers are kept between them. */
export class TreeGrower {
  readonly #table: BinnedTable;
  readonly #options: GrowOptions;
  readonly #histograms: Histograms;
  readonly #partition: Int32Array;
  readonly #aside: Int32Array;

  constructor(table: BinnedTable, options: GrowOptions) {
    this.#table = table;
    this.#options = options;
    this.#histograms = new Histograms(table);
    this.#partition = new Int32Array(table.rows);
    this.#aside = new Int32Array(table.rows);
  }

  /**
   * Grows one tree, the best leaf first, on `rows` (increasing) and `features`.
   * @param refit the value of a leaf with these rows, before the rate; by default one Newton step.
   */
  grow(
    { gradients, hessians }: Derivatives,
    rows: Int32Array,
    features: readonly number[],
    refit?: (members: Int32Array) => number,
  ): GrownTree {
    this.#partition.set(rows);
    const nodes: TreeNode[] = [];
    const open: Leaf[] = [];
    const settle = (members: Int32Array, sums: Sums, histogram: Float64Array): void => {
      open.push({ ...sums, node: nodes.length, members, histogram, split: this.#bestSplit(sums, histogram, features) });
      nodes.push({ value: 0, rows: sums.rows });
    };
    const all = this.#partition.subarray(0, rows.length);
    const { histogram: whole, ...sums } = this.#histograms.of(all, gradients, hessians);
    settle(all, { ...sums, rows: all.length }, whole);

    for (let leaves = 1; leaves < this.#options.leaves; leaves++) {
      const leaf = takeBest(open);
      if (leaf?.split === undefined) break;
      const middle = this.#divide(leaf.members, leaf.split);
      const left = leaf.members.subarray(0, middle);
      const right = leaf.members.subarray(middle);
      const leftIsSmall = left.length <= right.length;
      const small = leftIsSmall ? left : right;
      const { histogram, gradient, hessian } = this.#histograms.of(small, gradients, hessians);
      const ofSmall: Sums = { gradient, hessian, rows: small.length };
      const ofLarge: Sums = {
        gradient: leaf.gradient - gradient,
        hessian: leaf.hessian - hessian,
        rows: leaf.rows - small.length,
      };
      // The larger side is what the smaller one leaves of the whole.
      subtract(leaf.histogram, histogram);
      nodes[leaf.node] = this.#innerNode(leaf.split, nodes.length);
      settle(left, leftIsSmall ? ofSmall : ofLarge, leftIsSmall ? histogram : leaf.histogram);
      settle(right, leftIsSmall ? ofLarge : ofSmall, leftIsSmall ? leaf.histogram : histogram);
    }
    const { rate, l2 } = this.#options;
    const leaves = open.map(({ node, members, histogram, ...leaf }) => {
      this.#histograms.release(histogram);
      const value = rate * (refit === undefined ? -leaf.gradient / (leaf.hessian + l2) : refit(members));
      nodes[node] = { value, rows: leaf.rows };
      return { value, members };
    });
    return { tree: nodes, leaves };
  }

  #bestSplit(sums: Sums, histogram: Float64Array, features: readonly number[]): Split | undefined {
    if (sums.rows < 2 * this.#options.fewestRows) return undefined;
    let best: Split | undefined;
    for (const feature of features) {
      const rule = this.#table.rules[feature];
      if (rule === undefined) continue;
      const offset = this.#histograms.offsets[feature] ?? 0;
      const split = findSplit(feature, rule, histogram, offset, sums, this.#options);
      if (split !== undefined && split.gain > (best?.gain ?? 0)) best = split;
    }
    return best;
  }

  /** Puts the rows that go left before those that go right, each in their order. Returns how many go left. */
  #divide(members: Int32Array, split: Split): number {
    const bins = this.#table.bins[split.feature];
    if (bins === undefined) throw new RangeError('split on no feature');
    const goesLeft = leftBinsOf(split);
    const aside = this.#aside;
    let left = 0;
    let right = 0;
    for (let at = 0; at < members.length; at++) {
      const row = members[at] as number;
      if (goesLeft[bins[row] as number] === 1) members[left++] = row;
      else aside[right++] = row;
    }
    members.set(aside.subarray(0, right), left);
    return left;
  }

  #innerNode({ feature, gain, bin, missingLeft, leftBins }: Split, left: number): TreeNode {
    const rule = this.#table.rules[feature];
    if (rule === undefined) throw new RangeError('split on no feature');
    return {
      feature,
      gain,
      missingLeft,
      left,
      right: left + 1,
      threshold: leftBins === undefined ? (rule.upper[bin - 1] ?? Number.POSITIVE_INFINITY) : undefined,
      categories: leftBins?.map((one) => rule.codes[one - 1] ?? -1),
    };
  }
}

/** By bin number: 1 goes left. */
const leftBinsOf = ({ bin, missingLeft, leftBins }: Split): Uint8Array => {
  const left = new Uint8Array(256);
  if (leftBins !== undefined) for (const one of leftBins) left[one] = 1;
  else left.fill(1, missingLeft ? 0 : 1, bin + 1);
  return left;
};

const takeBest = (open: Leaf[]): Leaf | undefined => {
  let best = -1;
  for (const [at, { split }] of open.entries()) {
    if (split !== undefined && split.gain > (open[best]?.split?.gain ?? 0)) best = at;
  }
  return best < 0 ? undefined : open.splice(best, 1)[0];
};

const subtract = (from: Float64Array, what: Float64Array): void => {
  for (let at = 0; at < from.length; at++) from[at] = (from[at] as number) - (what[at] as number);
};
