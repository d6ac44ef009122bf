import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { openLocalModel } from '../../../ml/onnx/run-model.ts';
import { FEATURES, randomRows } from './tree-model.ts';

/** A thread that does nothing but run a model on one batch, over and over: what there is to be had from it. */
const { file } = workerData as { readonly file: string };
const model = await openLocalModel(readFileSync(file));

/** Answers how many rows it ran in how many milliseconds, and how long each run took. */
parentPort?.on('message', async ({ rows, ms }: { readonly rows: number; readonly ms: number }) => {
  const inputs = { features: { type: 'float32' as const, dims: [rows, FEATURES], data: randomRows(rows) } };
  const times: number[] = [];
  const startedAt = performance.now();
  let now = startedAt;
  while (now - startedAt < ms) {
    await model.run(inputs);
    const after = performance.now();
    times.push(after - now);
    now = after;
  }
  parentPort?.postMessage({ rows: times.length * rows, ms: now - startedAt, times });
});
parentPort?.postMessage('up');
