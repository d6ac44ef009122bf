import { hash } from 'node:crypto';
import type { PredictionReason } from '../../contracts/events/predictions.ts';
import type { FeatureRow } from '../features/encode-rows.ts';
import type { PredictorContext } from '../predicting/predictor.ts';
import { scoreWithReasons } from '../predicting/reasons.ts';
import { InvalidTensorError, ModelUnavailableError, PredictionTimeoutError } from '../serving/model-client.ts';

const DEADLINE_MS = 60_000;
/** Where a manifest tells no threshold. */
const EVEN = 0.5;

/** What an event says of a chance, as far as it is the same for all of them. */
export interface ScoredChance {
  readonly probability: number;
  readonly threshold: number;
  readonly atRisk: boolean;
  readonly model: string;
  readonly version: string | null;
  readonly fallback: string | null;
  readonly inputsHash: string;
  readonly reasons: PredictionReason[];
}

export interface ChanceQuestion {
  readonly tenant: string;
  /** Name of the model. */
  readonly model: string;
  readonly subject: string;
  readonly row: FeatureRow;
  /** What is told where no version can answer: how often it happened to others. */
  readonly baseRate: () => Promise<number>;
}

const logOdds = (chance: number): number => {
  const inside = Math.min(1 - 1e-7, Math.max(1e-7, chance));
  return Math.log(inside / (1 - inside));
};

/**
 * The chance of a row by the model in force, with reasons in log-odds. While none can answer it is the base rate, which marks
 * nobody as at risk: it knows nothing of this one.
 * @throws OverloadedError; what `baseRate` throws
 */
export const scoreChance = async (
  { models, onWarning }: PredictorContext,
  { tenant, model, subject, row, baseRate }: ChanceQuestion,
): Promise<ScoredChance> => {
  try {
    const { score, reasons, inputsHash, version, manifest } = await scoreWithReasons(models, {
      tenant,
      model,
      key: `${tenant}:${subject}`,
      row,
      output: 'probability',
      unlink: logOdds,
      priority: 'backfill',
      deadlineMs: DEADLINE_MS,
    });
    const told = manifest.preprocessing.threshold;
    const threshold = typeof told === 'number' ? told : EVEN;
    const probability = Math.min(1, Math.max(0, score));
    const atRisk = probability >= threshold;
    return { probability, threshold, atRisk, model, version, fallback: null, inputsHash, reasons: [...reasons] };
  } catch (error) {
    if (error instanceof InvalidTensorError)
      onWarning(`the model ${model} of ${tenant} does not take its features`, error);
    else if (!(error instanceof ModelUnavailableError || error instanceof PredictionTimeoutError)) throw error;
    return {
      probability: await baseRate(),
      threshold: EVEN,
      atRisk: false,
      model,
      version: null,
      fallback: 'base-rate',
      inputsHash: hash('sha256', JSON.stringify(row), 'hex'),
      reasons: [],
    };
  }
};

/** How often something happened, as a chance for the next: Laplace's rule of succession, so that nothing seen is even odds. */
export const rateOf = (happened: number, of: number): number => (happened + 1) / (of + 2);

/** A function that is called once, at its first use. */
export const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
