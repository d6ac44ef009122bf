import { LEVELS } from './conformal.ts';

/** A day that was forecast, and what came. In people or parties. */
export interface ForecastDay {
  readonly actual: number;
  /** Of LEVELS. */
  readonly quantiles: readonly number[];
  /** What came on the last same weekday that was known. */
  readonly naive: number;
  /** Mean absolute difference to the same weekday of the week before over the past: what MASE divides by. */
  readonly naiveError: number;
}

/** Accuracy and calibration over days that were held out. */
interface ForecastMetrics {
  /** Mean absolute error of the median over that of the seasonal naive forecast in the past (MASE with season 7, Hyndman, Koehler 2006). */
  readonly mase: number;
  readonly naiveMase: number;
  /** Sum of absolute errors over the sum of demand, in percent. */
  readonly wape: number;
  readonly naiveWape: number;
  /** Shares of the days inside the intervals of 80 % and 95 %. */
  readonly coverage80: number;
  readonly coverage95: number;
}

const at = (level: (typeof LEVELS)[number]): number => LEVELS.indexOf(level);

export const forecastMetrics = (days: readonly ForecastDay[]): ForecastMetrics => {
  const mean = (of: (day: ForecastDay) => number): number =>
    days.reduce((sum, day) => sum + of(day), 0) / Math.max(1, days.length);
  const demand = mean(({ actual }) => actual);
  const error = ({ actual, quantiles }: ForecastDay): number => Math.abs(actual - (quantiles[at(0.5)] ?? 0));
  const naiveError = ({ actual, naive }: ForecastDay): number => Math.abs(actual - naive);
  const scaled = (of: (day: ForecastDay) => number) => (day: ForecastDay) =>
    day.naiveError === 0 ? 0 : of(day) / day.naiveError;
  const inside = (lower: (typeof LEVELS)[number], upper: (typeof LEVELS)[number]): number =>
    mean(({ actual, quantiles }) =>
      actual >= (quantiles[at(lower)] ?? 0) && actual <= (quantiles[at(upper)] ?? 0) ? 1 : 0,
    );
  const percent = (of: (day: ForecastDay) => number): number => (demand === 0 ? 0 : (100 * mean(of)) / demand);
  return {
    mase: mean(scaled(error)),
    naiveMase: mean(scaled(naiveError)),
    wape: percent(error),
    naiveWape: percent(naiveError),
    coverage80: inside(0.1, 0.9),
    coverage95: inside(0.025, 0.975),
  };
};
