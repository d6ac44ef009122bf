import { Worker } from 'node:worker_threads';

/** Starts a thread that runs a TypeScript module, with `data` (and the module's own URL as `module`) as its workerData. */
export const spawnThread = (module: URL, data: object): Worker =>
  new Worker(new URL('./start-thread.mjs', import.meta.url), {
    execArgv: [],
    workerData: { ...data, module: module.href },
  });
