import { z } from 'zod';
import { modelName } from '../../contracts/models/model-name.ts';
import { defineRoute, type Route, refuse } from '../../infra/http/route.ts';
import { principalOf } from '../handling/meta-of.ts';

/** What trains models, wherever that is. */
export interface TrainingRequests {
  /** Names of the models that the platform trains. */
  readonly names: readonly string[];
  /** Has a company's model trained as soon as there is room. Asking again while it waits or runs changes nothing. */
  request(training: { readonly tenant: string; readonly name: string; readonly reason: string }): Promise<void>;
}

/** The route that asks for a training. How far it is, the query API tells. */
export const trainingRoute = ({ names, request }: TrainingRequests): Route =>
  defineRoute({
    method: 'post',
    path: '/v1/models/:name/trainings',
    operationId: 'trainModel',
    summary: 'Train a model from the company’s events',
    description:
      'It is done in the background: `GET /v1/models/{name}/training` tells how far it is. The new version is registered, compared with the live one on what neither has seen, and goes live where the rule says so.',
    tag: 'Models',
    action: 'models:write',
    params: z.object({ name: modelName }),
    body: z.strictObject({}).optional(),
    responses: { 202: { description: 'It will be trained', schema: z.object({ name: modelName }) } },
    errors: ['NOT_FOUND'],
    handle: async ({ params: { name }, context }) => {
      const { tenant, actor } = principalOf(context);
      if (!names.includes(name))
        return refuse('NOT_FOUND', `there is no trainer of ${name}; there are ${names.join(', ')}`);
      await request({ tenant, name, reason: `asked for by ${actor}` });
      return { body: { name } };
    },
  });
