import type { TensorSpec } from '../registry/manifest.ts';
import type { TensorData, Tensors } from './model-client.ts';

/** Along which axis tensors of this input or output are put together; -1: they are not. */
const batchAxis = (spec: TensorSpec): number => spec.shape.indexOf('batch');

/** Whether requests can be put together: each input and output has its axis for it. */
export const canBatch = (specs: readonly TensorSpec[]): boolean => specs.every((spec) => batchAxis(spec) >= 0);

/** The lengths of the axes that are free in the manifest: requests run together only where these agree. */
export const freeLengths = (specs: readonly TensorSpec[], tensors: Tensors): string => {
  let lengths = '';
  for (const { name, shape } of specs)
    for (let axis = 0; axis < shape.length; axis++) if (shape[axis] === -1) lengths += `${tensors[name]?.dims[axis]},`;
  return lengths;
};

/** The tensors of several requests as one, in their order. They agree in all but the batch axis. */
export const joinTensors = (specs: readonly TensorSpec[], requests: readonly Tensors[]): Tensors =>
  Object.fromEntries(
    specs.map((spec) => [
      spec.name,
      joined(
        requests.map((request) => request[spec.name] as TensorData), // checked when the request came
        batchAxis(spec),
      ),
    ]),
  );

const joined = (parts: readonly TensorData[], axis: number): TensorData => {
  const first = parts[0] as TensorData; // no batch is empty
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, { dims }) => sum + (dims[axis] ?? 0), 0);
  const dims = first.dims.with(axis, rows);
  const data = emptyLike(first, product(dims));
  const blocks = product(dims.slice(0, axis));
  let at = 0;
  for (let block = 0; block < blocks; block++)
    for (const part of parts) {
      const size = part.data.length / blocks;
      put(data, part.data.subarray(block * size, (block + 1) * size), at);
      at += size;
    }
  return { type: first.type, dims, data };
};

/** What belongs to the rows [from, from + rows) of a batch. Copies, so that a short answer does not keep a long batch alive. */
export const rowsOf = (specs: readonly TensorSpec[], batch: Tensors, from: number, rows: number): Tensors => {
  const own: Record<string, TensorData> = {};
  for (const spec of specs) {
    const tensor = batch[spec.name];
    if (tensor !== undefined) own[spec.name] = part(tensor, batchAxis(spec), from, rows);
  }
  return own;
};

const part = ({ type, dims, data }: TensorData, axis: number, from: number, rows: number): TensorData => {
  const partDims = dims.with(axis, rows);
  if (axis === 0) {
    const inner = data.length / (dims[0] ?? 1);
    return { type, dims: partDims, data: data.slice(from * inner, (from + rows) * inner) };
  }
  const inner = product(dims.slice(axis + 1));
  const stride = (dims[axis] ?? 0) * inner;
  const size = rows * inner;
  const blocks = product(dims.slice(0, axis));
  const copy = emptyLike({ type, dims, data }, blocks * size);
  for (let block = 0; block < blocks; block++) {
    const start = block * stride + from * inner;
    put(copy, data.subarray(start, start + size), block * size);
  }
  return { type, dims: partDims, data: copy };
};

const product = (lengths: readonly number[]): number => lengths.reduce((all, length) => all * length, 1);

const emptyLike = ({ type }: TensorData, length: number): TensorData['data'] =>
  type === 'float32' ? new Float32Array(length) : new BigInt64Array(length);

/** Both are of one type: they are of one input. */
const put = (into: TensorData['data'], from: TensorData['data'], at: number): void => {
  if (into instanceof Float32Array) into.set(from as Float32Array, at);
  else into.set(from as BigInt64Array, at);
};

/** What an answer for so many rows lacks, in words; undefined where each batch axis is as long as it must be. */
export const wrongLength = (specs: readonly TensorSpec[], outputs: Tensors, rows: number): string | undefined => {
  for (const spec of specs) {
    const dims = outputs[spec.name]?.dims;
    if (dims === undefined) return `it gives no output ${spec.name}`;
    const axis = batchAxis(spec);
    if (axis >= 0 && dims[axis] !== rows)
      return `its output ${spec.name} has the axes [${dims.join(', ')}] for ${rows} rows`;
  }
  return undefined;
};
