import type { Manifest, TensorSpec } from '../registry/manifest.ts';
import type { TensorData, Tensors } from './model-client.ts';

/**
 * Runs the golden samples of a manifest and compares what comes with what was expected.
 * @returns what differs, in words; undefined when all agree within their tolerance (absolute, and relative beyond 1)
 */
export const goldenDifference = async (
  { inputs, outputs, golden }: Pick<Manifest, 'inputs' | 'outputs' | 'golden'>,
  run: (inputs: Tensors) => Promise<Tensors>,
): Promise<string | undefined> => {
  for (const [number, sample] of golden.entries()) {
    const got = await run(goldenTensors(inputs, sample.inputs));
    for (const [name, expected] of Object.entries(goldenTensors(outputs, sample.outputs))) {
      const difference = differenceOf(expected, got[name], sample.tolerance);
      if (difference !== undefined) return `golden sample ${number}, output ${name}: ${difference}`;
    }
  }
  return undefined;
};

/** Tensors of a golden sample, of the types that the manifest gives them. */
export const goldenTensors = (specs: readonly TensorSpec[], golden: Manifest['golden'][number]['inputs']): Tensors =>
  Object.fromEntries(
    Object.entries(golden).map(([name, { dims, data }]) => {
      const type = specs.find((spec) => spec.name === name)?.type ?? 'float32';
      const values = type === 'float32' ? Float32Array.from(data) : BigInt64Array.from(data, BigInt);
      return [name, { type, dims, data: values }];
    }),
  );

const differenceOf = (expected: TensorData, got: TensorData | undefined, tolerance: number): string | undefined => {
  if (got === undefined) return 'the model does not give it';
  const [wanted, came] = [expected.dims, got.dims].map((dims) => `[${dims.join(', ')}]`);
  if (wanted !== came) return `${wanted} was expected, ${came} came`;
  for (let at = 0; at < expected.data.length; at++) {
    const [a, b] = [Number(expected.data[at]), Number(got.data[at])];
    // Written so that NaN is a difference too.
    if (!(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a))))
      return `${a} was expected at ${at}, ${b} came, and ${tolerance} is allowed between them`;
  }
  return undefined;
};
