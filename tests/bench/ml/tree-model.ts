import type { Tree } from '../../../ml/learning/boosted-trees.ts';
import { seededRandom } from '../../../ml/learning/seeded-random.ts';
import { treeEnsembleNode } from '../../../ml/onnx/boosted-trees-onnx.ts';
import type { OnnxGraph } from '../../../ml/onnx/onnx-model.ts';
import type { Manifest } from '../../../ml/registry/manifest.ts';

export const FEATURES = 30;
const TREES = 300;
const DEPTH = 5;

const inputs: Manifest['inputs'] = [{ name: 'features', type: 'float32', shape: ['batch', FEATURES] }];
const outputs: Manifest['outputs'] = [{ name: 'score', type: 'float32', shape: ['batch', 1] }];

/** As large as the models that the platform trains: 300 trees of 32 leaves over 30 features from 0 to 1. */
export const treeModel = (): { readonly onnx: OnnxGraph; readonly manifest: Partial<Manifest> } => {
  const random = seededRandom(1);
  const tree = (): Tree =>
    Array.from({ length: 2 ** (DEPTH + 1) - 1 }, (_, node) =>
      node >= 2 ** DEPTH - 1
        ? { value: random() - 0.5, rows: 1 }
        : {
            feature: Math.floor(random() * FEATURES),
            threshold: random(),
            categories: undefined,
            missingLeft: true,
            left: 2 * node + 1,
            right: 2 * node + 2,
            gain: 1,
          },
    );
  const names = Array.from({ length: FEATURES }, (_, at) => `feature-${at}`);
  const ensemble = { features: names, base: 0, trees: Array.from({ length: TREES }, tree) };
  return {
    onnx: {
      name: 'trees',
      inputs,
      outputs,
      nodes: [treeEnsembleNode({ ensembles: [ensemble], input: 'features', output: 'score' })],
    },
    manifest: { inputs, outputs, features: names.map((name) => ({ name, kind: 'number', unit: '1' })) },
  };
};

/** @param from the seed: other rows for each */
export const randomRows = (rows: number, from = 1): Float32Array => {
  const random = seededRandom(from);
  return Float32Array.from({ length: rows * FEATURES }, () => random());
};
