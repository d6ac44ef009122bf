// Workers on Node 20 do not take the TypeScript loader from `--import tsx`, so a thread registers it itself.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
