import { conformal, LEVELS, type PastError } from './conformal.ts';
import { type DailySeries, fitSeasonalTrend } from './seasonal-trend.ts';

/** One day of a forecast in the unit of the series. */
interface LongForecastDay {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly median: number;
  /** Of LEVELS. */
  readonly quantiles: readonly number[];
}

/** Horizons whose errors are told apart, up to so many days. */
const BANDS = [30, 90, 180, Number.POSITIVE_INFINITY];
/** Origins in the past whose forecasts tell the errors, a quarter of a year apart. */
const MOST_ORIGINS = 12;
const DAYS_BETWEEN = 91;
/** Days before the horizon that a series must have at least. */
export const FEWEST_DAYS = 730;

/**
 * Forecasts farther than what is known of now can tell: the seasonal trend that nearer forecasts start from, alone. Its intervals
 * are the errors of the same forecast made at origins in the past (split conformal prediction over rolling origins).
 * @param horizon days ahead
 * @throws RangeError of a series shorter than two years and the horizon
 */
export const longForecast = (series: DailySeries, horizon: number): readonly LongForecastDay[] => {
  const { last, values } = series;
  if (values.length < FEWEST_DAYS + horizon)
    throw new RangeError(
      `a forecast of ${horizon} days needs ${FEWEST_DAYS + horizon} days of history; there are ${values.length}`,
    );
  const trend = fitSeasonalTrend(series);
  const errors = pastErrors(series, horizon);
  return Array.from({ length: horizon }, (_, index) => {
    const ahead = index + 1;
    const band = errors[BANDS.findIndex((upTo) => ahead <= upTo)] ?? [];
    const median = trend.at(last + ahead);
    return {
      day: last + ahead,
      median,
      quantiles: LEVELS.map((level) => (level === 0.5 ? median : median + conformal(band, level))),
    };
  });
};

/** By band, sorted: what came less what was forecast. */
const pastErrors = ({ last, values }: DailySeries, horizon: number): readonly (readonly PastError[])[] => {
  const errors: PastError[][] = BANDS.map(() => []);
  for (let at = 1; at <= MOST_ORIGINS; at++) {
    const known = values.length - DAYS_BETWEEN * at;
    if (known < FEWEST_DAYS) break;
    const origin = last - DAYS_BETWEEN * at;
    const trend = fitSeasonalTrend({ last: origin, values: values.subarray(0, known) });
    for (let ahead = 1; ahead <= Math.min(horizon, DAYS_BETWEEN * at); ahead++) {
      const error = (values[known + ahead - 1] ?? Number.NaN) - trend.at(origin + ahead);
      if (!Number.isNaN(error)) errors[BANDS.findIndex((upTo) => ahead <= upTo)]?.push({ error, weight: 1 });
    }
  }
  return errors.map((some) => some.sort((a, b) => a.error - b.error));
};
