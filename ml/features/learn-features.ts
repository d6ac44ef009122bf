import type { Column, Table } from '../learning/table.ts';
import type { Feature } from '../registry/manifest.ts';
import { encodeRows, type FeatureRow } from './encode-rows.ts';

/** A column before anything is known of its values. */
export interface FeatureRule {
  readonly name: string;
  readonly kind: 'number' | 'category';
  readonly unit: string;
}

/** A category that fewer rows have is told from no other. */
const FEWEST_ROWS = 10;
const MOST_CATEGORIES = 255;
const DECILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * The features of a manifest, learned from training rows: categories, the most frequent first, and what drift is measured
 * against. A column without any value, or of rare categories alone, is left out. Missing numbers are sent as NaN.
 */
export const learnFeatures = (rules: readonly FeatureRule[], rows: readonly FeatureRow[]): readonly Feature[] =>
  rules.flatMap((rule) => (rule.kind === 'number' ? numberFeature(rule, rows) : categoryFeature(rule, rows)));

const numberFeature = ({ name, unit }: FeatureRule, rows: readonly FeatureRow[]): readonly Feature[] => {
  const values = Float64Array.from(rows.flatMap((row) => (typeof row[name] === 'number' ? [row[name]] : []))).sort();
  if (values.length === 0) return [];
  const reference = DECILES.map((share) => values[Math.floor(share * values.length)] ?? 0);
  const missingShare = 1 - values.length / rows.length;
  return [{ name, kind: 'number', unit, missing: 'NaN', reference, missingShare }];
};

const categoryFeature = ({ name, unit }: FeatureRule, rows: readonly FeatureRow[]): readonly Feature[] => {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = row[name];
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const known = [...counts]
    .filter(([, count]) => count >= FEWEST_ROWS)
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .slice(0, MOST_CATEGORIES);
  if (known.length === 0) return [];
  const reference = known.map(([, count]) => count / rows.length);
  return [{ name, kind: 'category', unit, categories: known.map(([value]) => value), reference }];
};

/** Rows as the table that a booster learns from, with the values that a served model would get. */
export const tableOf = (features: readonly Feature[], rows: readonly FeatureRow[]): Table => {
  const { data } = encodeRows(features, rows);
  const width = features.length;
  const columns = features.map(
    ({ name, kind }, column): Column => ({
      name,
      kind,
      values: Float32Array.from({ length: rows.length }, (_, row) => Number(data[row * width + column])),
    }),
  );
  return { rows: rows.length, columns };
};
