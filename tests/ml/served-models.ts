import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OnnxGraph, onnxModel } from '../../ml/onnx/onnx-model.ts';
import type { Manifest } from '../../ml/registry/manifest.ts';
import type { ModelStages, ModelTraffic, ServedVersion } from '../../ml/serving/model-stages.ts';

/** A model's graph or bytes, and what of its manifest is not as usual. */
export interface SampleModel {
  readonly onnx: OnnxGraph | Uint8Array;
  readonly manifest?: Partial<Manifest>;
}

const MANIFEST: Omit<Manifest, 'name' | 'version'> = {
  task: 'cancellation',
  description: '',
  inputs: [{ name: 'features', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'score', type: 'float32', shape: ['batch', 1] }],
  preprocessing: {},
  training: { rows: 0, from: '2026-01-01', until: '2026-01-01', hash: '0'.repeat(64), trainer: 'by hand' },
  metrics: {},
  golden: [],
  licence: 'CC0-1.0',
  files: {},
};

/** `score` = first feature * `factor` + second feature. */
export const linear = (factor: number, manifest: Partial<Manifest> = {}): SampleModel => ({
  onnx: {
    name: 'linear',
    inputs: MANIFEST.inputs,
    outputs: MANIFEST.outputs,
    nodes: [{ op: 'Gemm', inputs: ['features', 'weights'], outputs: ['score'] }],
    initializers: [{ name: 'weights', dims: [2, 1], data: Float32Array.of(factor, 1) }],
  },
  manifest: {
    golden: [
      {
        inputs: { features: { dims: [1, 2], data: [1, 2] } },
        outputs: { score: { dims: [1, 1], data: [factor + 2] } },
        tolerance: 1e-5,
      },
    ],
    ...manifest,
  },
});

const TIMES = 16;

/** Multiplies as many matrices as the first feature says, some times over: it runs for as long as it is asked to. */
export const slow = (): SampleModel => {
  const size = 256;
  const int64 = (name: string, value: bigint) => ({ name, dims: [1], data: BigInt64Array.of(value) });
  const products = Array.from({ length: TIMES }, (_, at) => ({
    op: 'MatMul',
    inputs: [`matrices-${at}`, 'matrix'],
    outputs: [`matrices-${at + 1}`],
  }));
  const onnx: OnnxGraph = {
    name: 'slow',
    inputs: MANIFEST.inputs,
    outputs: MANIFEST.outputs,
    nodes: [
      { op: 'Slice', inputs: ['features', 'zero', 'one', 'axis'], outputs: ['first'] },
      { op: 'ReduceMax', inputs: ['first'], outputs: ['times'], attributes: { keepdims: { int: 0 } } },
      { op: 'Cast', inputs: ['times'], outputs: ['count'], attributes: { to: { int: 7 } } },
      { op: 'Reshape', inputs: ['count', 'one'], outputs: ['many'] },
      { op: 'Concat', inputs: ['many', 'size', 'size'], outputs: ['shape'], attributes: { axis: { int: 0 } } },
      { op: 'Expand', inputs: ['matrix', 'shape'], outputs: ['matrices-0'] },
      ...products,
      { op: 'ReduceMean', inputs: [`matrices-${TIMES}`], outputs: ['mean'], attributes: { keepdims: { int: 0 } } },
      { op: 'Mul', inputs: ['first', 'nothing'], outputs: ['nothings'] },
      { op: 'Add', inputs: ['nothings', 'mean'], outputs: ['score'] },
    ],
    initializers: [
      int64('zero', 0n),
      int64('one', 1n),
      int64('axis', 1n),
      int64('size', BigInt(size)),
      { name: 'nothing', dims: [1], data: Float32Array.of(0) },
      { name: 'matrix', dims: [size, size], data: new Float32Array(size * size).fill(1 / size) },
    ],
  };
  return { onnx };
};

/** Looks the first feature up in a table of three scores, and fails at run time where it is no index of one. */
export const lookup = (): SampleModel => ({
  onnx: {
    name: 'lookup',
    inputs: MANIFEST.inputs,
    outputs: MANIFEST.outputs,
    nodes: [
      { op: 'Slice', inputs: ['features', 'zero', 'one', 'one'], outputs: ['first'] },
      { op: 'Cast', inputs: ['first'], outputs: ['indices'], attributes: { to: { int: 7 } } },
      { op: 'Gather', inputs: ['table', 'indices'], outputs: ['score'] },
    ],
    initializers: [
      { name: 'zero', dims: [1], data: BigInt64Array.of(0n) },
      { name: 'one', dims: [1], data: BigInt64Array.of(1n) },
      { name: 'table', dims: [3], data: Float32Array.of(10, 20, 30) },
    ],
  },
});

export const corrupt = (): SampleModel => ({ onnx: new TextEncoder().encode('this is no model') });

/** Versions in a folder, and which traffic they get: set by hand, where the platform has its registry. */
export interface ModelFolder {
  readonly stages: ModelStages;
  /** Writes the folder of a version. */
  add(name: string, version: string, model: SampleModel): Promise<ServedVersion>;
  /** Sets the traffic of a model and tells the listeners. */
  set(name: string, traffic: Partial<Pick<ModelTraffic, 'live' | 'canary' | 'shadows'>>): void;
  close(): Promise<void>;
}

/** @param tenant whose models they are */
export const openModelFolder = async (tenant = 'tenant-1'): Promise<ModelFolder> => {
  const root = await mkdtemp(join(tmpdir(), 'models-'));
  const versions = new Map<string, ServedVersion>();
  const traffics = new Map<string, ModelTraffic>();
  const listeners = new Set<(traffic: ModelTraffic) => void>();
  return {
    stages: {
      of: (of, name) => (of === tenant ? traffics.get(name) : undefined),
      version: async (of, name, version) => (of === tenant ? versions.get(`${name}/${version}`) : undefined),
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close: async () => undefined,
    },
    add: async (name, version, { onnx, manifest }) => {
      const directory = join(root, tenant, name, version);
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'model.onnx'), onnx instanceof Uint8Array ? onnx : onnxModel(onnx));
      const served = { version, directory, manifest: { ...MANIFEST, name, version, ...manifest } };
      versions.set(`${name}/${version}`, served);
      return served;
    },
    set: (name, traffic) => {
      const before = traffics.get(name) ?? { tenant, name, live: null, canary: null, shadows: [] };
      const now = { ...before, ...traffic };
      traffics.set(name, now);
      for (const listener of listeners) listener(now);
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
};
