import { checkTensors } from '../serving/check-tensors.ts';
import { goldenTensors } from '../serving/golden-samples.ts';
import type { Manifest, Task, TensorSpec } from './manifest.ts';
import type { VersionAddress } from './model-folders.ts';

/** What those who use a task's model read from it, where they read it by name. */
const OUTPUTS_OF_TASK: Readonly<Partial<Record<Task, string>>> = {
  cancellation: 'probability',
  churn: 'probability',
  price: 'adr',
};

/** More rows than any golden sample has use for. */
const MOST_GOLDEN_ROWS = 10_000;

/** What a manifest says that can't be so, though each field is well formed. Each line tells the field and what to change. */
export const flawsOfManifest = (manifest: Manifest, address: VersionAddress): readonly string[] => [
  ...addressFlaws(manifest, address),
  ...featureFlaws(manifest),
  ...outputFlaws(manifest),
  ...doubled('inputs', manifest.inputs),
  ...doubled('outputs', manifest.outputs),
  ...goldenFlaws(manifest),
];

const addressFlaws = (manifest: Manifest, address: VersionAddress): readonly string[] =>
  (['name', 'version'] as const)
    .filter((field) => manifest[field] !== address[field])
    .map((field) => `manifest.json: ${field}: is ${manifest[field]}, but it comes as ${address[field]}`);

const featureFlaws = ({ features, inputs }: Manifest): readonly string[] => {
  const at = inputs.findIndex(({ name }) => name === 'features');
  const input = inputs[at];
  if (features === undefined)
    return input === undefined
      ? []
      : ['manifest.json: features: name the columns of the input features, in their order'];
  if (input === undefined) return ['manifest.json: inputs: features are listed, but no input is named features'];
  const wanted = ['batch', features.length];
  const isWhole = input.type === 'float32' && input.shape.join() === wanted.join();
  return [
    ...(isWhole
      ? []
      : [
          `manifest.json: inputs.${at}: ${features.length} features are listed, so it must be float32 of [${wanted.join(', ')}], not ${input.type} of [${input.shape.join(', ')}]`,
        ]),
    ...doubled('features', features),
    ...features.flatMap(({ kind, categories }, index) =>
      (kind === 'category') === (categories !== undefined)
        ? []
        : [`manifest.json: features.${index}.categories: a category lists its values, and a number has none`],
    ),
  ];
};

const outputFlaws = ({ task, outputs }: Manifest): readonly string[] => {
  const wanted = OUTPUTS_OF_TASK[task];
  if (wanted === undefined) return [];
  const isThere = outputs.some(
    ({ name, type, shape }) => name === wanted && type === 'float32' && shape.join() === 'batch,1',
  );
  return isThere ? [] : [`manifest.json: outputs: a model of the task ${task} gives ${wanted}, float32 of [batch, 1]`];
};

const doubled = (field: string, named: readonly { readonly name: string }[]): readonly string[] =>
  named.flatMap(({ name }, index) =>
    named.findIndex((other) => other.name === name) < index
      ? [`manifest.json: ${field}.${index}.name: ${name} is there twice`]
      : [],
  );

const goldenFlaws = (manifest: Manifest): readonly string[] =>
  manifest.golden.flatMap((sample, index) => {
    const field = `manifest.json: golden.${index}`;
    try {
      checkTensors(manifest, goldenTensors(manifest.inputs, sample.inputs), MOST_GOLDEN_ROWS);
    } catch (error) {
      return [`${field}.inputs: ${error instanceof Error ? error.message : String(error)}`];
    }
    const told = Object.keys(sample.outputs);
    // Not all of them: which of equal ones comes first, say, nobody can tell.
    if (told.length === 0) return [`${field}.outputs: tell at least one output that must come`];
    return unknownOutputs(field, manifest.outputs, told);
  });

const unknownOutputs = (field: string, outputs: readonly TensorSpec[], told: readonly string[]): readonly string[] =>
  told
    .filter((name) => !outputs.some((output) => output.name === name))
    .map((name) => `${field}.outputs.${name}: not an output of the manifest`);
