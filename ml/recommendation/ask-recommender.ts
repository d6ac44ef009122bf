import { hash } from 'node:crypto';
import type { PredictorContext } from '../predicting/predictor.ts';
import {
  InvalidTensorError,
  ModelUnavailableError,
  PredictionTimeoutError,
  type Tensors,
} from '../serving/model-client.ts';
import { listsOf } from './recommendation-hold-out.ts';
import { constantsOf, type IndexedConstants, type ListAsked, recommenderTensors } from './recommender-inputs.ts';

const DEADLINE_MS = 60_000;

/** What the model says of some histories. */
export interface RecommenderAnswer {
  readonly version: string;
  readonly constants: IndexedConstants;
  /** SHA-256 of the tensors. */
  readonly inputsHash: string;
  /** Score of each product by index, for each history. */
  readonly scores: readonly Float32Array[];
  /** Indices of the best products that are not excluded, best first, for each history. */
  readonly top: readonly (readonly number[])[];
}

/**
 * Asks the model in force for lists.
 * @returns undefined while no version can answer
 * @throws OverloadedError
 */
export const askRecommender = async (
  { models, onWarning }: PredictorContext,
  {
    tenant,
    key,
    asked,
    recent,
  }: {
    readonly tenant: string;
    /** Whose list it is: decides on the side of a canary. */
    readonly key: string;
    readonly asked: readonly ListAsked[];
    readonly recent: ReadonlyMap<string, number>;
  },
): Promise<RecommenderAnswer | undefined> => {
  try {
    const { manifest, outputs, version } = await models.predict({
      tenant,
      model: 'recommendation',
      key: `${tenant}:${key}`,
      priority: 'backfill',
      deadlineMs: DEADLINE_MS,
      inputsFor: (given) => recommenderTensors(constantsOf(given), asked, recent),
    });
    const constants = constantsOf(manifest);
    const size = constants.products.length;
    const scores = outputs.scores?.data;
    if (!(scores instanceof Float32Array)) throw new InvalidTensorError('the model recommendation gives no scores');
    return {
      version,
      constants,
      inputsHash: hashOf(recommenderTensors(constants, asked, recent)),
      scores: asked.map((_one, row) => scores.subarray(row * size, (row + 1) * size)),
      top: listsOf(outputs.top_items, outputs.top_scores),
    };
  } catch (error) {
    if (error instanceof InvalidTensorError)
      onWarning(`the model recommendation of ${tenant} is not as it must be`, error);
    else if (!(error instanceof ModelUnavailableError || error instanceof PredictionTimeoutError)) throw error;
    return undefined;
  }
};

const hashOf = (tensors: Tensors): string => {
  const bytes = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return hash('sha256', Buffer.concat(bytes), 'hex');
};
