import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ModelView, modelIdOf } from '../../contracts/views/model.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import { openJobs } from '../../infra/jobs/open-jobs.ts';
import { createMetrics } from '../../infra/telemetry/metrics.ts';
import { type DriftTap, openDriftTap } from '../../ml/drift/drift-tap.ts';
import { driftMetrics, startDriftWatch } from '../../ml/drift/drift-watch.ts';
import { type DetectedDrift, lookForDrift } from '../../ml/drift/look-for-drift.ts';
import { encodeRows } from '../../ml/features/encode-rows.ts';
import { seededRandom } from '../../ml/learning/seeded-random.ts';
import type { ModelClient } from '../../ml/serving/model-client.ts';
import { until } from '../projections/running-views.ts';
import { leadTimeModel } from './lead-time-model.ts';

type Served = Readonly<Record<'leadDays' | 'guests', number>>;

let dataDir: string;
let documents: Documents;
let model: Awaited<ReturnType<typeof leadTimeModel>>;
let tap: DriftTap;
let now: string;
let reported: { tenant: string; drift: DetectedDrift; commandId: string }[];
let trained: string[];

const clock = () => now;
const views = { collection: (view: string) => view, rollup: (view: string, rollup: string) => `${view}-${rollup}` };
const openTap = () => openDriftTap({ documents, clock, onWarning: (message) => expect.unreachable(message) });
const deps = () => ({
  documents,
  views,
  stages: model.stages,
  clock,
  reportDrift: async (tenant: string, drift: DetectedDrift, commandId: string) => {
    reported.push({ tenant, drift, commandId });
  },
  requestTraining: async (tenant: string, name: string, reason: string) => {
    trained.push(`${tenant} ${name} ${reason}`);
  },
});
const retrainOnDrift = (tenant: string) =>
  documents.commit([
    {
      collection: 'models',
      id: modelIdOf(tenant, 'cancellation'),
      put: { rule: { retrainOnDrift: true } } satisfies { rule: Partial<ModelView['rule']> },
    },
  ]);

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'drift-'));
  documents = await openDocuments({ dataDir });
  model = await leadTimeModel();
  now = '2026-07-10T08:00:00.000Z';
  reported = [];
  trained = [];
  tap = await openTap();
});
afterEach(async () => {
  await tap.close();
  await model.models.close();
  await documents.close();
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (models: ModelClient, tenant: string, rows: readonly Served[], observed?: number) =>
  models.predict({
    tenant,
    model: 'cancellation',
    key: tenant,
    priority: 'backfill',
    deadlineMs: 5_000,
    inputsFor: ({ features = [] }) => ({ features: encodeRows(features, rows) }),
    ...(observed === undefined ? {} : { observed }),
  });
/** Stays whose lead times are spread evenly from 0 to `most` days; the model was trained on 0 to 100. */
const serve = async (tenant: string, most: number, count = 600, seed = 7) => {
  const random = seededRandom(seed);
  const models = tap.tapped(model.models);
  for (let at = 0; at < count; at += 50)
    await ask(
      models,
      tenant,
      Array.from({ length: 50 }, () => ({ leadDays: Math.floor(random() * (most + 1)), guests: 2 })),
    );
  await tap.save();
};

describe('drift of data', () => {
  it.each([1, 2, 3])('is not found where the same is served as was learned from (seed %i)', async (seed) => {
    await serve('acme', 100, 600, seed);
    const [finding, ...others] = await lookForDrift(deps());
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ of: 'leadDays', hasDrifted: false, observations: 600 });
    expect(finding?.value).toBeLessThan(0.1);
    expect(reported).toEqual([]);
  });

  it('is found where it has moved, told once, and told again when it stays for a week', async () => {
    await retrainOnDrift('acme');
    await serve('acme', 30);
    await lookForDrift(deps());
    expect(reported).toMatchObject([
      {
        tenant: 'acme',
        drift: {
          name: 'cancellation',
          version: '1.0.0',
          kind: 'data',
          of: 'leadDays',
          limit: 0.25,
          observations: 600,
        },
      },
    ]);
    expect(reported[0]?.drift.value).toBeGreaterThan(0.25);
    expect(trained).toEqual(['acme cancellation drift']);

    now = '2026-07-10T09:00:00.000Z';
    await lookForDrift(deps());
    expect(reported).toHaveLength(1);

    now = '2026-07-17T09:00:00.000Z';
    await serve('acme', 30);
    await lookForDrift(deps());
    expect(reported).toHaveLength(2);
    expect(new Set(reported.map(({ commandId }) => commandId)).size).toBe(2);
  });

  it('has nothing trained unless the operator’s rule says so', async () => {
    await serve('acme', 30);
    await lookForDrift(deps());
    expect(reported).toHaveLength(1);
    expect(trained).toEqual([]);
  });

  it('is of one tenant and not of another', async () => {
    await serve('acme', 30);
    await serve('globex', 100);
    await lookForDrift(deps());
    expect(reported.map(({ tenant }) => tenant)).toEqual(['acme']);
  });

  it('is not told of a few rows, of old ones, or of a version that serves nobody any more', async () => {
    await serve('acme', 30, 200);
    expect(await lookForDrift(deps())).toEqual([]);
    await serve('acme', 30);
    model.state.live = false;
    expect(await lookForDrift(deps())).toEqual([]);
    model.state.live = true;
    now = '2026-07-20T08:00:00.000Z';
    expect(await lookForDrift(deps())).toEqual([]);
    expect(reported).toEqual([]);
  });

  it('looks at what was asked, and not at the variations that explain it', async () => {
    const models = tap.tapped(model.models);
    const variations = Array.from({ length: 9 }, () => ({ leadDays: 5, guests: 2 }));
    for (let row = 0; row < 400; row++)
      await ask(models, 'acme', [{ leadDays: row % 101, guests: 2 }, ...variations], 1);
    await tap.save();
    expect(await lookForDrift(deps())).toMatchObject([{ observations: 400, hasDrifted: false }]);
  });

  it('adds up what several processes and days have served', async () => {
    await serve('acme', 100, 300);
    await tap.close();
    tap = await openTap();
    now = '2026-07-11T08:00:00.000Z';
    await serve('acme', 100, 300, 8);
    expect(await lookForDrift(deps())).toMatchObject([{ observations: 600 }]);
  });

  it('is told again as the same command when the telling failed half-way', async () => {
    await serve('acme', 30);
    const tried: string[] = [];
    const broken = {
      ...deps(),
      reportDrift: async (_tenant: string, _drift: DetectedDrift, commandId: string) => {
        tried.push(commandId);
        throw new Error('the log is away');
      },
    };
    await expect(lookForDrift(broken)).rejects.toThrow('the log is away');
    await lookForDrift(deps());
    expect(reported.map(({ commandId }) => commandId)).toEqual(tried);
  });
});

describe('drift of performance', () => {
  const judged = (logLoss: number, outcomes = 300) =>
    documents.commit([
      {
        collection: 'cancellation-outcomes-daily',
        id: 'cell',
        put: {
          tenant: 'acme',
          model: 'cancellation',
          version: '1.0.0',
          fallback: null,
          day: '2026-07-05',
          outcomes,
          positives: outcomes / 3,
          probabilityMicro: 0,
          logLossMicro: Math.round(logLoss * outcomes * 1e6),
          squaredErrorMicro: 0,
          flagged: 0,
          flaggedPositives: 0,
        },
      },
    ]);
  const promising = (logLoss: number) => ({
    ...deps(),
    stages: {
      of: (tenant: string, name: string) => {
        const traffic = model.stages.of(tenant, name);
        const live = traffic?.live;
        if (traffic === undefined || !live) return traffic;
        return { ...traffic, live: { ...live, manifest: { ...live.manifest, metrics: { logLoss } } } };
      },
    },
  });

  it('is found as outcomes come, against what training promised', async () => {
    await serve('acme', 100);
    await judged(0.6);
    await lookForDrift(promising(0.4));
    expect(reported).toMatchObject([{ drift: { kind: 'performance', of: 'logLoss', value: 0.6, observations: 300 } }]);
    expect(reported[0]?.drift.limit).toBeCloseTo(0.48);
  });

  it('is not found while it does as promised, or while few outcomes are known', async () => {
    await serve('acme', 100);
    await judged(0.42);
    await lookForDrift(promising(0.4));
    await judged(0.9, 90);
    await lookForDrift(promising(0.4));
    expect(reported).toEqual([]);
  });
});

describe('the watch', () => {
  it('looks by itself, goes on after a look that failed, and shows what it found as metrics', async () => {
    const jobs = await openJobs({ dataDir });
    const warnings: string[] = [];
    await serve('acme', 30);
    // A day that is far ahead: the next look waits until the test asks for it.
    now = '2090-07-10T08:00:00.000Z';
    await serve('acme', 30);
    let isAway = true;
    const watch = await startDriftWatch({
      ...deps(),
      reportDrift: async (...drift) => {
        if (isAway) throw new Error('the log is away');
        await deps().reportDrift(...drift);
      },
      jobs,
      onWarning: (message) => warnings.push(message),
    });
    const waits = async () => (await jobs.find('ml-drift', 'look'))?.state === 'waiting';
    await until(async () => warnings.length > 0 && (await waits()));
    isAway = false;
    await jobs.reschedule('ml-drift', 'look', new Date().toISOString());
    await until(async () => reported.length > 0 && (await waits()));
    await watch.stop();
    await jobs.close();

    const metrics = createMetrics(false);
    driftMetrics(metrics, documents);
    const shown = await metrics.metrics();
    expect(shown).toMatch(/ml_feature_psi\{tenant="acme",model="cancellation",version="1.0.0",of="leadDays"\} \d/);
  });
});
