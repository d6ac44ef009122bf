import { z } from 'zod';
import { modelComparison, modelEvents } from '../events/models.ts';

export const STAGES = ['registered', 'shadow', 'canary', 'live', 'retired'] as const;
export type Stage = (typeof STAGES)[number];

/** A model of a tenant with all its versions, as its events tell it: the decider's state, the view, and what the pool serves by. */
export const modelView = z.object({
  /** `<tenant>:<name>`. */
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  task: z.string(),
  versions: z.array(
    z.object({
      version: z.string(),
      stage: z.enum(STAGES),
      hash: z.string(),
      bytes: z.int(),
      metrics: z.record(z.string(), z.number()),
      comparison: modelComparison.nullable(),
      source: z.string(),
      registeredAt: z.string(),
    }),
  ),
  live: z.string().nullable(),
  /** What was live before, the latest last: where a roll-back goes. */
  history: z.array(z.string()),
  canary: z.object({ version: z.string(), share: z.number() }).nullable(),
  shadows: z.array(z.string()),
  rule: modelEvents['model.rule-set.v1'].omit({ name: true }),
  updatedAt: z.string(),
});
export type ModelView = z.infer<typeof modelView>;

/** The id of a model's stream and view. */
export const modelIdOf = (tenant: string, name: string): string => `${tenant}:${name}`;
