import type { ModelEvent } from '../../contracts/events/models.ts';
import { deterministicId } from '../../contracts/ids.ts';
import { addDays } from '../../contracts/local-date.ts';
import { type ModelView, modelIdOf } from '../../contracts/views/model.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { ModelStages } from '../serving/model-stages.ts';
import { dataDrift } from './data-drift.ts';
import { allDriftFindings, type DriftFinding, findingIdOf, replaceDriftFindings } from './drift-findings.ts';
import { performanceDrift } from './performance-drift.ts';
import type { QualityViews } from './quality-views.ts';
import { dropServedBefore, type ServedRows, servedSince, totalOf } from './served-rows.ts';

/** Days of served rows that are looked at together, and days of outcomes. */
const SERVED_DAYS = 7;
const OUTCOME_DAYS = 28;
/** Drift that stays is told again after so many days. */
const REPORT_AGAIN_DAYS = 7;

export type DetectedDrift = Extract<ModelEvent, { type: 'model.drift-detected.v1' }>['data'];

export interface DriftDependencies {
  readonly documents: Documents;
  readonly views: QualityViews;
  readonly stages: Pick<ModelStages, 'of'>;
  /** Writes the alert to the model's stream. The same day and finding come with the same command id. */
  readonly reportDrift: (tenant: string, drift: DetectedDrift, commandId: string) => Promise<void>;
  /** Has the model trained soon. */
  readonly requestTraining: (tenant: string, name: string, reason: string) => Promise<void>;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
}

/**
 * Looks at every version that is live or a canary and was served of late: whether its inputs have moved away from what it was trained on,
 * and whether it does worse than promised. New drift is told as an event, and where the operator's rule says so the model is trained again.
 */
export const lookForDrift = async (deps: DriftDependencies): Promise<readonly DriftFinding[]> => {
  const { documents, clock } = deps;
  const now = clock();
  const today = now.slice(0, 10);
  const since = addDays(today, 1 - SERVED_DAYS);
  await dropServedBefore(documents, since);
  const before = await allDriftFindings(documents);
  const found: DriftFinding[] = [];
  for (const served of totals(await servedSince(documents, since))) {
    const { tenant, model, version } = served;
    const manifest = manifestInForce(deps, served);
    if (manifest === undefined) continue;
    const period = { tenant, from: addDays(today, -OUTCOME_DAYS), to: addDays(today, -1) };
    const observed = [
      ...dataDrift(manifest, served),
      ...(await performanceDrift(documents, deps.views, manifest, period)),
    ];
    for (const one of observed) {
      const finding = { tenant, model, version, ...one, checkedAt: now, reportedAt: null };
      const told = before.get(findingIdOf(finding))?.reportedAt ?? null;
      found.push({ ...finding, reportedAt: one.hasDrifted ? told : null });
    }
  }
  // Kept before anybody is told: whoever reads of an alert finds what it speaks of.
  await replaceDriftFindings(documents, before, found);
  const news = found.filter(({ hasDrifted, reportedAt }) => hasDrifted && isDue(reportedAt, now));
  for (const drift of news) await report(deps, drift);
  await retrain(deps, news);
  const told = found.map((finding) => (news.includes(finding) ? { ...finding, reportedAt: now } : finding));
  if (news.length > 0) await replaceDriftFindings(documents, new Map(), told);
  return told;
};

/** Of each version, summed over days and processes. */
const totals = (served: readonly ServedRows[]): readonly ServedRows[] => {
  const versions = new Map<string, ServedRows[]>();
  for (const rows of served) {
    const key = JSON.stringify([rows.tenant, rows.model, rows.version]);
    versions.set(key, [...(versions.get(key) ?? []), rows]);
  }
  return [...versions.values()].flatMap((rows) => totalOf(rows) ?? []);
};

const manifestInForce = (
  { stages }: DriftDependencies,
  { tenant, model, version }: ServedRows,
): Manifest | undefined => {
  const traffic = stages.of(tenant, model);
  return [traffic?.live, traffic?.canary].find((served) => served?.version === version)?.manifest;
};

const isDue = (reportedAt: string | null, now: string): boolean =>
  reportedAt === null || addDays(reportedAt.slice(0, 10), REPORT_AGAIN_DAYS) <= now.slice(0, 10);

const report = ({ reportDrift, clock }: DriftDependencies, finding: DriftFinding): Promise<void> => {
  const { tenant, model: name, version, kind, of, value, limit, observations } = finding;
  const commandId = deterministicId('drift', findingIdOf(finding), clock().slice(0, 10));
  return reportDrift(tenant, { name, version, kind, of, value, limit, observations }, commandId);
};

/** Once a model, however much of it has drifted. */
const retrain = async (
  { documents, views, requestTraining }: DriftDependencies,
  drifts: readonly DriftFinding[],
): Promise<void> => {
  const models = new Map(drifts.map(({ tenant, model }) => [modelIdOf(tenant, model), { tenant, model }]));
  for (const [id, { tenant, model }] of models) {
    const view = await documents.get<ModelView>(views.collection('models'), id);
    if (view?.rule.retrainOnDrift === true) await requestTraining(tenant, model, 'drift');
  }
};
