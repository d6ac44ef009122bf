import { onnxModel } from '../../ml/onnx/onnx-model.ts';
import { openLocalModel } from '../../ml/onnx/run-model.ts';
import type { Manifest } from '../../ml/registry/manifest.ts';
import { type ModelClient, ModelUnavailableError } from '../../ml/serving/model-client.ts';
import type { ModelStages } from '../../ml/serving/model-stages.ts';

/** A logistic regression on two numbers of a stay, small enough to write down: what is booked long ahead is cancelled more often. */
const bytes = onnxModel({
  name: 'lead-time',
  inputs: [{ name: 'features', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'probability', type: 'float32', shape: ['batch', 1] }],
  nodes: [
    { op: 'MatMul', inputs: ['features', 'weights'], outputs: ['product'] },
    { op: 'Add', inputs: ['product', 'bias'], outputs: ['score'] },
    { op: 'Sigmoid', inputs: ['score'], outputs: ['probability'] },
  ],
  initializers: [
    { name: 'weights', dims: [2, 1], data: new Float32Array([0.02, 0.1]) },
    { name: 'bias', dims: [1], data: new Float32Array([-2]) },
  ],
});

export const leadTimeManifest = (version = '1.0.0'): Manifest => ({
  name: 'cancellation',
  version,
  task: 'cancellation',
  description: 'lead time and guests',
  inputs: [{ name: 'features', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'probability', type: 'float32', shape: ['batch', 1] }],
  features: [
    {
      name: 'leadDays',
      kind: 'number',
      unit: 'days',
      // Evenly from 0 to 100.
      reference: [10.5, 20.5, 30.5, 40.5, 50.5, 60.5, 70.5, 80.5, 90.5],
    },
    { name: 'guests', kind: 'number', unit: 'persons' },
  ],
  preprocessing: {},
  training: { rows: 1_000, from: '2026-01-01', until: '2026-06-30', hash: '0'.repeat(64), trainer: 'by hand' },
  metrics: {},
  golden: [],
  licence: 'MIT',
  files: {},
});

/** A pool of one: the model runs on this thread. `refuse` is what it answers with while it is away or busy. */
export const leadTimeModel = async () => {
  const model = await openLocalModel(bytes);
  const state: { refuse: Error | undefined; calls: number; rows: number; live: boolean } = {
    refuse: undefined,
    calls: 0,
    rows: 0,
    live: true,
  };
  const models: ModelClient = {
    predict: async ({ inputsFor, model: name }) => {
      state.calls++;
      if (state.refuse !== undefined) throw state.refuse;
      const manifest = leadTimeManifest();
      const inputs = inputsFor(manifest, '');
      const rows = inputs.features?.dims[0] ?? 0;
      state.rows += rows;
      const outputs = await model.run(inputs);
      const { version } = manifest;
      return { model: name, version, stage: 'live', manifest, outputs, queueMs: 0, runMs: 0, batchRows: rows };
    },
    close: () => model.close(),
  };
  const stages: Pick<ModelStages, 'of'> = {
    of: (tenant, name) => ({
      tenant,
      name,
      live: state.live ? { version: '1.0.0', directory: '', manifest: leadTimeManifest() } : null,
      canary: null,
      shadows: [],
    }),
  };
  return { models, stages, state };
};

/** What a pool says that has died. */
export const away = (): Error => new ModelUnavailableError('the pool is away');
