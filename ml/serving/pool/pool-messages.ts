import type { Manifest } from '../../registry/manifest.ts';
import type { Tensors } from '../model-client.ts';

/** A model as the pool needs to know it. */
export interface PoolModel {
  /** Folder of `model.onnx`, and the model's identity: its content never changes. */
  readonly directory: string;
  /** Number under which the record of runs names it. */
  readonly number: number;
}

/** A batch to be run by whichever worker is free first. */
export interface RunMessage {
  readonly kind: 'run';
  readonly id: number;
  readonly model: PoolModel;
  readonly priority: 'interactive' | 'backfill';
  readonly inputs: Tensors;
}

/** A model to be loaded in every worker, which then gives what its golden samples say. */
export interface WarmMessage {
  readonly kind: 'warm';
  readonly id: number;
  readonly model: PoolModel;
  readonly samples: Pick<Manifest, 'inputs' | 'outputs' | 'golden'>;
}

export type ToPool = RunMessage | WarmMessage;

/** What the process answers. `failed` is of the model, in words: the process itself goes on. */
export type FromPool =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ran'; readonly id: number; readonly outputs: Tensors; readonly runMs: number }
  | { readonly kind: 'warmed'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };

/** What the process is started with, as its first argument in JSON. */
export interface PoolSettings {
  readonly workers: number;
  readonly sessions: number;
}

/** What a worker answers to a batch, and to a warm-up. */
export type WorkerAnswer =
  | { readonly outputs: Tensors; readonly runMs: number }
  | { readonly warmedThread: number; readonly difference: string | undefined };
