import type { Feature } from '../registry/manifest.ts';

/** Categories beyond the most frequent are one bin, so that small shares do not make noise. */
const MOST_CATEGORIES = 9;

/** The bins in which a feature's served values are counted and compared with those of training. */
export interface DriftBins {
  readonly count: number;
  /** Bin of a value as it stands in the tensor; undefined for a missing one of which training tells nothing. */
  of(value: number): number | undefined;
  /** Shares of training; where the reference leaves them open, those that are nearest to what was served. */
  expected(observed: readonly number[]): readonly number[];
}

/**
 * Bins by the reference of a manifest: deciles of a number, values of a category, with one bin for those that are not frequent and one for what
 * training did not list.
 * Undefined: the manifest has no reference for the feature.
 */
export const driftBinsOf = ({ kind, reference = [], missingShare }: Feature): DriftBins | undefined => {
  if (reference.length === 0) return undefined;
  return kind === 'number' ? decileBins(reference, missingShare) : categoryBins(reference);
};

/**
 * Values up to and with an edge belong to its bin, those above the last edge to a bin of their own; where it is known how many were
 * missing in training, the last bin is of those.
 */
const decileBins = (reference: readonly number[], missingShare: number | undefined): DriftBins => {
  const step = 1 / (reference.length + 1);
  const edges = [...new Set(reference)];
  // How much of training lay at or below an edge. Of whole numbers and of ties the decile itself takes up a share, which the
  // reference does not tell: at least up to the last decile that is on it, at most up to the next one.
  const shares = edges.map((edge) => {
    const least = (reference.lastIndexOf(edge) + 1) * step;
    const isOpen = Number.isInteger(edge) || reference.indexOf(edge) !== reference.lastIndexOf(edge);
    return { least, most: isOpen ? least + step : least };
  });
  return {
    count: edges.length + (missingShare === undefined ? 1 : 2),
    of: (value) => {
      if (Number.isNaN(value)) return missingShare === undefined ? undefined : edges.length + 1;
      const bin = edges.findIndex((edge) => value <= edge);
      return bin < 0 ? edges.length : bin;
    },
    expected: (observed) => {
      const present = 1 - (observed[edges.length + 1] ?? 0);
      let seen = 0;
      const upTo = shares.map(({ least, most }, at) => {
        seen += (observed[at] ?? 0) / present;
        return Math.min(most, Math.max(least, seen));
      });
      const ofPresent = [...upTo, 1].map((share, at) => share - (upTo[at - 1] ?? 0));
      if (missingShare === undefined) return ofPresent;
      return [...ofPresent.map((share) => share * (1 - missingShare)), missingShare];
    },
  };
};

const categoryBins = (reference: readonly number[]): DriftBins => {
  const frequent = reference
    .map((share, code) => ({ share, code }))
    .sort((a, b) => b.share - a.share || a.code - b.code)
    .slice(0, MOST_CATEGORIES);
  const bins = new Map(frequent.map(({ code }, bin) => [code, bin]));
  const shares = frequent.map(({ share }) => share);
  const sum = (all: readonly number[]): number => all.reduce((total, share) => total + share, 0);
  const unlisted = Math.max(0, 1 - sum(reference));
  const others = Math.max(0, sum(reference) - sum(shares));
  return {
    count: shares.length + 2,
    of: (code) => (code < 0 ? shares.length + 1 : (bins.get(code) ?? shares.length)),
    expected: () => [...shares, others, unlisted],
  };
};
