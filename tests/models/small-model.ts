import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OnnxGraph, onnxModel } from '../../ml/onnx/onnx-model.ts';
import type { ExaminationTask } from '../../ml/registry/examination-process.ts';
import { type Examination, examineFolder } from '../../ml/registry/examine-folder.ts';
import type { Manifest } from '../../ml/registry/manifest.ts';

/** Weights of the logistic regression that the small model is: lead days, guests, bias. */
const WEIGHTS = [0.02, -0.3, -0.5] as const;

/** The chance by hand, as the model must give it. */
export const chanceOf = (leadDays: number, guests: number, shift = 0): number =>
  1 / (1 + Math.exp(-(WEIGHTS[0] * leadDays + WEIGHTS[1] * guests + WEIGHTS[2] + shift)));

/** A logistic regression over two features as a graph; `shift` makes others of it. */
export const smallGraph = (shift = 0): OnnxGraph => ({
  name: 'small',
  inputs: [{ name: 'features', type: 'float32', shape: ['batch', 2] }],
  outputs: [{ name: 'probability', type: 'float32', shape: ['batch', 1] }],
  nodes: [
    { op: 'MatMul', inputs: ['features', 'weights'], outputs: ['weighted'] },
    { op: 'Add', inputs: ['weighted', 'bias'], outputs: ['score'] },
    { op: 'Sigmoid', inputs: ['score'], outputs: ['probability'] },
  ],
  initializers: [
    { name: 'weights', dims: [2, 1], data: Float32Array.from([WEIGHTS[0], WEIGHTS[1]]) },
    { name: 'bias', dims: [1], data: Float32Array.from([WEIGHTS[2] + shift]) },
  ],
});

const ROWS = [
  [10, 2],
  [200, 1],
  [0, 4],
] as const;

/** Its manifest, true in every field. */
export const smallManifest = (changes: Partial<Manifest> = {}, shift = 0): Manifest => ({
  name: 'cancellation',
  version: '1.0.0',
  task: 'cancellation',
  description: 'A small one',
  inputs: [...smallGraph().inputs],
  outputs: [...smallGraph().outputs],
  features: [
    { name: 'leadDays', kind: 'number', unit: 'days', missing: 0 },
    { name: 'guests', kind: 'number', unit: 'persons', missing: 2 },
  ],
  preprocessing: {},
  training: { rows: 100, from: '2025-01-01', until: '2025-12-31', hash: 'a'.repeat(64), trainer: 'by hand' },
  metrics: { auc: 0.9 },
  golden: [
    {
      inputs: { features: { dims: [ROWS.length, 2], data: ROWS.flat() } },
      outputs: {
        probability: { dims: [ROWS.length, 1], data: ROWS.map(([lead, guests]) => chanceOf(lead, guests, shift)) },
      },
      tolerance: 1e-5,
    },
  ],
  licence: 'MIT',
  files: {},
  ...changes,
});

/** Files of a model's folder by name. */
export type ModelFiles = Readonly<Record<string, string | Uint8Array>>;

/** The files of the small model as a version that can be taken in. */
export const smallFiles = (version = '1.0.0', shift = 0): ModelFiles => ({
  'model.onnx': onnxModel(smallGraph(shift)),
  'manifest.json': JSON.stringify(smallManifest({ version }, shift)),
});

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Writes files into a folder that is made for them, the manifest last, as a data scientist should. */
export const writeModel = async (folder: string, files: ModelFiles): Promise<string> => {
  await mkdir(folder, { recursive: true });
  const names = Object.keys(files).toSorted((a, b) => Number(a === 'manifest.json') - Number(b === 'manifest.json'));
  for (const name of names) await writeFile(join(folder, name), files[name] ?? '');
  return folder;
};

/** The examination in this process, which is quicker than in one of its own: what comes of it is the same. */
export const examineHere = ({ folder, address, limits }: ExaminationTask): Promise<Examination> =>
  examineFolder(folder, address, limits);
