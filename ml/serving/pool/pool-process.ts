import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { TensorData, Tensors } from '../model-client.ts';
import type { FromPool, PoolSettings, RunMessage, ToPool, WarmMessage, WorkerAnswer } from './pool-messages.ts';
import { priorityTasks, withPriority } from './priority-tasks.ts';

/**
 * The process in which models run: started by fork, spoken to by messages, ended with its parent. Whatever a model does
 * to it, the platform stands outside.
 */
const settings = JSON.parse(process.argv[2] ?? '') as PoolSettings;

/** Below this a copy costs less than handing over the memory. */
const HAND_OVER_BYTES = 16_384;

type LoadBalancer = NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>['loadBalancer']>;

/** Of the idle workers the one that has rested for longest: a model that is to be warm in all comes to all. */
const inTurn = (): LoadBalancer => {
  const last = new Map<number, number>();
  let turn = 0;
  return (_task, workers) => {
    const [first, ...others] = workers.filter(({ currentUsage }) => currentUsage === 0);
    if (first === undefined) return null;
    const turnOf = (worker: typeof first): number => last.get(worker.id) ?? 0;
    const chosen = others.reduce((best, one) => (turnOf(one) < turnOf(best) ? one : best), first);
    last.set(chosen.id, ++turn);
    return chosen;
  };
};

const piscina = new Piscina<object | 'are you up?', WorkerAnswer>({
  filename: fileURLToPath(new URL('./start-model-worker.mjs', import.meta.url)),
  minThreads: settings.workers,
  maxThreads: settings.workers,
  // A thread that ends while ONNX runs takes the process with it; none ever ends here but with the process.
  idleTimeout: Number.POSITIVE_INFINITY,
  concurrentTasksPerWorker: 1,
  taskQueue: priorityTasks(),
  loadBalancer: inTurn(),
  recordTiming: false,
  workerHistogram: false,
  execArgv: [],
  workerData: settings,
});

const answer = (message: FromPool): void => {
  // The channel may have closed meanwhile: then nobody wants the answer.
  if (process.connected) process.send?.(message);
};

/** Messages share the memory that they were read into, so only a copy can be handed over. */
const ownMemory = (inputs: Tensors): { readonly inputs: Tensors; readonly transferList: ArrayBuffer[] } => {
  const transferList: ArrayBuffer[] = [];
  const own = (tensor: TensorData): TensorData => {
    const data = tensor.data.slice();
    if (data.byteLength >= HAND_OVER_BYTES) transferList.push(data.buffer as ArrayBuffer); // of a copy: never shared
    return { ...tensor, data };
  };
  return { inputs: Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, own(one)])), transferList };
};

const run = async ({ id, model, priority, inputs }: RunMessage): Promise<FromPool> => {
  const { inputs: owned, transferList } = ownMemory(inputs);
  const ran = await piscina.run(withPriority({ model, inputs: owned }, priority), { transferList });
  return 'outputs' in ran ? { kind: 'ran', id, ...ran } : { kind: 'failed', id, reason: 'a warm-up was answered' };
};

/** One worker after the other, so that the others go on with what there is to do. */
const warm = async ({ id, model, samples }: WarmMessage): Promise<FromPool> => {
  const warmed = new Set<number>();
  while (warmed.size < settings.workers) {
    const before = warmed.size;
    const done = await piscina.run(withPriority({ model, samples }, 'warm-up'));
    if (!('warmedThread' in done)) continue;
    if (done.difference !== undefined) return { kind: 'failed', id, reason: done.difference };
    warmed.add(done.warmedThread);
    // The same worker again: the others are in long runs.
    if (warmed.size === before) await pause(5);
  }
  return { kind: 'warmed', id };
};

process.on('message', (message: ToPool) => {
  const work = message.kind === 'run' ? run(message) : warm(message);
  work.then(answer, (error: unknown) =>
    answer({ kind: 'failed', id: message.id, reason: error instanceof Error ? error.message : String(error) }),
  );
});
// The parent is dead. SIGKILL, because an exit would end threads one by one, maybe in a run.
const end = (): void => void process.kill(process.pid, 'SIGKILL');
process.on('disconnect', end);
if (!process.connected) end();
// Ctrl-C reaches every process of a terminal; the parent decides when this one ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Threads take longer to come up than the process.
await Promise.all(Array.from({ length: settings.workers }, () => piscina.run('are you up?')));
answer({ kind: 'ready' });
