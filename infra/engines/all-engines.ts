import { elasticsearch } from './elasticsearch/elasticsearch.ts';
import type { Engine } from './engine.ts';
import { eventStore } from './event-store.ts';
import { kafka } from './kafka/kafka.ts';
import { mongodb } from './mongodb.ts';
import { redis } from './redis.ts';

/** Every engine that a distributed platform runs on. */
export const allEngines: readonly Engine[] = [eventStore, kafka, mongodb, elasticsearch, redis];
