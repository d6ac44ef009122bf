import { z } from 'zod';
import type { Documents } from '../../infra/documents/documents.ts';

const FINDINGS = 'ml-drift-findings';

/** What the last look at a version said of a feature or a metric. */
export const driftFinding = z.object({
  tenant: z.string(),
  model: z.string(),
  version: z.string(),
  kind: z.enum(['data', 'performance']),
  /** The feature, or the metric. */
  of: z.string(),
  /** Population stability index of the feature, or the metric. */
  value: z.number(),
  /** From here on it is drift; of a coverage down to here. */
  limit: z.number(),
  hasDrifted: z.boolean(),
  /** Rows or outcomes that were looked at. */
  observations: z.int(),
  checkedAt: z.string(),
  /** When an alert was last given; null: never, or not since it was well again. */
  reportedAt: z.string().nullable(),
});
export type DriftFinding = z.infer<typeof driftFinding>;

export const ensureDriftFindings = (documents: Documents): Promise<void> =>
  documents.ensure({ name: FINDINGS, indexes: [{ fields: ['tenant', 'model'] }] });

export const findingIdOf = ({
  tenant,
  model,
  version,
  kind,
  of,
}: Pick<DriftFinding, 'tenant' | 'model' | 'version' | 'kind' | 'of'>): string =>
  JSON.stringify([tenant, model, version, kind, of]);

/** The last look at each feature and metric of a tenant's model. */
export const driftFindingsOf = async (
  documents: Documents,
  tenant: string,
  model: string,
): Promise<readonly DriftFinding[]> =>
  (await documents.find<DriftFinding>(FINDINGS, { filter: { tenant, model } })).items;

/** The last look at everything, by id. */
export const allDriftFindings = async (documents: Documents): Promise<ReadonlyMap<string, DriftFinding>> => {
  const { items } = await documents.find<DriftFinding>(FINDINGS);
  return new Map(items.map((finding) => [findingIdOf(finding), finding]));
};

/** Keeps what was found now; what is of a version that is not looked at any more goes. */
export const replaceDriftFindings = async (
  documents: Documents,
  before: ReadonlyMap<string, DriftFinding>,
  now: readonly DriftFinding[],
): Promise<void> => {
  const kept = new Set(now.map(findingIdOf));
  const gone = [...before.keys()].filter((id) => !kept.has(id));
  await documents.commit([
    ...now.map((finding) => ({ collection: FINDINGS, id: findingIdOf(finding), put: { ...finding } })),
    ...gone.map((id) => ({ collection: FINDINGS, id, remove: true as const })),
  ]);
};
