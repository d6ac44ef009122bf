import { hash } from 'node:crypto';
import type { PredictionReason } from '../../contracts/events/predictions.ts';
import { encodeRows, type FeatureRow } from '../features/encode-rows.ts';
import type { Manifest } from '../registry/manifest.ts';
import { InvalidTensorError, type ModelClient, type TensorData, type Tensors } from '../serving/model-client.ts';
import { type Occlusions, occlusionsOf, reasonsOf } from './occlusions.ts';

/** A model's answer to one row, and why. */
export interface ReasonedScore {
  readonly score: number;
  readonly reasons: readonly PredictionReason[];
  /** SHA-256 of the row as the model got it. */
  readonly inputsHash: string;
  readonly version: string;
  readonly manifest: Manifest;
}

export interface ReasonedRequest {
  readonly tenant: string;
  /** Name of the model: it takes one tensor of rows of features. */
  readonly model: string;
  readonly key: string;
  readonly row: FeatureRow;
  /** The output that is the score: one number a row. */
  readonly output: string;
  /** From the score to the unit of contributions, the inverse of the model's link: log-odds of a chance. Default: as it is. */
  readonly unlink?: (score: number) => number;
  readonly priority: 'interactive' | 'backfill';
  readonly deadlineMs: number;
}

/**
 * Scores a row together with its occlusions, in one request of the pool.
 * @throws what ModelClient.predict throws; InvalidTensorError of a model that takes no single tensor of features, or gives no such output
 */
export const scoreWithReasons = async (models: ModelClient, request: ReasonedRequest): Promise<ReasonedScore> => {
  const { tenant, model, key, row, output, unlink = (score) => score, priority, deadlineMs } = request;
  const prediction = await models.predict({
    tenant,
    model,
    key,
    priority,
    deadlineMs,
    observed: 1,
    inputsFor: (manifest) => inputsOf(manifest, row).tensors,
  });
  const { manifest, version } = prediction;
  const { occlusions, tensor } = inputsOf(manifest, row);
  const scores = Array.from({ length: occlusions.rows.length }, (_, at) =>
    Number(prediction.outputs[output]?.data[at]),
  );
  const [score] = scores;
  if (score === undefined || !Number.isFinite(score))
    throw new InvalidTensorError(`the model ${model} ${version} gave no number as ${output}`);
  return {
    score,
    reasons: reasonsOf(occlusions, scores.map(unlink)),
    inputsHash: hash('sha256', Buffer.from(tensor.data.buffer, 0, 4 * (manifest.features?.length ?? 0)), 'hex'),
    version,
    manifest,
  };
};

const inputsOf = (
  { name, inputs, features }: Manifest,
  row: FeatureRow,
): { readonly occlusions: Occlusions; readonly tensor: TensorData; readonly tensors: Tensors } => {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0 || features === undefined)
    throw new InvalidTensorError(`the model ${name} must take one tensor of rows of features`);
  const occlusions = occlusionsOf(features, row);
  const tensor = encodeRows(features, occlusions.rows);
  return { occlusions, tensor, tensors: { [input.name]: tensor } };
};
