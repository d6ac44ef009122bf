import onnxProto, { type onnx } from 'onnx-proto';
import type { ElementType, Manifest, TensorSpec } from './manifest.ts';

const { ModelProto, TensorProto } = onnxProto.onnx;
const { DataType } = TensorProto;

/**
 * Operator sets that onnxruntime 1.30 runs: the newest of each domain by what it takes, the oldest by what its notes promise
 * (https://onnxruntime.ai/docs/reference/compatibility.html).
 */
const OPSETS: Readonly<Record<string, { readonly from: number; readonly to: number }>> = {
  'ai.onnx': { from: 7, to: 26 },
  'ai.onnx.ml': { from: 1, to: 5 },
  'com.microsoft': { from: 1, to: 1 },
};

const TYPE_NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(DataType).map(([name, code]) => [code, name.toLowerCase()]),
);
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = { [DataType.FLOAT]: 'float32', [DataType.INT64]: 'int64' };

/** What a model's file says against its manifest, or against being run here; a line each. Nothing of it is run. */
export const flawsOfGraph = (bytes: Uint8Array, manifest: Manifest): readonly string[] => {
  let model: onnx.ModelProto;
  try {
    model = ModelProto.decode(bytes);
  } catch (error) {
    return [`model.onnx: not an ONNX file: ${error instanceof Error ? error.message : ''}`];
  }
  const { graph } = model;
  if (graph?.node === undefined || graph.node === null || graph.node.length === 0)
    return ['model.onnx: not an ONNX file, or one without a graph'];
  const constants = new Set((graph.initializer ?? []).map(({ name }) => name));
  const inputs = (graph.input ?? []).filter(({ name }) => !constants.has(name));
  return [
    ...opsetFlaws(model),
    ...(holdsItsWeights(graph) ? [] : ['model.onnx: its weights lie in another file: save them inside the model']),
    ...inputFlaws(manifest.inputs, inputs),
    ...outputFlaws(manifest.outputs, graph.output ?? []),
  ];
};

const opsetFlaws = ({ opsetImport }: onnx.ModelProto): readonly string[] => {
  if (opsetImport.length === 0) return ['model.onnx: it names no operator set'];
  return opsetImport.flatMap((opset) => {
    const domain = opset.domain || 'ai.onnx';
    const version = Number(opset.version ?? 0);
    const known = OPSETS[domain];
    if (known === undefined)
      return [`model.onnx: it uses operators of ${domain}; known are ${Object.keys(OPSETS).join(', ')}`];
    const { from, to } = known;
    return version >= from && version <= to
      ? []
      : [`model.onnx: operator set ${version} of ${domain} is not run here: export it with ${from} to ${to}`];
  });
};

/** Weights in other files would be read from wherever the model says. */
const holdsItsWeights = ({ initializer }: onnx.IGraphProto): boolean =>
  (initializer ?? []).every(({ dataLocation }) => dataLocation !== TensorProto.DataLocation.EXTERNAL);

const inputFlaws = (specs: readonly TensorSpec[], inputs: readonly onnx.IValueInfoProto[]): readonly string[] => {
  const unlisted = inputs.filter(({ name }) => !specs.some((spec) => spec.name === name));
  return [
    ...specs.flatMap((spec, index) => {
      const input = inputs.find(({ name }) => name === spec.name);
      const field = `manifest.json: inputs.${index}`;
      if (input === undefined) return [`${field}.name: the model has no input ${spec.name}, but ${namesOf(inputs)}`];
      const typeFlaw = typeFlawOf(field, spec, input);
      return typeFlaw === undefined ? shapeFlaws(field, spec, input) : [typeFlaw];
    }),
    ...unlisted.map(({ name }) => `manifest.json: inputs: the model takes ${name} too, and it is not listed`),
  ];
};

const outputFlaws = (specs: readonly TensorSpec[], outputs: readonly onnx.IValueInfoProto[]): readonly string[] => [
  ...specs.flatMap((spec, index) => {
    const output = outputs.find(({ name }) => name === spec.name);
    const field = `manifest.json: outputs.${index}`;
    if (output === undefined) return [`${field}.name: the model has no output ${spec.name}, but ${namesOf(outputs)}`];
    const flaw = typeFlawOf(field, spec, output);
    return flaw === undefined ? [] : [flaw];
  }),
  // They are computed with the others, so they must be of types that can be handed on.
  ...outputs
    .filter(({ name }) => !specs.some((spec) => spec.name === name))
    .filter(({ type }) => ELEMENT_TYPES[type?.tensorType?.elemType ?? 0] === undefined)
    .map(
      (output) => `model.onnx: its output ${output.name} is ${typeOf(output)}: remove it from the graph${hint(output)}`,
    ),
];

const typeFlawOf = (field: string, { type }: TensorSpec, value: onnx.IValueInfoProto): string | undefined => {
  const found = ELEMENT_TYPES[value.type?.tensorType?.elemType ?? 0];
  return found === type
    ? undefined
    : `${field}.type: ${type}, but in the model ${value.name} is ${typeOf(value)}${hint(value)}`;
};

const typeOf = ({ type }: onnx.IValueInfoProto): string => {
  if (!type?.tensorType) return type?.sequenceType ? 'a sequence and no tensor' : 'no tensor';
  const code = type.tensorType.elemType ?? 0;
  return `a tensor of ${ELEMENT_TYPES[code] ?? TYPE_NAMES[code] ?? `type ${code}`}`;
};

const hint = ({ type }: onnx.IValueInfoProto): string =>
  type?.sequenceType ? ' (skl2onnx: options zipmap=False)' : '';

const shapeFlaws = (field: string, { name, shape }: TensorSpec, { type }: onnx.IValueInfoProto): readonly string[] => {
  const axes = type?.tensorType?.shape?.dim;
  if (axes === undefined || axes === null) return [];
  if (axes.length !== shape.length)
    return [`${field}.shape: has ${shape.length} axes, but in the model ${name} has ${axes.length}`];
  return shape.flatMap((wanted, axis) => {
    const length = Number(axes[axis]?.dimValue ?? 0);
    // A model's axis without a length is free.
    if (length <= 0 || length === wanted) return [];
    return typeof wanted === 'number' && wanted > 0
      ? [`${field}.shape.${axis}: is ${wanted}, but in the model ${name} has ${length}`]
      : [`${field}.shape.${axis}: is ${wanted}, but the model fixes it to ${length}: export it with a dynamic axis`];
  });
};

const namesOf = (values: readonly onnx.IValueInfoProto[]): string =>
  values.map(({ name }) => name).join(', ') || 'none';
