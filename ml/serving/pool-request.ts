import type { Prediction, Tensors } from './model-client.ts';
import type { ServedVersion } from './model-stages.ts';
import type { Waiting } from './request-queue.ts';

/** For whom a version is asked: the stage of an answer, or beside one. */
export type ServedStage = Prediction['stage'] | 'shadow';

export interface PoolRequest extends Pick<Waiting, 'version' | 'inputs' | 'rows' | 'priority'> {
  /** By performance.now(). */
  readonly deadline: number;
  readonly tenant: string;
  readonly stage: ServedStage;
}

export interface PoolAnswer {
  readonly outputs: Tensors;
  readonly queueMs: number;
  readonly runMs: number;
  readonly batchRows: number;
}

/**
 * How a request ended. Of the version's making: `failed` (its run did), `killed` (it killed the process or hung), `slow` (its run
 * alone took more than half of the time there was). Of the pool's: `late`, `refused` (it was away, or the version barred) and
 * `overloaded`.
 */
export type Outcome = 'answered' | 'failed' | 'killed' | 'slow' | 'late' | 'refused' | 'overloaded';

export interface PoolObserver {
  /** A batch has run. @param queueMs how long its first request had waited */
  readonly onBatch: (version: ServedVersion, rows: number, runMs: number, queueMs: number) => void;
  /** `count` requests like this one have ended so. */
  readonly onRequests: (request: PoolRequest, outcome: Outcome, count: number) => void;
}
