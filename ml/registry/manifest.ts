import { z } from 'zod';
import { modelComparison } from '../../contracts/events/models.ts';
import { modelName, modelVersion } from '../../contracts/models/model-name.ts';

/** What a model is for. Each task has one model in force at a time; its consumer knows its inputs and outputs by name. */
export const TASKS = ['demand-forecast', 'price', 'recommendation', 'churn', 'cancellation', 'text-embedding'] as const;
export type Task = (typeof TASKS)[number];

export const ELEMENT_TYPES = ['float32', 'int64'] as const;
export type ElementType = (typeof ELEMENT_TYPES)[number];

/** One column of a row of features, in the order of the tensor. */
export const feature = z.strictObject({
  name: z.string().min(1).max(100),
  kind: z.enum(['number', 'category']),
  /** `days`, `minor units of EUR`, `persons`, `1` for a plain number. */
  unit: z.string().max(50),
  /** Of a category: its values; the tensor holds the index. A value that is not listed is sent as -1. */
  categories: z.array(z.string()).min(1).max(10_000).optional(),
  /** What a missing number is sent as; `NaN` to a model that knows what that is. Absent: a missing value is refused. */
  missing: z.union([z.number(), z.literal('NaN')]).optional(),
  /** Quantiles 0.1 to 0.9 over the training data (of a category: shares of its values): what drift is measured against. */
  reference: z.array(z.number()).optional(),
  /** Of a number: in what share of the training data it was missing. Absent: drift does not look at missing values. */
  missingShare: z.number().min(0).max(1).optional(),
});
export type Feature = z.infer<typeof feature>;

export const tensorSpec = z.strictObject({
  name: z.string().min(1).max(100),
  type: z.enum(ELEMENT_TYPES),
  /** `batch` is the axis along which requests are put together; -1 any length, the same for all requests of a batch. */
  shape: z
    .array(z.union([z.literal('batch'), z.literal(-1), z.number().int().positive()]))
    .min(1)
    .max(4),
});
export type TensorSpec = z.infer<typeof tensorSpec>;

const goldenTensor = z.strictObject({
  dims: z.array(z.number().int().nonnegative()).min(1),
  /** NaN, a missing value, is null in the file: JSON has no other way, and writes it so by itself. */
  data: z.array(z.union([z.number(), z.nan(), z.null().transform(() => Number.NaN)])),
});

/** `manifest.json` beside `model.onnx`: what the platform has to know of a model before it trusts it with traffic. */
export const manifest = z.strictObject({
  name: modelName,
  version: modelVersion,
  task: z.enum(TASKS),
  description: z.string().max(2_000).default(''),
  inputs: z.array(tensorSpec).min(1).max(16),
  outputs: z.array(tensorSpec).min(1).max(16),
  /** Columns of the input `features`; absent for models that take no rows of features. */
  features: z.array(feature).min(1).max(2_000).optional(),
  /** Constants of the consumer: item ids of a recommender, thresholds, calibration, residual quantiles, decay, … */
  preprocessing: z.record(z.string(), z.unknown()).default({}),
  training: z.strictObject({
    rows: z.number().int().nonnegative(),
    /** Local dates, the first and the last that it has seen. */
    from: z.iso.date(),
    until: z.iso.date(),
    /** SHA-256 of the training set. */
    hash: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits'),
    trainer: z.string().max(200),
  }),
  metrics: z.record(z.string(), z.number()),
  /** Against the version that was live when it was trained. */
  comparison: modelComparison.optional(),
  /** Run on arrival and before a version takes traffic. */
  golden: z
    .array(
      z.strictObject({
        inputs: z.record(z.string(), goldenTensor),
        outputs: z.record(z.string(), goldenTensor),
        tolerance: z.number().positive().max(0.1),
      }),
    )
    .min(1)
    .max(50),
  /** SPDX identifier, or the licence's name. */
  licence: z.string().min(1).max(100),
  /** Other files of the folder that belong to the model (`tokenizer.json`) with their SHA-256. */
  files: z.record(z.string(), z.string()).default({}),
});
export type Manifest = z.infer<typeof manifest>;
