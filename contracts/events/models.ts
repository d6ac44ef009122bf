import { z } from 'zod';
import type { EventOf } from './define.ts';

const name = z.string();
const version = z.string();

/** How a version did beside the live one on rows that neither was trained on (paired bootstrap over rows). */
export const modelComparison = z.object({
  /** The version that was live then. */
  with: version,
  /** Mean loss of the live version less its own: positive is better. */
  gain: z.number(),
  /** 95 % interval of the gain. */
  lower: z.number(),
  upper: z.number(),
  rows: z.int(),
  verdict: z.enum(['better', 'not-worse', 'worse']),
});
export type ModelComparison = z.infer<typeof modelComparison>;

/** What happened to a tenant's models. A stream is one model by its name: who promotes which version is decided there. */
export const modelEvents = {
  /** A version's folder was taken in: it is whole, its golden samples came out right, and it may be given traffic. */
  'model.version-registered.v1': z.object({
    name,
    version,
    task: z.string(),
    /** SHA-256 of `model.onnx`. */
    hash: z.string(),
    bytes: z.int(),
    metrics: z.record(z.string(), z.number()),
    /** Null: none was live, or it was trained elsewhere. What is `worse` than the live version is promoted by force only. */
    comparison: modelComparison.nullable(),
    /** `upload`, `folder`, or the job that trained it. */
    source: z.string(),
  }),
  /** It was looked at and not taken in; `problems` tell what to change. */
  'model.version-refused.v1': z.object({ name, version, problems: z.array(z.string()), source: z.string() }),
  /** It scores beside the live version; nobody sees its answers. */
  'model.shadow-started.v1': z.object({ name, version }),
  'model.shadow-ended.v1': z.object({ name, version }),
  /** It answers for a share of the keys, by a stable hash. */
  'model.canary-started.v1': z.object({ name, version, share: z.number().gt(0).lt(1) }),
  'model.canary-ended.v1': z.object({ name, version, reason: z.string() }),
  /** It is live. */
  'model.promoted.v1': z.object({ name, version, previous: version.nullable(), reason: z.string() }),
  /** The live version was taken back to the one before; `to` null: to the fallback. */
  'model.rolled-back.v1': z.object({ name, from: version, to: version.nullable(), reason: z.string() }),
  'model.retired.v1': z.object({ name, version }),
  /** Inputs or outcomes have moved away from what the version was trained on. */
  'model.drift-detected.v1': z.object({
    name,
    version,
    kind: z.enum(['data', 'performance']),
    /** The feature, or the metric. */
    of: z.string(),
    /** PSI of the feature, or the metric's value now. */
    value: z.number(),
    limit: z.number(),
    /** Rows or outcomes that were looked at. */
    observations: z.int(),
  }),
  /** What the operator wants done by itself. */
  'model.rule-set.v1': z.object({
    name,
    /** Null: only when somebody asks, or on drift. */
    retrainEveryDays: z.int().positive().nullable(),
    retrainOnDrift: z.boolean(),
    /** A newly trained version goes live when it is not worse than the live one. */
    promoteWhenNotWorse: z.boolean(),
    /** Rolls back when the share of failed predictions passes this. */
    maxErrorRate: z.number().min(0).max(1),
    /** Rolls back, where there is a version before, when the live one does worse on outcomes than its limit; ends a canary that does. */
    rollBackOnDrift: z.boolean(),
  }),
};
export type ModelEvent = EventOf<typeof modelEvents>;
