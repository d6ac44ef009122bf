import type { Manifest } from '../registry/manifest.ts';
import { driftBinsOf } from './drift-bins.ts';
import type { Observed } from './observed.ts';
import { populationStability } from './population-stability.ts';
import type { ServedRows } from './served-rows.ts';

/** Another population by Siddiqi's rule of thumb. */
const LIMIT = 0.25;
/** Below this an index is mostly noise: with ten bins it is about 9 / rows by chance alone. */
const FEWEST_ROWS = 300;

/** The index of each feature over what was served of a version; none while there are too few rows to tell. */
export const dataDrift = ({ features = [] }: Manifest, served: ServedRows): readonly Observed[] => {
  const manifested = new Map(features.map((feature) => [feature.name, feature]));
  return served.features.flatMap((name, at): Observed[] => {
    const feature = manifested.get(name);
    const bins = feature && driftBinsOf(feature);
    const counts = served.counts[at] ?? [];
    const observations = counts.reduce((sum, count) => sum + count, 0);
    if (bins === undefined || bins.count !== counts.length || observations < FEWEST_ROWS) return [];
    const value = populationStability(bins, counts);
    return [{ kind: 'data', of: name, value, limit: LIMIT, hasDrifted: value > LIMIT, observations }];
  });
};
