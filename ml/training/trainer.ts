import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { Manifest, Task } from '../registry/manifest.ts';
import type { Tensors } from '../serving/model-client.ts';
import type { ModelCard } from './model-card.ts';

/** A training set as rows and columns, for those who train elsewhere. */
export interface TrainingTable {
  readonly columns: readonly { readonly name: string; readonly kind: 'number' | 'category' | 'text' | 'date' }[];
  /** A row is as long as `columns`; null: missing. */
  readonly rows: Iterable<readonly (string | number | null)[]>;
}

/** Takes the log in its order, once, and keeps what training needs. */
export interface Collector<Data> {
  add(event: RecordedEvent): void;
  finish(): Data;
}

/** What a new version and the live one are compared on. Neither has seen it in training. */
export interface HoldOut {
  readonly rows: number;
  /** Inputs of all rows as that version wants them; undefined when they can't be made from this data. */
  inputsFor(manifest: Manifest): Tensors | undefined;
  /** Loss of each row, smaller is better, in the unit that the card names. */
  lossOf(outputs: Tensors, manifest: Manifest): Float64Array;
}

/** A model that was trained, before anybody trusts it. */
export interface TrainedModel {
  readonly onnx: Uint8Array;
  readonly manifest: Manifest;
  /** Further files of the folder by name; their hashes are in the manifest. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly card: ModelCard;
  readonly holdOut: HoldOut;
}

export interface TrainOptions {
  /** Semantic version that the manifest gets. */
  readonly version: string;
  /** The same data and seed give the same bytes. Default 1. */
  readonly seed?: number;
  /** From 0 to 1. */
  readonly onProgress?: (part: number) => void;
}

/** The data do not suffice to train on; the message tells what is missing and how much there is. */
export class TooLittleDataError extends Error {
  override readonly name = 'TooLittleDataError';
}

/** How the platform trains one of its models from its own events. Runs in a process of its own, so it may take the processor. */
export interface Trainer<Data = unknown> {
  /** Name of the model. */
  readonly name: string;
  readonly task: Task;
  /** Event types that the collector wants. */
  readonly handles: readonly string[];
  /**
   * @param scope events are one tenant's, and none happened (`time`) after `asOf`, an ISO 8601 UTC instant: what a collector
   *   has not been given it can't leak. Within a stream events come in order; across streams in the order of the log, which
   *   for imported history may not be that of `time`.
   */
  collector(scope: { readonly tenant: string; readonly asOf: string }): Collector<Data>;
  table(data: Data): TrainingTable;
  /** @throws TooLittleDataError */
  train(data: Data, options: TrainOptions): TrainedModel | Promise<TrainedModel>;
}
