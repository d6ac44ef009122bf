import { z } from 'zod';
import type { Refusal, Reply, RequestContext, Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { preferences } from '../reading/preferences.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { type Aggregated, TooManyRowsError } from './aggregate.ts';
import { type AnalyticsQuery, analyticsQuery, analyticsReader, viewOf } from './analytics-query.ts';
import { analyticsRow, dimension, figures } from './figures.ts';
import { periodOf } from './period.ts';
import { rowsAsCsv } from './rows-as-csv.ts';
import { withProductNames } from './subject-names.ts';

const MAX_JSON_ROWS = 20_000;
const MAX_CSV_ROWS = 100_000;

type RowsOf = (query: AnalyticsQuery, context: RequestContext, maxRows: number) => Promise<Aggregated>;

const analyticsAnswer = z.object({
  source: z.enum(['stays', 'bookings']),
  from: z.string().nullable().describe('First local date; null: open.'),
  to: z.string().nullable().describe('Last local date; null: open.'),
  by: z.array(dimension),
  rows: z.array(analyticsRow),
  totals: z.array(figures).describe('One for each currency.'),
});

const about =
  'Rows of the dimensions asked for, one for each currency. Rates and averages are made of the sums, so that coarser rows agree with finer ones.';

export const analyticsRoutes = (deps: QueryDeps): readonly Route[] => {
  const reader = analyticsReader(deps);
  const rowsOf: RowsOf = async (query, context, maxRows) => {
    const { tenant } = callerOf(context);
    const { rows, totals } = await reader.read(tenant, query, maxRows);
    return { rows: query.source === 'bookings' ? await withProductNames(deps, tenant, rows) : rows, totals };
  };
  return [
    defineRoute({
      method: 'get',
      path: '/v1/analytics',
      operationId: 'getAnalytics',
      summary: 'Arrivals, nights, revenue, rates and lead time',
      description: `${about} \`/v1/analytics.csv\`, \`?format=csv\` or \`Accept: text/csv\` gives the same rows as CSV.`,
      tag: 'Analytics',
      action: 'analytics:read',
      query: analyticsQuery.extend({ format: z.enum(['json', 'csv']).optional() }),
      responses: {
        200: {
          description: 'The rows with their totals',
          schema: analyticsAnswer,
          alternatives: { 'text/csv': z.string() },
        },
      },
      handle: ({ query: { format, ...query }, context }) =>
        answer(deps, query, context, () =>
          (format ?? preferredFormat(context)) === 'csv'
            ? csvReply(rowsOf, query, context)
            : jsonReply(rowsOf, query, context),
        ),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/analytics.csv',
      operationId: 'getAnalyticsCsv',
      summary: 'The rows of analytics as CSV',
      description: `${about} RFC 4180, with a header; amounts are decimals of the row's currency.`,
      tag: 'Analytics',
      action: 'analytics:read',
      query: analyticsQuery,
      responses: { 200: { description: 'The rows', schema: z.string(), contentType: 'text/csv' } },
      handle: ({ query, context }) => answer(deps, query, context, () => csvReply(rowsOf, query, context)),
    }),
  ];
};

const answer = async (
  deps: QueryDeps,
  query: AnalyticsQuery,
  context: RequestContext,
  reply: () => Promise<Reply>,
): Promise<Reply | Refusal> => {
  const { from, to } = periodOf(query.from, query.to);
  if (from !== undefined && to !== undefined && to < from)
    return refuse('INVALID_PARAMETER', 'to is before from', 'to');
  try {
    return await readViews(deps, [viewOf(query)], context, reply);
  } catch (error) {
    if (!(error instanceof TooManyRowsError)) throw error;
    const advice = 'ask for fewer dimensions or a shorter period';
    return refuse('INVALID_PARAMETER', `the answer would have ${error.message}: ${advice}`, 'by');
  }
};

const jsonReply = async (rowsOf: RowsOf, query: AnalyticsQuery, context: RequestContext): Promise<Reply> => {
  const { rows, totals } = await rowsOf(query, context, MAX_JSON_ROWS);
  const { from, to } = periodOf(query.from, query.to);
  return {
    body: { source: query.source, from: from ?? null, to: to ?? null, by: query.by, rows, totals },
    headers: { vary: 'Accept' },
  };
};

const csvReply = async (rowsOf: RowsOf, query: AnalyticsQuery, context: RequestContext): Promise<Reply> => {
  const { rows } = await rowsOf(query, context, MAX_CSV_ROWS);
  const { from, to } = periodOf(query.from, query.to);
  const fileName = ['analytics', query.source, from, to].filter((part) => part !== undefined).join('_');
  return {
    body: await rowsAsCsv(rows, query.by),
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${fileName}.csv"`,
      vary: 'Accept',
    },
  };
};

/** JSON unless CSV is named before it. */
const preferredFormat = (context: RequestContext): 'json' | 'csv' =>
  preferences(context.headers.accept).find((type) => type === 'text/csv' || type === 'application/json') === 'text/csv'
    ? 'csv'
    : 'json';
