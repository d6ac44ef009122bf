import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Document } from '../../infra/documents/documents.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import type { PredictorContext } from '../../ml/predicting/predictor.ts';
import type { Manifest } from '../../ml/registry/manifest.ts';
import { allProjections } from '../../projections/all-projections.ts';
import type { SampleModel } from './served-models.ts';
import { openServingStage } from './serving-stage.ts';

/** What a predictor of chances works with: its view as events have made it, and a pool with or without a model. */
export interface ChanceStage {
  readonly context: PredictorContext;
  readonly warnings: readonly string[];
  /** The instant that the predictor takes for now. */
  now: string;
  /** Lets the view see events. */
  see(...events: readonly RecordedEvent[]): Promise<void>;
  /** Puts a model of tenant-1 live. */
  serve(name: string, model: SampleModel, version?: string): Promise<void>;
  close(): Promise<void>;
}

/** @param view the one that the predictor reads */
export const openChanceStage = async (view: string): Promise<ChanceStage> => {
  const projection = allProjections.find(({ name }) => name === view);
  if (projection === undefined) throw new Error(`there is no view ${view}`);
  const dataDir = await mkdtemp(join(tmpdir(), 'chances-'));
  const documents = await openDocuments({ dataDir });
  const collection = `${projection.name}.1`;
  await documents.ensure({ name: collection, indexes: projection.indexes });
  const serving = await openServingStage({}, 1);
  const warnings: string[] = [];
  const stage: ChanceStage = {
    now: '2026-06-01T12:00:00.000Z',
    warnings,
    context: {
      documents,
      collection: () => collection,
      models: serving.client,
      clock: () => stage.now,
      onWarning: (message, error) => void warnings.push(`${message}: ${String(error)}`),
    },
    see: async (...events) => {
      for (const event of events) {
        const id = projection.key(event);
        if (id === undefined) continue;
        const next = projection.evolve(await documents.get(collection, id), event);
        await documents.commit([
          next === undefined ? { collection, id, remove: true } : { collection, id, put: { ...next } as Document },
        ]);
      }
    },
    serve: async (name, model, version = '1.0.0') => {
      serving.models.set(name, { live: await serving.models.add(name, version, model) });
    },
    close: async () => {
      await serving.close();
      await documents.close();
      await rm(dataDir, { recursive: true });
    },
  };
  return stage;
};

/** `probability` = the logistic function of the sum of two features, each times its weight. */
export const logisticModel = (
  [first, second]: readonly [name: string, weight: number][],
  manifest: Partial<Manifest> = {},
): SampleModel => {
  const inputs = [{ name: 'features', type: 'float32' as const, shape: ['batch' as const, 2] }];
  const outputs = [{ name: 'probability', type: 'float32' as const, shape: ['batch' as const, 1] }];
  const terms = [first, second].map((term) => term ?? (['nothing', 0] as const));
  const row = Float32Array.of(1, 1);
  const weights = Float32Array.from(terms, ([, weight]) => weight);
  const chance = 1 / (1 + Math.exp(-((weights[0] ?? 0) + (weights[1] ?? 0))));
  return {
    onnx: {
      name: 'logistic',
      inputs,
      outputs,
      nodes: [
        { op: 'Gemm', inputs: ['features', 'weights'], outputs: ['log_odds'] },
        { op: 'Sigmoid', inputs: ['log_odds'], outputs: ['probability'] },
      ],
      initializers: [{ name: 'weights', dims: [2, 1], data: weights }],
    },
    manifest: {
      inputs,
      outputs,
      features: terms.map(([name]) => ({ name, kind: 'number', unit: '1', reference: [0] })),
      preprocessing: { threshold: 0.6 },
      golden: [
        {
          inputs: { features: { dims: [1, 2], data: [...row] } },
          outputs: { probability: { dims: [1, 1], data: [chance] } },
          tolerance: 1e-5,
        },
      ],
      ...manifest,
    },
  };
};
