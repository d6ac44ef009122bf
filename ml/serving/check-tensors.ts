import type { Manifest, TensorSpec } from '../registry/manifest.ts';
import { InvalidTensorError, type TensorData, type Tensors } from './model-client.ts';

/**
 * Holds tensors against what the manifest says: names, types, axes, lengths, and that no number is NaN (unless a feature says
 * that its missing values are) or infinite.
 * @returns the rows: how long the batch axis is; 1 where no input has one
 * @throws InvalidTensorError naming the input, what was expected and what came
 */
export const checkTensors = (manifest: Manifest, tensors: Tensors, mostRows: number): number => {
  const names = Object.keys(tensors);
  const unknown = names.find((name) => !manifest.inputs.some((input) => input.name === name));
  if (unknown !== undefined)
    throw new InvalidTensorError(
      `${manifest.name} ${manifest.version} has no input ${unknown}; it takes ${manifest.inputs.map(({ name }) => name).join(', ')}`,
    );
  let rows: number | undefined;
  for (const spec of manifest.inputs) {
    const tensor = tensors[spec.name];
    if (tensor === undefined) throw wrong(spec.name, `a tensor ${shapeOf(spec)}`, 'nothing');
    checkShape(spec, tensor);
    checkNumbers(manifest, spec, tensor);
    const length = tensor.dims[spec.shape.indexOf('batch')];
    if (length === undefined) continue;
    if (rows !== undefined && length !== rows)
      throw wrong(spec.name, `${rows} rows like the inputs before it`, `${length}`);
    rows = length;
  }
  if (rows !== undefined && (rows < 1 || rows > mostRows))
    throw wrong(manifest.inputs[0]?.name ?? '', `1 to ${mostRows} rows`, `${rows}`);
  return rows ?? 1;
};

const wrong = (input: string, expected: string, got: string): InvalidTensorError =>
  new InvalidTensorError(`the input ${input} must be ${expected}, not ${got}`);

const shapeOf = ({ type, shape }: TensorSpec): string => `${type}[${shape.join(', ')}]`;

const checkShape = (spec: TensorSpec, { type, dims, data }: TensorData): void => {
  const expected = `a tensor ${shapeOf(spec)}`;
  const got = `${type}[${dims.join(', ')}]`;
  if (type !== spec.type || dims.length !== spec.shape.length) throw wrong(spec.name, expected, got);
  if (type === 'float32' ? !(data instanceof Float32Array) : !(data instanceof BigInt64Array))
    throw wrong(spec.name, `of ${type} data`, data?.constructor?.name ?? String(data));
  spec.shape.forEach((size, axis) => {
    const length = dims[axis] ?? -1;
    if (!Number.isInteger(length) || length < 0 || (typeof size === 'number' && size > 0 && size !== length))
      throw wrong(spec.name, expected, got);
  });
  const values = dims.reduce((product, length) => product * length, 1);
  if (values !== data.length) throw wrong(spec.name, `of ${values} values by its axes ${got}`, `${data.length}`);
};

const checkNumbers = (manifest: Manifest, spec: TensorSpec, { dims, data }: TensorData): void => {
  if (!(data instanceof Float32Array)) return;
  const features = spec.name === 'features' ? manifest.features : undefined;
  const width = dims.at(-1) ?? 1;
  for (let at = 0; at < data.length; at++) {
    const value = data[at] as number; // `at` is below the length
    // The difference of a finite number and itself is 0; of NaN and the infinities it is NaN.
    if (value - value === 0) continue;
    const feature = features?.[at % width];
    if (Number.isNaN(value) && feature?.missing === 'NaN') continue;
    const where = `row ${Math.floor(at / width)}, ${feature === undefined ? `column ${at % width}` : `feature ${feature.name}`}`;
    throw wrong(spec.name, `of finite numbers`, `${value} (${where})`);
  }
};
