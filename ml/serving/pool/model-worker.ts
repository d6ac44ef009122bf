import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { InferenceSession } from 'onnxruntime-node';
import { Piscina } from 'piscina';
import { dataOf, tensorOf } from '../../onnx/run-model.ts';
import { goldenDifference } from '../golden-samples.ts';
import type { Tensors } from '../model-client.ts';
import type { PoolModel, PoolSettings, RunMessage, WarmMessage, WorkerAnswer } from './pool-messages.ts';
import { runRecorder } from './run-record.ts';

const { sessions: mostSessions } = Piscina.workerData as PoolSettings;
const recorder = runRecorder(threadId);

/** Sessions by folder. One is released between two runs: a worker does one thing at a time. */
const sessions = new LRUCache<string, InferenceSession>({
  max: mostSessions,
  dispose: (session) => void session.release().catch(() => undefined),
});

/**
 * One thread a session: workers run beside each other, and threads inside a run only take turns with them. Rows a second of
 * 300 trees on two cores that others used too, one worker of 1 thread, one of 2, two of 1: 1 row a run 9,480, 5,079 and 8,039;
 * 32 rows 38,397, 37,624 and 47,988; 256 rows 21,867, 16,249 and 21,103; 4,096 rows 32,296, 20,708 and 29,551.
 */
const load = async ({ directory, number }: PoolModel): Promise<InferenceSession> => {
  const known = sessions.get(directory);
  if (known !== undefined) return known;
  const session = await recorder.during(number, () =>
    InferenceSession.create(join(directory, 'model.onnx'), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Fatal alone: what else it has to say comes as an error.
      logSeverityLevel: 4,
    }),
  );
  sessions.set(directory, session);
  return session;
};

const run = async (model: PoolModel, inputs: Tensors): Promise<{ outputs: Tensors; runMs: number }> => {
  const session = await load(model);
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, tensorOf(tensor)]));
  const startedAt = performance.now();
  const results = await recorder.during(model.number, () => session.run(feeds));
  const runMs = performance.now() - startedAt;
  const outputs = Object.entries(results).map(([name, tensor]) => [name, dataOf(name, tensor)] as const);
  return { outputs: Object.fromEntries(outputs), runMs };
};

/** Runs a batch, or warms a model up: Piscina calls it with one task at a time. */
export default async (
  task: 'are you up?' | Pick<RunMessage, 'model' | 'inputs'> | Pick<WarmMessage, 'model' | 'samples'>,
): Promise<WorkerAnswer> => {
  if (task === 'are you up?') return { warmedThread: threadId, difference: undefined };
  if ('inputs' in task) return handedOver(await run(task.model, task.inputs));
  await load(task.model);
  const difference = await goldenDifference(task.samples, async (inputs) => (await run(task.model, inputs)).outputs);
  return { warmedThread: threadId, difference };
};

/** The outputs are nobody else's: their memory goes to the main thread without a copy. */
const handedOver = (answer: { outputs: Tensors; runMs: number }): WorkerAnswer =>
  Piscina.move({
    [Piscina.transferableSymbol]: Object.values(answer.outputs).map(({ data }) => data.buffer),
    [Piscina.valueSymbol]: answer,
  } as unknown as ArrayBuffer) as unknown as WorkerAnswer; // Piscina unwraps it; its types know single buffers only
