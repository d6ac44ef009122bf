import { z } from 'zod';
import { addDays } from '../../contracts/local-date.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute } from '../../infra/http/route.ts';
import { chanceQuality, outcomesViewOf, readChanceQuality } from '../../ml/drift/chance-quality.ts';
import { driftFinding, driftFindingsOf } from '../../ml/drift/drift-findings.ts';
import { forecastQuality, readForecastQuality } from '../../ml/drift/forecast-quality.ts';
import { callerOf } from '../reading/caller.ts';
import { date, inOrder, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const DEFAULT_DAYS = 28;
const DEMAND = 'demand';
const FORECAST_VIEWS = ['forecasts-made', 'stay-analytics', 'booking-analytics'];

const qualityAnswer = z.object({
  model: z.string(),
  from: z.string().describe('First local date of the outcomes.'),
  to: z.string().describe('Last local date of the outcomes.'),
  chances: z.array(chanceQuality).describe('Of churn and cancellation: by version, or by the fallback that answered.'),
  forecasts: z.array(forecastQuality).describe('Of demand: by version and lead.'),
  drift: z
    .array(driftFinding.omit({ tenant: true, model: true }))
    .describe('What the last look found, for each feature (population stability index) and metric.'),
});

const qualityQuery = inOrder(
  z.strictObject({
    from: date.optional().describe('First day of travel, arrival or the end of a horizon. Default: 28 days ago.'),
    to: date.optional().describe('Last day; only days that have passed are judged. Default: yesterday.'),
  }),
  'from',
  'to',
);

export const modelQualityRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/models/:name/quality',
    operationId: 'getModelQuality',
    summary: 'How good a model was, as outcomes have come',
    description:
      'Predictions beside what became of them, also where it was told late, and how far the inputs have moved from training.',
    tag: 'Models',
    action: 'models:read',
    params: z.object({ name: word }),
    query: qualityQuery,
    responses: { 200: { description: 'Quality by version', schema: qualityAnswer } },
    handle: ({ params: { name }, query, context }) => {
      const { documents, liveViews } = deps;
      const { tenant } = callerOf(context);
      const yesterday = addDays(deps.clock().slice(0, 10), -1);
      const to = query.to === undefined || query.to > yesterday ? yesterday : query.to;
      const from = query.from ?? addDays(to, 1 - DEFAULT_DAYS);
      const view = outcomesViewOf(name);
      const views = [...(view === undefined ? [] : [view]), ...(name === DEMAND ? FORECAST_VIEWS : [])];
      return readViews(deps, views.length === 0 ? ['predictions'] : views, context, async () => {
        const period = { tenant, from, to };
        const chances = view === undefined ? [] : await readChanceQuality(documents, liveViews, view, period);
        const forecasts = name === DEMAND ? await readForecastQuality(documents, liveViews, period) : [];
        const findings = await driftFindingsOf(documents, tenant, name);
        const drift = findings.map(({ tenant: _, model: __, ...finding }) => finding);
        return { body: { model: name, from, to, chances, forecasts, drift } };
      });
    },
  });
