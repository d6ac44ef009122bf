import type { DriftFinding } from './drift-findings.ts';

/** A feature or a metric of a version as it is now. */
export type Observed = Pick<DriftFinding, 'kind' | 'of' | 'value' | 'limit' | 'hasDrifted' | 'observations'>;
