import { z } from 'zod';
import { modelName, modelVersion } from '../../contracts/models/model-name.ts';
import type { Principal } from '../../contracts/policy.ts';
import { defineRoute, type Refusal, type Route, refuse } from '../../infra/http/route.ts';
import { encodeRows, type FeatureRow } from '../../ml/features/encode-rows.ts';
import type { Manifest } from '../../ml/registry/manifest.ts';
import {
  InvalidTensorError,
  type ModelClient,
  ModelUnavailableError,
  PredictionTimeoutError,
  type TensorData,
  type Tensors,
  UnknownModelError,
} from '../../ml/serving/model-client.ts';
import { callerOf } from '../reading/caller.ts';

const MOST_ROWS = 1_000;
const DEADLINE_MS = 5_000;

const featureRow = z
  .record(z.string().max(100), z.union([z.number(), z.string().max(500), z.null()]))
  .describe('Values by the names of the features in the model’s manifest; null or left out: missing.');

const predictionRequest = z.strictObject({
  rows: z.array(featureRow).min(1).max(MOST_ROWS),
  version: modelVersion.optional().describe('Default: the live version, or the canary for its share of keys.'),
  key: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('Whom it is about: the same key always goes to the same side of a canary. Default: the caller.'),
});

const predictionAnswer = z.object({
  model: z.string(),
  version: z.string(),
  stage: z.enum(['live', 'canary', 'asked-for']),
  outputs: z
    .record(z.string(), z.array(z.array(z.number().nullable())))
    .describe('Of each output one array a row; null: not a finite number.'),
});

/** Predictions of any model that takes rows of features. */
export const predictRoute = (models: ModelClient): Route =>
  defineRoute({
    method: 'post',
    path: '/v1/models/:name/predictions',
    operationId: 'predict',
    summary: 'Ask a model',
    description: `At most ${MOST_ROWS} rows. Nothing is stored; what the platform itself predicts is found under predictions.`,
    tag: 'Models',
    action: 'predictions:read',
    params: z.object({ name: modelName }),
    query: z.strictObject({}),
    body: predictionRequest,
    responses: { 200: { description: 'What the model says', schema: predictionAnswer } },
    errors: ['NOT_FOUND', 'INVALID_FEATURES', 'MODEL_UNAVAILABLE', 'PREDICTION_TIMEOUT'],
    handle: async ({ params, body, context }) => {
      const caller = callerOf(context);
      try {
        const { model, version, stage, outputs } = await models.predict({
          tenant: caller.tenant,
          model: params.name,
          ...(body.version === undefined ? {} : { version: body.version }),
          inputsFor: (manifest) => ({ features: encodeRows(featuresOf(manifest, body.rows), body.rows) }),
          key: keyOf(caller, body.key),
          priority: 'interactive',
          deadlineMs: DEADLINE_MS,
        });
        return { body: { model, version, stage, outputs: asRows(outputs) } };
      } catch (error) {
        return refusalOf(error);
      }
    },
  });

const keyOf = ({ tenant, actor }: Principal, key: string | undefined): string => `${tenant}:${key ?? actor}`;

/** @throws InvalidTensorError where the model takes no rows, or a row has what it does not know: most likely a slip */
const featuresOf = ({ name, version, features }: Manifest, rows: readonly FeatureRow[]) => {
  if (features === undefined) throw new InvalidTensorError(`${name} ${version} takes no rows of features`);
  const known = new Set(features.map((feature) => feature.name));
  for (const [at, row] of rows.entries()) {
    const unknown = Object.keys(row).find((feature) => !known.has(feature));
    if (unknown !== undefined)
      throw new InvalidTensorError(`${name} ${version} has no feature ${unknown}, which is in row ${at}`);
  }
  return features;
};

const asRows = (outputs: Tensors): z.infer<typeof predictionAnswer>['outputs'] =>
  Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, rowsOf(tensor)]));

const rowsOf = ({ dims, data }: TensorData): (number | null)[][] => {
  const rows = dims[0] ?? 1;
  const width = data.length / rows;
  const values = Array.from<number | bigint, number | null>(data, (value) => {
    const number = Number(value);
    return Number.isFinite(number) ? number : null;
  });
  return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
};

const refusalOf = (error: unknown): Refusal => {
  if (error instanceof InvalidTensorError) return refuse('INVALID_FEATURES', error.message, 'rows');
  if (error instanceof UnknownModelError) return refuse('NOT_FOUND', error.message);
  if (error instanceof ModelUnavailableError) return refuse('MODEL_UNAVAILABLE', error.message);
  if (error instanceof PredictionTimeoutError) return refuse('PREDICTION_TIMEOUT', error.message);
  throw error;
};
