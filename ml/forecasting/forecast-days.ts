import { LEVELS } from './conformal.ts';
import { dateOf } from './day-number.ts';
import type { DemandLedger } from './demand-ledger.ts';
import { FARTHEST_HORIZON } from './demand-row.ts';
import { seasonalNaive } from './seasonal-naive.ts';
import type { SubjectAt } from './subject-at.ts';

/** A day as the event `demand.forecasted.v1` tells it: people or parties. */
interface DayForecast {
  readonly date: string;
  readonly mean: number;
  readonly lower80: number;
  readonly upper80: number;
  readonly lower95: number;
  readonly upper95: number;
}

/** LEVELS and the mean of one day, in people or parties. */
export interface DayQuantiles {
  readonly quantiles: readonly number[];
  readonly mean: number;
}

/**
 * The days after the origin as they can come out: in order, none below 0, nobody on a day without a departure, nobody beyond the
 * seats (but those who are booked already).
 */
export const forecastDays = ({ ledger, origin }: SubjectAt, days: readonly DayQuantiles[]): DayForecast[] => {
  const planned = plannedUntil(ledger, origin);
  return days.map(({ quantiles, mean }, index) => {
    const day = origin + index + 1;
    const most = mostOn(ledger, day, origin, planned);
    const [lower95 = 0, lower80 = 0, , upper80 = 0, upper95 = 0] = [...quantiles]
      .sort((a, b) => a - b)
      .map((value) => Math.min(most, Math.max(0, value)));
    return {
      date: dateOf(day),
      mean: Math.min(upper80, Math.max(lower80, mean)),
      lower80,
      upper80,
      lower95,
      upper95,
    };
  });
};

/** The last day ahead that has departures; those after it may only not be planned so far. */
const plannedUntil = (ledger: DemandLedger, origin: number): number => {
  for (let day = origin + FARTHEST_HORIZON; day > origin; day--)
    if (ledger.known('departures', day, origin) > 0) return day;
  return origin;
};

const mostOn = (ledger: DemandLedger, day: number, origin: number, planned: number): number => {
  if (day > planned) return Number.POSITIVE_INFINITY;
  if (ledger.known('departures', day, origin) > 0 && ledger.known('unlimited', day, origin) > 0)
    return Number.POSITIVE_INFINITY;
  return Math.max(ledger.known('capacity', day, origin), ledger.known('booked', day, origin));
};

/** Fewest weeks that tell how much weeks differ. */
const FEWEST_DIFFERENCES = 28;

/**
 * The documented fallback: the last same weekday again, with the differences between days and those a week before as its error,
 * wider with the square root of the weeks ahead.
 */
export const seasonalNaiveDays = ({ values }: SubjectAt): readonly DayQuantiles[] => {
  const differences = values.subarray(7).map((value, at) => value - (values[at] ?? 0));
  const errors = differences.length < FEWEST_DIFFERENCES ? undefined : differences.sort();
  return Array.from({ length: FARTHEST_HORIZON }, (_, index) => {
    const mean = values.length < 7 ? (values.at(-1) ?? 0) : seasonalNaive(values, index + 1);
    const weeks = Math.sqrt(Math.ceil((index + 1) / 7));
    const quantiles = LEVELS.map((level) => {
      if (level === 0.5) return mean;
      const error = errors?.[Math.round(level * (errors.length - 1))] ?? (level < 0.5 ? -1 : 1) * (mean + 1);
      return mean + weeks * (level < 0.5 ? Math.min(0, error) : Math.max(0, error));
    });
    return { mean, quantiles };
  });
};
