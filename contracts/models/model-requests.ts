import { z } from 'zod';
import { modelEvents } from '../events/models.ts';
import { STAGES } from '../views/model.ts';

/** Why it is done, for the audit. */
const reason = z.string().min(1).max(500).optional();

/** The version that the sender believes to be live; null: none. Refused where another is, so that two who promote at once do not undo each other. */
const expectedLive = z.string().max(64).nullable().optional();

/** Brings a version into a stage. */
export const stageBody = z
  .strictObject({
    /** `registered` takes it out of shadow or canary. */
    stage: z.enum(STAGES),
    /** Of a canary: the share of the keys that it answers for, more than 0 and less than 1. */
    share: z.number().gt(0).lt(1).optional(),
    expectedLive,
    reason,
    /** Makes live what was found worse than the live version. */
    force: z.boolean().optional(),
  })
  .refine(({ stage, share }) => (stage === 'canary') === (share !== undefined), {
    path: ['share'],
    error: 'A canary needs its share of the traffic, and no other stage takes one',
  });
export type StageBody = z.infer<typeof stageBody>;

/** Takes the live version back to the one before. */
export const rollbackBody = z.strictObject({ expectedLive, reason });

/** What the operator wants done by itself. */
export const ruleBody = modelEvents['model.rule-set.v1'].omit({ name: true }).strict();
