import { openLocalModel } from '../onnx/run-model.ts';
import { goldenDifference, goldenTensors } from '../serving/golden-samples.ts';
import type { Tensors } from '../serving/model-client.ts';
import { canBatch, joinTensors, rowsOf } from '../serving/tensor-batch.ts';
import type { Manifest } from './manifest.ts';

/** How fast a model must be on one thread, in milliseconds. */
export interface SpeedLimits {
  /** Median of one row. */
  readonly oneRowMs: number;
  /** Median of 64 rows together. */
  readonly batchMs: number;
}

const BATCH_ROWS = 64;
/** Rows that are compared with themselves alone. */
const COMPARED_ROWS = 8;

type Run = (inputs: Tensors) => Promise<Tensors>;

/** Something that a model does wrong, told to who made it. */
class ModelFlaw extends Error {}

/** Loads a model and lets it work: what it does wrong, in words; undefined when nothing. May crash or hang: run it apart. */
export const flawOfRuns = async (
  bytes: Uint8Array,
  manifest: Manifest,
  limits: SpeedLimits,
): Promise<string | undefined> => {
  try {
    const model = await openLocalModel(bytes).catch((error: unknown) => {
      throw new ModelFlaw(`model.onnx: can't be loaded: ${firstLine(error)}`);
    });
    const run: Run = async (inputs) => {
      const outputs = await model.run(inputs).catch((error: unknown) => {
        throw new ModelFlaw(`the model failed: ${firstLine(error)}`);
      });
      checkOutputs(manifest, outputs);
      return outputs;
    };
    const difference = await goldenDifference(manifest, run);
    if (difference !== undefined) return difference;
    await runMissing(manifest, run);
    await runRows(manifest, run, limits);
    return undefined;
  } catch (error) {
    if (error instanceof ModelFlaw) return error.message;
    throw error;
  }
};

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);

const checkOutputs = ({ outputs }: Manifest, got: Tensors): void => {
  for (const { name, shape } of outputs) {
    const { dims, data } = got[name] ?? { dims: [], data: new Float32Array() };
    const fits =
      dims.length === shape.length &&
      shape.every((size, axis) => typeof size === 'string' || size < 0 || size === dims[axis]);
    if (!fits) throw new ModelFlaw(`outputs: ${name} must be [${shape.join(', ')}], and [${dims.join(', ')}] came`);
    const at = data instanceof Float32Array ? data.findIndex((value) => !Number.isFinite(value)) : -1;
    if (at >= 0) throw new ModelFlaw(`outputs: ${name} is ${data[at]} at ${at}: outputs must be finite numbers`);
  }
};

/** A row without all that may be missing must not come out as NaN, nor fail. What was never missing in training is there. */
const runMissing = async ({ features, inputs, golden }: Manifest, run: Run): Promise<void> => {
  const sample = golden[0] && goldenTensors(inputs, golden[0].inputs);
  if (features === undefined || inputs.length > 1 || sample === undefined) return;
  const row = rowsOf(inputs, sample, 0, 1);
  features.forEach(({ kind, missing, missingShare }, column) => {
    const data = row.features?.data;
    if (!(data instanceof Float32Array)) return;
    if (kind === 'category') data[column] = -1;
    else if (missing !== undefined && missingShare !== 0) data[column] = Number(missing);
  });
  await run(row).catch((error: unknown) => {
    throw error instanceof ModelFlaw
      ? new ModelFlaw(
          `a row without what may be missing: ${error.message}; a feature that is never missing has missingShare 0`,
        )
      : error;
  });
};

/** Rows together must come out like each alone, and be fast enough: whose requests are put together is chance. */
const runRows = async (manifest: Manifest, run: Run, { oneRowMs, batchMs }: SpeedLimits): Promise<void> => {
  const { inputs, outputs, golden } = manifest;
  const sample = golden[0];
  if (sample === undefined) return;
  const whole = goldenTensors(inputs, sample.inputs);
  if (!canBatch([...inputs, ...outputs])) {
    await checkSpeed('a run', oneRowMs, () => run(whole));
    return;
  }
  const rows = rowCount(manifest, whole);
  const one = (row: number): Tensors => rowsOf(inputs, whole, row % rows, 1);
  const batch = joinTensors(
    inputs,
    Array.from({ length: BATCH_ROWS }, (_, row) => one(row)),
  );
  const together = await run(batch);
  for (let row = 0; row < Math.min(rows, COMPARED_ROWS); row++) {
    const alone = await run(one(row));
    for (const name of Object.keys(sample.outputs)) {
      const [a, b] = [alone[name], rowsOf(outputs, together, row, 1)[name]].map((tensor) =>
        Array.from(tensor?.data ?? [], Number),
      );
      if (
        !a?.every(
          (value, at) => Math.abs(value - (b?.[at] ?? Number.NaN)) <= sample.tolerance * Math.max(1, Math.abs(value)),
        )
      )
        throw new ModelFlaw(
          `outputs: ${name} of a row among ${BATCH_ROWS} differs from the row alone: rows must not depend on each other`,
        );
    }
  }
  await checkSpeed('one row', oneRowMs, () => run(one(0)));
  await checkSpeed(`${BATCH_ROWS} rows`, batchMs, () => run(batch));
};

const rowCount = ({ inputs }: Manifest, tensors: Tensors): number => {
  const first = inputs[0];
  return (first && tensors[first.name]?.dims[first.shape.indexOf('batch')]) ?? 1;
};

/** A fast one is measured often, a slow one three times. */
const checkSpeed = async (what: string, limitMs: number, run: () => Promise<unknown>): Promise<void> => {
  const times: number[] = [];
  const until = performance.now() + 1_000;
  while (times.length < 20 && (times.length < 3 || performance.now() < until)) {
    const startedAt = performance.now();
    await run();
    times.push(performance.now() - startedAt);
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  if (median > limitMs)
    throw new ModelFlaw(
      `${what} took ${median.toFixed(0)} ms on one thread, and ${limitMs} ms is the limit: make it smaller`,
    );
};
