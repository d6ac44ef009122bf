import type { BinRule } from './bins.ts';

/** How a leaf may be split. */
export interface SplitLimits {
  /** L2 penalty on leaf values. */
  readonly l2: number;
  /** Fewest rows, and least sum of Hessians, on either side. */
  readonly fewestRows: number;
  readonly leastHessian: number;
  /** A category counts this many rows less certain than it looks, and its split is penalised by as much more L2. */
  readonly categorySmoothing: number;
  /** Most categories on the left side. */
  readonly mostCategories: number;
}

export interface Sums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

export interface Split {
  readonly feature: number;
  readonly gain: number;
  /** Of numbers: bins up to here go left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  /** Of categories: the bins that go left; all others, and what is not listed, go right. */
  readonly leftBins: readonly number[] | undefined;
}

const scoreOf = (gradient: number, hessian: number, l2: number): number => (gradient * gradient) / (hessian + l2);

/**
 * The best split of a leaf on one feature by its histogram (`[gradient, hessian]` of each bin from `offset` on), or
 * undefined when none brings anything. Rows on a side are told from Hessians, in proportion, as LightGBM does.
 * Categories are sorted by gradient over Hessian and cut like numbers (Fisher 1958; Ke et al. 2017, LightGBM).
 */
export const findSplit = (
  feature: number,
  rule: BinRule,
  histogram: Float64Array,
  offset: number,
  sums: Sums,
  limits: SplitLimits,
): Split | undefined =>
  rule.kind === 'number'
    ? numberSplit(feature, rule, histogram, offset, sums, limits)
    : categorySplit(feature, rule, histogram, offset, sums, limits);

const numberSplit = (
  feature: number,
  { bins }: BinRule,
  histogram: Float64Array,
  offset: number,
  { gradient, hessian, rows }: Sums,
  { l2, fewestRows, leastHessian }: SplitLimits,
): Split | undefined => {
  const rowsPerHessian = rows / hessian;
  const least = Math.max(leastHessian, fewestRows / rowsPerHessian);
  const missingGradient = histogram[offset] ?? 0;
  const missingHessian = histogram[offset + 1] ?? 0;
  const before = scoreOf(gradient, hessian, l2);
  let best: Split | undefined;
  let bestGain = 1e-10;
  // Differences of histograms leave a trace where nothing is.
  const someMissing = missingHessian > 1e-9 * hessian;
  for (const missingLeft of someMissing ? [false, true] : [false]) {
    let leftGradient = missingLeft ? missingGradient : 0;
    let leftHessian = missingLeft ? missingHessian : 0;
    // The last bin leaves the missing ones alone on the right.
    const end = someMissing && !missingLeft ? bins : bins - 1;
    for (let bin = 1; bin < end; bin++) {
      const at = offset + 2 * bin;
      leftGradient += histogram[at] as number;
      leftHessian += histogram[at + 1] as number;
      if (leftHessian < least) continue;
      const rightHessian = hessian - leftHessian;
      if (rightHessian < least) break;
      const gain = scoreOf(leftGradient, leftHessian, l2) + scoreOf(gradient - leftGradient, rightHessian, l2) - before;
      if (gain <= bestGain) continue;
      bestGain = gain;
      best = { feature, gain, bin, missingLeft, leftBins: undefined };
    }
  }
  return best;
};

const categorySplit = (
  feature: number,
  { bins }: BinRule,
  histogram: Float64Array,
  offset: number,
  { gradient, hessian, rows }: Sums,
  { l2, fewestRows, leastHessian, categorySmoothing, mostCategories }: SplitLimits,
): Split | undefined => {
  const least = Math.max(leastHessian, (fewestRows * hessian) / rows);
  const penalty = l2 + categorySmoothing;
  const smoothing = (categorySmoothing * hessian) / rows;
  const present: number[] = [];
  const ratios = new Float64Array(bins);
  for (let bin = 1; bin < bins; bin++) {
    const ofBin = histogram[offset + 2 * bin + 1] as number;
    if (ofBin < smoothing || ofBin <= 0) continue;
    present.push(bin);
    ratios[bin] = (histogram[offset + 2 * bin] as number) / (ofBin + smoothing);
  }
  if (present.length === 0) return undefined;
  present.sort((a, b) => (ratios[a] as number) - (ratios[b] as number) || a - b);
  const before = scoreOf(gradient, hessian, l2);
  let best: { readonly gain: number; readonly leftBins: readonly number[] } | undefined;
  let bestGain = 1e-10;
  for (const order of [present, [...present].reverse()]) {
    let leftGradient = 0;
    let leftHessian = 0;
    for (let taken = 1; taken <= Math.min(mostCategories, order.length); taken++) {
      const bin = order[taken - 1] ?? 0;
      leftGradient += histogram[offset + 2 * bin] as number;
      leftHessian += histogram[offset + 2 * bin + 1] as number;
      if (leftHessian < least) continue;
      const rightHessian = hessian - leftHessian;
      if (rightHessian < least) break;
      const gain =
        scoreOf(leftGradient, leftHessian, penalty) + scoreOf(gradient - leftGradient, rightHessian, penalty) - before;
      if (gain <= bestGain) continue;
      bestGain = gain;
      best = { gain, leftBins: order.slice(0, taken) };
    }
  }
  return best && { feature, ...best, bin: 0, missingLeft: false };
};
