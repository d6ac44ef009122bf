import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { openLocalModel } from '../../../ml/onnx/run-model.ts';
import { FEATURES, randomRows } from './tree-model.ts';

/** A thread that does nothing but run a model on one batch, over and over: what there is to be had from it. */
const { file } = workerData as { readonly file: string };
const model = await openLocalModel(readFileSync(file));

/** Answers how many rows a second it ran. */
parentPort?.on('message', async ({ rows, ms }: { readonly rows: number; readonly ms: number }) => {
  const inputs = { features: { type: 'float32' as const, dims: [rows, FEATURES], data: randomRows(rows) } };
  const startedAt = performance.now();
  let runs = 0;
  for (; performance.now() - startedAt < ms; runs++) await model.run(inputs);
  parentPort?.postMessage({ perSecond: ((runs * rows) / (performance.now() - startedAt)) * 1_000 });
});
parentPort?.postMessage('up');
