import type { PredictionReason } from '../../contracts/events/predictions.ts';
import type { FeatureRow } from '../features/encode-rows.ts';
import type { Feature } from '../registry/manifest.ts';

/** Reasons that a prediction is told with. */
const MOST_REASONS = 5;

/** A row, and the row again with one feature at a time as it usually is. */
export interface Occlusions {
  /** The row itself first. */
  readonly rows: readonly FeatureRow[];
  /** Which feature is replaced in `rows[1]`, `rows[2]`, … */
  readonly replaced: readonly string[];
}

/**
 * What to ask a model to learn why it says what it says of a row (occlusion: Zeiler and Fergus 2014; Robnik-Sikonja and Kononenko
 * 2008). Usual is the median of a number and the most frequent category, by the manifest's reference; a feature without one, or one
 * that is as usual, explains nothing.
 */
export const occlusionsOf = (features: readonly Feature[], row: FeatureRow): Occlusions => {
  const different = features.flatMap((feature) => {
    const usual = usualOf(feature);
    const value = row[feature.name] ?? null;
    return usual === undefined || usual === value ? [] : [{ name: feature.name, usual }];
  });
  return {
    rows: [row, ...different.map(({ name, usual }) => ({ ...row, [name]: usual }))],
    replaced: different.map(({ name }) => name),
  };
};

const usualOf = ({ kind, categories = [], reference = [] }: Feature): string | number | undefined => {
  if (kind === 'number') return reference[Math.floor(reference.length / 2)];
  const most = reference.reduce((best, share, at) => (share > (reference[best] ?? 0) ? at : best), 0);
  return categories[most];
};

/**
 * The features that move a score most from where it would be if they were as usual, the strongest first, at most five.
 * @param scores one a row of `rows`, in the unit in which contributions are told
 */
export const reasonsOf = ({ rows, replaced }: Occlusions, scores: ArrayLike<number>): readonly PredictionReason[] =>
  replaced
    .map((feature, at) => ({
      feature,
      value: rows[0]?.[feature] ?? null,
      contribution: (scores[0] ?? 0) - (scores[at + 1] ?? 0),
    }))
    .filter(({ contribution }) => Number.isFinite(contribution) && contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, MOST_REASONS);
