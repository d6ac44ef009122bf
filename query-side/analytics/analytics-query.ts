import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import { where } from '../reading/filters.ts';
import { between, severalOf, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { type Aggregated, Aggregation } from './aggregate.ts';
import { dimension } from './figures.ts';
import { dateOrMonth, isWholeMonths, type Period, periodOf } from './period.ts';

/** What can be asked of the analytics cube. */
export const analyticsQuery = z.strictObject({
  source: z
    .enum(['stays', 'bookings'])
    .describe('`stays`: hotel stays by arrival; `bookings`: tours by date of travel.'),
  from: dateOrMonth.optional().describe('First local date, or a month: from its first day.'),
  to: dateOrMonth.optional().describe('Last local date, or a month: to its last day.'),
  by: severalOf(dimension, 'Dimensions of a row.')
    .transform((given) => [...new Set(given)])
    .default(['month']),
  subject: severalOf(word, 'Hotel or product ids.').optional(),
  channel: severalOf(word).optional(),
  country: severalOf(word, 'ISO 3166 codes, or `unknown`.').optional(),
});
export type AnalyticsQuery = z.infer<typeof analyticsQuery>;

/** The view that holds a source's cells. */
export const viewOf = ({ source }: Pick<AnalyticsQuery, 'source'>): string =>
  source === 'stays' ? 'stay-analytics' : 'booking-analytics';

/** Monthly cells where they tell the same: whole months, and nobody asks for days. In two years of two hotels they are a sixth of the daily ones. */
export const rollupOf = (query: Pick<AnalyticsQuery, 'by'>, period: Period): 'daily' | 'monthly' =>
  !query.by.includes('day') && isWholeMonths(period) ? 'monthly' : 'daily';

/** Answers of the cube to questions of one tenant. */
export interface AnalyticsReader {
  /**
   * Reads no more rows than `maxRows`.
   * @throws TooManyRowsError
   */
  read(tenant: string, query: AnalyticsQuery, maxRows: number): Promise<Aggregated>;
}

const KEPT_ANSWERS = 50;
/** Longer answers are not kept: they are rare, and heavy. */
const KEPT_ROWS = 1_000;

/**
 * Reads the cells of a period by their index and adds them up. The last answers are kept: one holds as long as its view
 * has not moved, so a dashboard that many look at is added up once; those who ask at the same time share one reading.
 */
export const analyticsReader = ({
  documents,
  liveViews,
}: Pick<QueryDeps, 'documents' | 'liveViews'>): AnalyticsReader => {
  const answers = new LRUCache<string, Promise<Aggregated>>({ max: KEPT_ANSWERS });
  return {
    read: async (tenant, query, maxRows) => {
      const period = periodOf(query.from, query.to);
      const rollup = rollupOf(query, period);
      const collection = liveViews.rollup(viewOf(query), rollup);
      const key = JSON.stringify([collection, liveViews.reached(viewOf(query)), tenant, maxRows, query]);
      const known = answers.get(key);
      if (known !== undefined) return known;
      const reading = aggregate(documents, collection, tenant, query, cellPeriod(period, rollup), maxRows);
      answers.set(key, reading);
      try {
        const answer = await reading;
        if (answer.rows.length > KEPT_ROWS) answers.delete(key);
        return answer;
      } catch (error) {
        answers.delete(key);
        throw error;
      }
    },
  };
};

const aggregate = async (
  documents: QueryDeps['documents'],
  collection: string,
  tenant: string,
  query: AnalyticsQuery,
  period: Period,
  maxRows: number,
): Promise<Aggregated> => {
  const aggregation = new Aggregation(query.by, maxRows);
  const filter = where({
    tenant,
    period: between(period.from, period.to),
    subjectId: query.subject,
    channel: query.channel,
    country: query.country,
  });
  for await (const cells of everyPage<AnalyticsCell>(documents, collection, { filter, sort: [['period', 1]] }))
    aggregation.add(cells);
  return aggregation.result();
};

const cellPeriod = ({ from, to }: Period, rollup: 'daily' | 'monthly'): Period =>
  rollup === 'daily' ? { from, to } : { from: from?.slice(0, 7), to: to?.slice(0, 7) };
