import { z } from 'zod';
import { type PredictionView, predictionIdOf, predictionView } from '../../contracts/views/prediction.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { date, inOrder, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { PREDICTIONS } from './predictions.ts';

const [demand] = predictionView.options;
const { subjectKind, subjectId, asOf, days } = demand.shape.payload.shape;
const { model, version, fallback, inputsHash, reasons, predictedAt } = demand.shape;

const demandAnswer = z.object({
  subjectKind,
  subjectId,
  asOf,
  days: days.describe('People of a product, parties that arrive at a hotel; with the 80 % and the 95 % interval.'),
  model,
  version,
  fallback,
  inputsHash,
  reasons,
  predictedAt,
});

const demandQuery = inOrder(
  z.strictObject({
    from: date.optional().describe('First local date.'),
    to: date.optional().describe('Last local date.'),
  }),
  'from',
  'to',
);

export const demandRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/demand/:subjectId',
    operationId: 'getDemand',
    summary: 'Get the demand forecast of a product or hotel',
    tag: 'Predictions',
    action: 'predictions:read',
    params: z.object({ subjectId: word.describe('Product or hotel.') }),
    query: demandQuery,
    responses: { 200: { description: 'The latest forecast', schema: demandAnswer } },
    errors: ['NOT_FOUND'],
    handle: ({ params, query, context }) =>
      readViews(deps, [PREDICTIONS], context, async () => {
        const { tenant } = callerOf(context);
        const id = predictionIdOf('demand', tenant, params.subjectId);
        const found = await deps.documents.get<PredictionView>(deps.liveViews.collection(PREDICTIONS), id);
        if (found?.kind !== 'demand' || found.tenant !== tenant)
          return refuse('NOT_FOUND', `there is no forecast for ${params.subjectId}`);
        const { from = '', to = '9999-12-31' } = query;
        const days = found.payload.days.filter((day) => day.date >= from && day.date <= to);
        const { model, version, fallback, inputsHash, reasons, predictedAt } = found;
        return { body: { ...found.payload, days, model, version, fallback, inputsHash, reasons, predictedAt } };
      }),
  });
