import type { Engine } from './engine.ts';
import { mongodb } from './mongodb.ts';
import { redis } from './redis.ts';

/** Every engine that a distributed platform runs on. */
export const allEngines: readonly Engine[] = [mongodb, redis];
