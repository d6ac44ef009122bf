// Threads on Node 20 do not take the TypeScript loader of their process, so each registers it itself.
import { register } from 'tsx/esm/api';

register();
const { default: work } = await import('./model-worker.ts');
export default work;
