import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { DemandFacts } from '../../contracts/features/demand-facts.ts';
import { openDocuments } from '../../infra/documents/open-documents.ts';
import type { PredictorContext } from '../../ml/predicting/predictor.ts';
import { products } from '../../projections/catalogue/products.ts';
import { demandFeatures } from '../../projections/features/demand-features.ts';
import { RollupCells } from '../../projections/runner/rollup-cells.ts';
import type { SampleModel } from '../ml/served-models.ts';
import { openServingStage } from '../ml/serving-stage.ts';

/** What forecasts are made with: the views as events have made them, and a pool with or without a model. */
export interface DemandStage {
  readonly context: PredictorContext;
  readonly warnings: readonly string[];
  /** Lets the views see events. */
  see(events: readonly RecordedEvent[]): Promise<void>;
  /** Puts a model of tenant-1 live. */
  serve(model: SampleModel, version?: string): Promise<void>;
  close(): Promise<void>;
}

export const openDemandStage = async (now: string): Promise<DemandStage> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'demand-'));
  const documents = await openDocuments({ dataDir });
  const collection = (view: string, rollup?: string): string => (rollup === undefined ? view : `${view}.${rollup}`);
  const rollups = (demandFeatures.rollups ?? []).map((rollup) => ({
    ...rollup,
    cells: new RollupCells(documents, collection(demandFeatures.name, rollup.collection), 10_000, rollup.sparse),
  }));
  for (const { indexes, collection: name } of rollups)
    await documents.ensure({ name: collection(demandFeatures.name, name), indexes });
  await documents.ensure({ name: collection('products'), indexes: products.indexes });
  const streams = new Map<string, DemandFacts>();
  const serving = await openServingStage({}, 1);
  const warnings: string[] = [];
  return {
    warnings,
    context: {
      documents,
      collection,
      models: serving.client,
      clock: () => now,
      onWarning: (message, error) => void warnings.push(`${message}: ${String(error)}`),
    },
    see: async (events) => {
      for (const event of events) {
        if (demandFeatures.handles.includes(event.type)) {
          const before = streams.get(event.stream);
          const after = demandFeatures.evolve(before, event);
          for (const { cells, contributions } of rollups) {
            if (before !== undefined) cells.add(contributions(before), -1);
            if (after !== undefined) cells.add(contributions(after), 1);
          }
          if (after !== undefined) streams.set(event.stream, after);
        }
        if (!products.handles.includes(event.type)) continue;
        const id = products.key(event) ?? '';
        const product = products.evolve(await documents.get(collection('products'), id), event);
        if (product !== undefined)
          await documents.commit([{ collection: collection('products'), id, put: { ...product } }]);
      }
      for (const { cells } of rollups) {
        await documents.commit(await cells.writes());
        cells.committed();
        cells.settled();
      }
    },
    serve: async (model, version = '1.0.0') => {
      serving.models.set('demand', { live: await serving.models.add('demand', version, model) });
    },
    close: async () => {
      await serving.close();
      await documents.close();
      await rm(dataDir, { recursive: true });
    },
  };
};

/** LEVELS and mean as shares of trend and season and of what is on the books. */
export const linearDemand = (features = ['seasonalTrend', 'onTheBooks']): SampleModel => {
  const inputs = [{ name: 'features', type: 'float32' as const, shape: ['batch' as const, 2] }];
  const outputs = [
    { name: 'quantiles', type: 'float32' as const, shape: ['batch' as const, 5] },
    { name: 'mean', type: 'float32' as const, shape: ['batch' as const, 1] },
  ];
  const column = (name: string, from: number, count: number) => ({
    name,
    dims: [count],
    data: BigInt64Array.from({ length: count }, (_, at) => BigInt(from + at)),
  });
  const pick = (which: string) => ({
    op: 'Gather',
    inputs: ['all', `${which}_columns`],
    outputs: [which],
    attributes: { axis: { int: 1 } },
  });
  return {
    onnx: {
      name: 'linear-demand',
      inputs,
      outputs,
      nodes: [{ op: 'Gemm', inputs: ['features', 'weights'], outputs: ['all'] }, pick('quantiles'), pick('mean')],
      initializers: [
        { name: 'weights', dims: [2, 6], data: Float32Array.of(0.2, 0.5, 1, 1.5, 2, 1, 0, 0, 0.1, 0.1, 0.1, 0.1) },
        column('quantiles_columns', 0, 5),
        column('mean_columns', 5, 1),
      ],
    },
    manifest: {
      task: 'demand-forecast',
      inputs,
      outputs,
      features: features.map((name) => ({
        name,
        kind: 'number',
        unit: 'of the mean day of the last year',
        missing: 0,
      })),
      preprocessing: { markets: [{ country: 'PT', share: 1 }] },
      golden: [
        {
          inputs: { features: { dims: [1, 2], data: [1, 0] } },
          outputs: { quantiles: { dims: [1, 5], data: [0.2, 0.5, 1, 1.5, 2] }, mean: { dims: [1, 1], data: [1] } },
          tolerance: 1e-5,
        },
      ],
    },
  };
};
