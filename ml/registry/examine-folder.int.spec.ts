import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  chanceOf,
  type ModelFiles,
  sha256,
  smallFiles,
  smallGraph,
  smallManifest,
  writeModel,
} from '../../tests/models/small-model.ts';
import { onnxModel } from '../onnx/onnx-model.ts';
import { EXAMINATION_LIMITS, examineFolder } from './examine-folder.ts';
import type { Manifest } from './manifest.ts';

const ADDRESS = { tenant: 'acme', name: 'cancellation', version: '1.0.0' };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'examined-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const problemsOf = async (files: ModelFiles, limits = {}): Promise<readonly string[]> => {
  const folder = await writeModel(await mkdtemp(join(dir, 'model-')), files);
  const examination = await examineFolder(folder, ADDRESS, { ...EXAMINATION_LIMITS, ...limits });
  return 'problems' in examination ? examination.problems : [];
};
const withManifest = (changes: Partial<Record<keyof Manifest, unknown>>): ModelFiles => ({
  ...smallFiles(),
  'manifest.json': JSON.stringify({ ...smallManifest(), ...changes }),
});
const withGraph = (changes: Partial<ReturnType<typeof smallGraph>>): ModelFiles => ({
  ...smallFiles(),
  'model.onnx': onnxModel({ ...smallGraph(), ...changes }),
});
const [golden] = smallManifest().golden;
if (golden === undefined) throw new Error('the small model has no golden sample');

describe('a model in order', () => {
  it('passes', async () => expect(await problemsOf(smallFiles())).toEqual([]));

  it('may have NaN in its golden samples, which JSON writes as null', async () => {
    const features = smallManifest().features?.map((feature) => ({ ...feature, missing: 'NaN' }));
    const sample = {
      ...golden,
      inputs: { features: { dims: [1, 2], data: [Number.NaN, Number.NaN] } },
      outputs: { probability: { dims: [1, 1], data: [0.5] } },
    };
    // Not a number counts as 0 here.
    const nodes = [
      { op: 'IsNaN', inputs: ['features'], outputs: ['missing'] },
      { op: 'Where', inputs: ['missing', 'zero', 'features'], outputs: ['filled'] },
      { op: 'MatMul', inputs: ['filled', 'weights'], outputs: ['score'] },
      { op: 'Sigmoid', inputs: ['score'], outputs: ['probability'] },
    ];
    const initializers = [
      { name: 'zero', dims: [1], data: Float32Array.from([0]) },
      { name: 'weights', dims: [2, 1], data: Float32Array.from([1, 1]) },
    ];
    const files = withGraph({ nodes, initializers });
    const manifest = JSON.stringify({ ...smallManifest(), features, golden: [sample] });
    expect(await problemsOf({ ...files, 'manifest.json': manifest })).toEqual([]);
  });
});

describe('a model is refused, and told what to change, where', () => {
  const nan = { op: 'Sqrt', inputs: ['score'], outputs: ['probability'] };
  const [matMul, add] = smallGraph().nodes;
  if (matMul === undefined || add === undefined) throw new Error('the small graph has lost its nodes');
  const cases: [string, () => ModelFiles, string | RegExp][] = [
    [
      'the manifest is missing',
      () => ({ 'model.onnx': smallFiles()['model.onnx'] ?? '' }),
      'manifest.json: the file is missing',
    ],
    ['the model is missing', () => ({ 'manifest.json': '{}' }), 'model.onnx: the file is missing'],
    [
      'the manifest is no JSON',
      () => ({ ...smallFiles(), 'manifest.json': '{"name":' }),
      /^manifest.json: not valid JSON/,
    ],
    ['a field is missing', () => withManifest({ licence: undefined }), /^manifest.json: licence: /],
    [
      'a field is not known',
      () => withManifest({ author: 'Ana' } as object),
      'manifest.json: author: not a known field',
    ],
    [
      'a field deep within is wrong',
      () => withManifest({ features: [{ name: 'a', kind: 'word', unit: '1' }] }),
      /^manifest.json: features.0.kind: /,
    ],
    [
      'the name is another',
      () => withManifest({ name: 'churn' }),
      /^manifest.json: name: is churn, but it comes as cancellation/,
    ],
    ['the version is another', () => withManifest({ version: '2.0.0' }), /^manifest.json: version: is 2.0.0/],
    [
      'a feature too many is listed',
      () =>
        withManifest({
          features: [...(smallManifest().features ?? []), { name: 'nights', kind: 'number', unit: 'nights' }],
        }),
      /3 features are listed, so it must be float32 of \[batch, 3\], not float32 of \[batch, 2\]/,
    ],
    [
      'a feature is there twice',
      () => withManifest({ features: [smallManifest().features?.[0], smallManifest().features?.[0]] }),
      /features.1.name: leadDays is there twice/,
    ],
    [
      'the output of its task is missing',
      () => withManifest({ task: 'price' }),
      /a model of the task price gives adr, float32 of \[batch, 1\]/,
    ],
    [
      'a golden sample has another shape',
      () => withManifest({ golden: [{ ...golden, inputs: { features: { dims: [1, 3], data: [1, 2, 3] } } }] }),
      /golden.0.inputs: the input features must be a tensor/,
    ],
    [
      'a golden sample tells no output',
      () => withManifest({ golden: [{ ...golden, outputs: {} }] }),
      /golden.0.outputs: tell at least one output/,
    ],
    [
      'it is not ONNX',
      () => ({ ...smallFiles(), 'model.onnx': new Uint8Array(1_000).fill(7) }),
      /^model.onnx: not an ONNX file/,
    ],
    [
      'it was cut off',
      () => ({ ...smallFiles(), 'model.onnx': (smallFiles()['model.onnx'] as Uint8Array).subarray(0, 150) }),
      /^model.onnx: /,
    ],
    [
      'it has other inputs',
      () =>
        withGraph({
          inputs: [{ name: 'rows', type: 'float32', shape: ['batch', 2] }],
          nodes: [
            { ...matMul, inputs: ['rows', 'weights'] },
            add,
            { op: 'Sigmoid', inputs: ['score'], outputs: ['probability'] },
          ],
        }),
      'manifest.json: inputs.0.name: the model has no input features, but rows',
    ],
    [
      'an input has another width',
      () => withGraph({ inputs: [{ name: 'features', type: 'float32', shape: ['batch', 5] }] }),
      /inputs.0.shape.1: is 2, but in the model features has 5/,
    ],
    [
      'the rows of an input are fixed',
      () => withGraph({ inputs: [{ name: 'features', type: 'float32', shape: [3, 2] }] }),
      /inputs.0.shape.0: is batch, but the model fixes it to 3: export it with a dynamic axis/,
    ],
    [
      'an input is of another type',
      () => withGraph({ inputs: [{ name: 'features', type: 'int64', shape: ['batch', 2] }] }),
      /inputs.0.type: float32, but in the model features is a tensor of int64/,
    ],
    [
      'an operator is unknown',
      () => withGraph({ nodes: [matMul, add, { op: 'Guess', inputs: ['score'], outputs: ['probability'] }] }),
      /^model.onnx: can't be loaded: .*Guess/,
    ],
    [
      'a golden sample comes out otherwise',
      () => ({ ...smallFiles('1.0.0', 0), 'model.onnx': onnxModel(smallGraph(0.5)) }),
      /golden sample 0, output probability: .* was expected/,
    ],
    ['it gives NaN', () => ({ ...withGraph({ nodes: [matMul, add, nan] }) }), /outputs: probability is NaN at 0/],
    [
      'rows depend on each other',
      () =>
        withGraph({
          nodes: [
            matMul,
            {
              op: 'ReduceSum',
              inputs: ['weighted', 'rowAxis'],
              outputs: ['all'],
              attributes: { keepdims: { int: 1 } },
            },
            { op: 'Mul', inputs: ['all', 'nothing'], outputs: ['none'] },
            { op: 'Add', inputs: ['weighted', 'none'], outputs: ['mixed'] },
            { op: 'Add', inputs: ['mixed', 'bias'], outputs: ['score'] },
            { op: 'Sigmoid', inputs: ['score'], outputs: ['probability'] },
          ],
          initializers: [
            ...(smallGraph().initializers ?? []),
            { name: 'rowAxis', dims: [1], data: BigInt64Array.from([0n]) },
            { name: 'nothing', dims: [1], data: Float32Array.from([1e-5]) },
          ],
        }),
      /outputs: probability of a row among 64 differs from the row alone/,
    ],
    [
      'a declared file is missing',
      () => withManifest({ files: { 'tokenizer.json': 'a'.repeat(64) } }),
      'manifest.json: files.tokenizer.json: the file is missing',
    ],
    [
      'a declared file is another',
      () => ({ ...withManifest({ files: { 'tokenizer.json': 'a'.repeat(64) } }), 'tokenizer.json': '{}' }),
      `manifest.json: files.tokenizer.json: its SHA-256 is ${sha256('{}')}`,
    ],
    ['a file is not declared', () => ({ ...smallFiles(), 'run.sh': 'rm' }), /^run.sh: declare it/],
  ];
  it.each(cases)('%s', async (_, files, problem) => {
    expect(await problemsOf(files())).toContainEqual(
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    );
  });

  it('it is too large', async () => {
    expect(await problemsOf(smallFiles(), { maxBytes: 500 })).toEqual([
      expect.stringMatching(/bytes together, and 500 is the limit/),
    ]);
  });

  it('it is too slow', async () => {
    expect(await problemsOf(smallFiles(), { oneRowMs: 1e-6 })).toEqual([
      expect.stringMatching(/one row took \d+ ms on one thread/),
    ]);
  });

  it('a value that may be missing comes out as NaN, unless it never was', async () => {
    const missing = (missingShare?: number) =>
      withManifest({
        features: smallManifest().features?.map((feature) => ({ ...feature, missing: 'NaN', missingShare })),
      });
    expect(await problemsOf(missing())).toEqual([
      expect.stringMatching(/^a row without what may be missing: outputs: probability is NaN .* missingShare 0$/),
    ]);
    expect(await problemsOf(missing(0))).toEqual([]);
  });
});

it('the small model gives by hand what its golden sample says', () => {
  expect(golden.outputs.probability?.data[0]).toBeCloseTo(chanceOf(10, 2));
});
