import { z } from 'zod';

const judged = {
  tenant: z.string(),
  model: z.string(),
  /** Null: a fallback answered. */
  version: z.string().nullable(),
  fallback: z.string().nullable(),
  /** Local date of travel or arrival; of churn the last day of the horizon. A day that is to come is not judged yet. */
  day: z.string(),
};

/**
 * What became of the chances that a version told, in sums over one day. Losses are in millionths, as whole numbers, so that coarser
 * sums are exact.
 */
export const chanceQualityCell = z.object({
  ...judged,
  outcomes: z.int(),
  /** In which it happened: cancelled or not come, or nothing bought. */
  positives: z.int(),
  probabilityMicro: z.int(),
  /** Negative log-likelihood, in nats. */
  logLossMicro: z.int(),
  /** Squared difference of chance and outcome (Brier 1950). */
  squaredErrorMicro: z.int(),
  /** That were marked as at risk, and those of them in which it happened. */
  flagged: z.int(),
  flaggedPositives: z.int(),
});
export type ChanceQualityCell = z.infer<typeof chanceQualityCell>;

/** Chances are counted in so many bins of equal width: for the area under the ROC curve and for reliability. */
export const CHANCE_BINS = 50;

/** How many chances of a bin there were on a day, and in how many of them it happened. */
export const chanceBinCell = z.object({
  ...judged,
  /** From 0 to CHANCE_BINS - 1. */
  bin: z.int(),
  outcomes: z.int(),
  positives: z.int(),
});
export type ChanceBinCell = z.infer<typeof chanceBinCell>;

/** Forecasts are compared with what came so many days after the last that they had seen. */
export const FORECAST_LEADS = [1, 7, 28] as const;

/** What was once said of a day. */
export interface MadeForecast {
  readonly date: string;
  readonly lead: number;
  readonly mean: number;
  readonly lower80: number;
  readonly upper80: number;
  readonly lower95: number;
  readonly upper95: number;
  readonly model: string;
  readonly version: string | null;
  readonly fallback: string | null;
}

/** The forecasts of one product or hotel, at the leads that are compared. */
export interface ForecastsMade {
  readonly tenant: string;
  readonly subjectKind: 'product' | 'hotel';
  readonly subjectId: string;
  /** The last day that the latest of them had seen. */
  readonly asOf: string;
  readonly forecasts: readonly MadeForecast[];
}
