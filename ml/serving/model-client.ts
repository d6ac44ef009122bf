import type { ElementType, Manifest } from '../registry/manifest.ts';

/** A dense tensor, row by row. */
export interface TensorData {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Tensors by name. */
export type Tensors = Readonly<Record<string, TensorData>>;

export interface PredictRequest {
  readonly tenant: string;
  /** Name of the model in the registry. */
  readonly model: string;
  /** Undefined: the live version, or the canary for its share of keys. */
  readonly version?: string;
  /**
   * The tensors, by the names of the manifest, for the version that answers; called again for each shadow, whose features may
   * be others. The first axis is the batch: rows of one request stay together. What it throws is thrown to the caller.
   * `directory` is the version's folder, for models that have more in it than their manifest: a tokenizer.
   */
  readonly inputsFor: (manifest: Manifest, directory: string) => Tensors;
  /** How many of the first rows are asked about as they are; those behind them are variations that explain. Default: all. */
  readonly observed?: number;
  /** Whose prediction it is (tenant and subject): the same key always goes to the same side of a canary. */
  readonly key: string;
  /** Interactive requests go before backfill, always. */
  readonly priority: 'interactive' | 'backfill';
  /** From the call; what still waits then is cancelled, what runs is let end and its answer thrown away. */
  readonly deadlineMs: number;
}

export interface Prediction {
  readonly model: string;
  readonly version: string;
  readonly stage: 'live' | 'canary' | 'asked-for';
  /** Of the version that answered: its features, its constants. */
  readonly manifest: Manifest;
  readonly outputs: Tensors;
  readonly queueMs: number;
  readonly runMs: number;
  /** Rows that ran together. */
  readonly batchRows: number;
}

/** No version can answer now: none is live, the pool is away or its circuit is open. Callers take their fallback and say so. */
export class ModelUnavailableError extends Error {
  override readonly name = 'ModelUnavailableError';
}

/** There is no model of that name, or no such version of it. */
export class UnknownModelError extends ModelUnavailableError {}

/** The deadline passed before the answer. */
export class PredictionTimeoutError extends Error {
  override readonly name = 'PredictionTimeoutError';
}

/** A tensor that the model does not take; the message names input, what was expected and what came. */
export class InvalidTensorError extends Error {
  override readonly name = 'InvalidTensorError';
}

/** What the rest of the platform sees of the pool: in its own process, behind batches, deadlines and a circuit breaker. */
export interface ModelClient {
  /** @throws ModelUnavailableError, PredictionTimeoutError, InvalidTensorError; OverloadedError when its queue is full. */
  predict(request: PredictRequest): Promise<Prediction>;
  /** Ends by draining: nothing is cut off in the middle of a run. */
  close(): Promise<void>;
}
