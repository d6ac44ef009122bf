import { z } from 'zod';
import { type PredictionView, predictionKind } from '../../contracts/views/prediction.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { seesEveryBooking } from '../bookings/visible-bookings.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import {
  betweenInstants,
  flag,
  inOrder,
  instantOrDate,
  severalOf,
  sortBy,
  sortOf,
  word,
} from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { predictionAnswer, toPredictionAnswer } from './prediction-answer.ts';

export const PREDICTIONS = 'predictions';
const listPath = '/v1/predictions';
const TAG = 'Predictions';

const predictionQuery = inOrder(
  z.strictObject({
    kind: severalOf(predictionKind).optional(),
    subject: word.optional().describe('Booking, stay, product, hotel, departure, night or customer.'),
    model: severalOf(word).optional(),
    atRisk: flag.optional().describe('Of scores of churn and cancellation.'),
    from: instantOrDate.optional().describe('Predicted since.'),
    to: instantOrDate.optional().describe('Predicted until. A date includes its whole UTC day.'),
    sort: sortBy(['predictedAt']).default('-predictedAt'),
    ...pageParameters,
  }),
  'from',
  'to',
);

export const predictionRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: listPath,
    operationId: 'listPredictions',
    summary: 'List the latest predictions',
    description:
      'One for each subject: who said it (`model`, `version`), or what stood in for the model (`fallback`), from which inputs, and why.',
    tag: TAG,
    action: 'predictions:read',
    query: predictionQuery,
    responses: { 200: { description: 'A page of predictions', schema: pageOf(predictionAnswer) } },
    handle: ({ query, context }) =>
      readViews(deps, [PREDICTIONS], context, () => {
        const caller = callerOf(context);
        return pageReply(
          { path: listPath, query, context },
          () =>
            deps.documents.find<PredictionView>(deps.liveViews.collection(PREDICTIONS), {
              filter: where({
                tenant: caller.tenant,
                kind: query.kind,
                subject: query.subject,
                // Who asks for a customer by name would learn what is hidden.
                subjectKind: query.subject === undefined || seesEveryBooking(caller) ? undefined : { $ne: 'customer' },
                model: query.model,
                'payload.atRisk': query.atRisk,
                predictedAt: betweenInstants(query.from, query.to),
              }),
              sort: [sortOf(query.sort)],
              ...pageAsked(query),
            }),
          (prediction) => toPredictionAnswer(caller, prediction),
        );
      }),
  }),
  defineRoute({
    method: 'get',
    path: `${listPath}/:id`,
    operationId: 'getPrediction',
    summary: 'Get the latest prediction of a subject',
    tag: TAG,
    action: 'predictions:read',
    params: z.object({ id: z.string().min(1).max(500).describe('`<kind>.<tenant>.<subject>`') }),
    query: z.strictObject({}),
    responses: { 200: { description: 'The prediction', schema: predictionAnswer } },
    errors: ['NOT_FOUND'],
    handle: ({ params, context }) =>
      readViews(deps, [PREDICTIONS], context, async () => {
        const caller = callerOf(context);
        const found = await deps.documents.get<PredictionView>(deps.liveViews.collection(PREDICTIONS), params.id);
        return found?.tenant === caller.tenant && (found.subjectKind !== 'customer' || seesEveryBooking(caller))
          ? { body: found }
          : refuse('NOT_FOUND', `there is no prediction ${params.id}`);
      }),
  }),
];
