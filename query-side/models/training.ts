import { z } from 'zod';
import { modelName } from '../../contracts/models/model-name.ts';
import { modelIdOf } from '../../contracts/views/model.ts';
import { defineRoute, type Route } from '../../infra/http/route.ts';
import type { Job, Jobs } from '../../infra/jobs/jobs.ts';
import { TRAINING_QUEUE } from '../../ml/training/training-queue.ts';
import { callerOf } from '../reading/caller.ts';

const trainingStatus = z.object({
  name: modelName,
  state: z
    .enum(['none', 'waiting', 'running', 'failed'])
    .describe('`waiting` is also until the next time on schedule; `failed`: all tries did.'),
  progress: z.number().min(0).max(1),
  error: z.string().nullable().describe('Why the last try failed, or what there was too little of.'),
});

/** The route that tells how far a training is. */
export const trainingStatusRoute = (jobs: Pick<Jobs, 'find'>): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/models/:name/training',
    operationId: 'getModelTraining',
    summary: 'Tell how far the training of a model is',
    tag: 'Models',
    action: 'models:read',
    params: z.object({ name: modelName }),
    query: z.strictObject({}),
    responses: { 200: { description: 'Its job', schema: trainingStatus } },
    handle: async ({ params: { name }, context }) => {
      const job = await jobs.find(TRAINING_QUEUE, modelIdOf(callerOf(context).tenant, name));
      const state = job === undefined ? 'none' : job.state === 'dead' ? 'failed' : job.state;
      return { body: { name, state, progress: job?.progress ?? 0, error: job?.error ?? lackingIn(job?.data) } };
    },
  });

const lackingIn = (data: Job['data'] | undefined): string | null =>
  typeof data?.lackingWhat === 'string' ? data.lackingWhat : null;
