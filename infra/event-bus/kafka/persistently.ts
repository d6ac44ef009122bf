import { setTimeout as pause } from 'node:timers/promises';

const TRIES = 100;
const PAUSE_MS = 100;

/**
 * Does `work` again while Kafka says that it will pass: a leader is being chosen, a coordinator is loading, a topic is not known
 * everywhere yet. kafkajs does so for some requests only.
 * @throws what `work` throws otherwise, or after 10 s
 */
export const persistently = async <R>(work: () => Promise<R>): Promise<R> => {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !failuresOf(error).some(passes)) throw error;
      await pause(PAUSE_MS);
    }
  }
};

/** What happened to each of the things asked for: kafkajs gathers it in an AggregateError of its own. */
export const failuresOf = (error: unknown): readonly unknown[] =>
  error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors : [error];

/** By its shape: what kafkajs exports of its errors, Node can't see in a module of CommonJS. */
const passes = (failure: unknown): boolean =>
  failure instanceof Error &&
  'type' in failure &&
  (failure.type === 'TOPIC_ALREADY_EXISTS' || ('retriable' in failure && failure.retriable === true));
