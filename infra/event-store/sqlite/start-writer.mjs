// Workers on Node 20 do not take the TypeScript loader from `--import tsx`, so the thread registers it itself.
import { register } from 'tsx/esm/api';

register();
await import('./writer.ts');
