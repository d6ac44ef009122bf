import { z } from 'zod';
import { addDays } from '../../contracts/local-date.ts';
import type { AnalyticsCell } from '../../contracts/views/analytics.ts';
import type { ForecastsMade, MadeForecast } from '../../contracts/views/model-quality.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { QualityPeriod, QualityViews } from './quality-views.ts';

/** The naive forecast repeats the same weekday of the last week that was known. */
const WEEK = 7;
const LONGEST_BACK = 35;

/** How good the forecasts of one version, or of a fallback, were over a period, at one lead. */
export const forecastQuality = z.object({
  version: z.string().nullable(),
  fallback: z.string().nullable(),
  lead: z.int().describe('Days from the last that was known to the day forecast.'),
  outcomes: z.int().describe('Days of subjects that were compared.'),
  actual: z.number().describe('Sum of what came.'),
  meanAbsoluteError: z.number(),
  bias: z.number().describe('Mean of forecast minus what came.'),
  weightedError: z.number().nullable().describe('Sum of absolute errors over the sum of what came (WAPE).'),
  ofNaive: z.number().nullable().describe('Mean absolute error over that of repeating the last known same weekday.'),
  coverage80: z.number().describe('Share of days within the 80 % interval.'),
  coverage95: z.number(),
});
export type ForecastQuality = z.infer<typeof forecastQuality>;

interface Compared extends MadeForecast {
  readonly actual: number;
  readonly naive: number;
}

/**
 * Forecasts of the days of a period beside what came, by version and lead. What came is read as it is known now, so a late cancellation
 * or a correction counts as soon as it is told.
 */
export const readForecastQuality = async (
  documents: Documents,
  views: QualityViews,
  { tenant, from, to }: QualityPeriod,
): Promise<readonly ForecastQuality[]> => {
  const { items } = await documents.find<ForecastsMade>(views.collection('forecasts-made'), { filter: { tenant } });
  const groups = new Map<string, Compared[]>();
  if (items.length === 0) return [];
  const came = await whatCame(documents, views, { tenant, from: addDays(from, -LONGEST_BACK), to });
  for (const { subjectKind, subjectId, forecasts } of items) {
    const on = (day: string): number => came.get(`${subjectKind} ${subjectId} ${day}`) ?? 0;
    for (const forecast of forecasts) {
      const { date, lead, version, fallback } = forecast;
      if (date < from || date > to) continue;
      const naive = on(addDays(date, -WEEK * Math.ceil(lead / WEEK)));
      const key = JSON.stringify([version, fallback, lead]);
      groups.set(key, [...(groups.get(key) ?? []), { ...forecast, actual: on(date), naive }]);
    }
  }
  return [...groups.values()].flatMap(qualityOf).sort((a, b) => a.lead - b.lead);
};

/** Parties that arrived at hotels and people on products, by `<kind> <id> <day>`. */
const whatCame = async (
  documents: Documents,
  views: QualityViews,
  { tenant, from, to }: QualityPeriod,
): Promise<ReadonlyMap<string, number>> => {
  const filter = { tenant, period: { $gte: from, $lte: to } };
  const [stays, bookings] = await Promise.all(
    ['stay-analytics', 'booking-analytics'].map((view) =>
      documents.find<AnalyticsCell>(views.rollup(view, 'daily'), { filter }),
    ),
  );
  const came = new Map<string, number>();
  for (const { source, subjectId, period, arrivals, guests } of [...(stays?.items ?? []), ...(bookings?.items ?? [])]) {
    const [kind, count] = source === 'stays' ? ['hotel', arrivals] : ['product', guests];
    const key = `${kind} ${subjectId} ${period}`;
    came.set(key, (came.get(key) ?? 0) + count);
  }
  return came;
};

const qualityOf = (compared: readonly Compared[]): readonly ForecastQuality[] => {
  const [first] = compared;
  if (first === undefined) return [];
  const mean = (of: (one: Compared) => number): number =>
    compared.reduce((total, one) => total + of(one), 0) / compared.length;
  const error = mean(({ mean: said, actual }) => Math.abs(said - actual));
  const naive = mean((one) => Math.abs(one.naive - one.actual));
  const actual = mean((one) => one.actual);
  const within = (low: (one: Compared) => number, high: (one: Compared) => number): number =>
    mean((one) => (one.actual >= low(one) && one.actual <= high(one) ? 1 : 0));
  return [
    {
      version: first.version,
      fallback: first.fallback,
      lead: first.lead,
      outcomes: compared.length,
      actual: actual * compared.length,
      meanAbsoluteError: error,
      bias: mean((one) => one.mean - one.actual),
      weightedError: actual === 0 ? null : error / actual,
      ofNaive: naive === 0 ? null : error / naive,
      coverage80: within(
        (one) => one.lower80,
        (one) => one.upper80,
      ),
      coverage95: within(
        (one) => one.lower95,
        (one) => one.upper95,
      ),
    },
  ];
};
