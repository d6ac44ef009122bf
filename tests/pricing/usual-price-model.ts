import { OverloadedError } from '../../infra/overloaded-error.ts';
import { onnxModel } from '../../ml/onnx/onnx-model.ts';
import { openLocalModel } from '../../ml/onnx/run-model.ts';
import type { Manifest } from '../../ml/registry/manifest.ts';
import { type ModelClient, ModelUnavailableError, PredictionTimeoutError } from '../../ml/serving/model-client.ts';

type Trouble = 'away' | 'slow' | 'busy' | 'other features';

/**
 * A price model small enough to write down, in a pool of one on this thread: the usual price of each product or hotel is a constant.
 * @param prices by subject, in major units
 */
export const usualPriceModel = async (prices: Readonly<Record<string, number>>) => {
  const categories = Object.keys(prices);
  const inputs: Manifest['inputs'] = [{ name: 'features', type: 'float32', shape: ['batch', 1] }];
  const outputs: Manifest['outputs'] = [{ name: 'adr', type: 'float32', shape: ['batch', 1] }];
  const model = await openLocalModel(
    onnxModel({
      name: 'usual-price',
      inputs,
      outputs,
      nodes: [
        { op: 'Cast', inputs: ['features'], outputs: ['codes'], attributes: { to: { int: 7 } } },
        { op: 'Gather', inputs: ['prices', 'codes'], outputs: ['adr'] },
      ],
      initializers: [{ name: 'prices', dims: [categories.length], data: Float32Array.from(Object.values(prices)) }],
    }),
  );
  const manifest: Manifest = {
    name: 'price',
    version: '1.0.0',
    task: 'price',
    description: '',
    inputs,
    outputs,
    features: [{ name: 'subject', kind: 'category', unit: '1', categories }],
    preprocessing: {},
    training: { rows: 0, from: '2026-01-01', until: '2026-01-01', hash: '0'.repeat(64), trainer: 'by hand' },
    metrics: {},
    golden: [],
    licence: 'CC0-1.0',
    files: {},
  };
  const state: { trouble: Trouble | undefined } = { trouble: undefined };
  const models: ModelClient = {
    predict: async ({ inputsFor }) => {
      if (state.trouble === 'away') throw new ModelUnavailableError('no version is live');
      if (state.trouble === 'slow') throw new PredictionTimeoutError('30 s have passed');
      if (state.trouble === 'busy') throw new OverloadedError('busy');
      const { features = [], ...rest } = manifest;
      const wanted = [...features, { name: 'moonPhase', kind: 'number' as const, unit: '1' }];
      const given = inputsFor(state.trouble === 'other features' ? { ...rest, features: wanted } : manifest, '');
      const answer = { model: 'price', version: '1.0.0', stage: 'live', manifest, queueMs: 0, runMs: 0 } as const;
      return { ...answer, outputs: await model.run(given), batchRows: given.features?.dims[0] ?? 0 };
    },
    close: () => model.close(),
  };
  return { models, state };
};
