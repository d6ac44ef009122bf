import { z } from 'zod';
import { CHANCE_BINS, type ChanceBinCell, type ChanceQualityCell } from '../../contracts/views/model-quality.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { QualityPeriod, QualityViews } from './quality-views.ts';

const RELIABILITY_BINS = 10;

/** How good the chances of one version, or of a fallback, were over a period. */
export const chanceQuality = z.object({
  version: z.string().nullable(),
  fallback: z.string().nullable(),
  outcomes: z.int(),
  rate: z.number().describe('Share in which it happened.'),
  meanProbability: z.number(),
  logLoss: z.number().describe('Mean, in nats.'),
  brier: z.number(),
  auc: z.number().nullable().describe('Area under the ROC curve, of 50 bins. Null while only one outcome was seen.'),
  flagged: z.int().describe('Marked as at risk.'),
  flaggedRate: z.number().nullable().describe('Share of those in which it happened.'),
  reliability: z.array(
    z.object({
      from: z.number(),
      to: z.number(),
      outcomes: z.int(),
      rate: z.number().describe('Share that happened.'),
    }),
  ),
});
export type ChanceQuality = z.infer<typeof chanceQuality>;

const VIEWS: Readonly<Record<string, string>> = {
  cancellation: 'cancellation-outcomes',
  churn: 'churn-outcomes',
};

/** The view that holds the chances of a model against what became of them; undefined for models of other kinds. */
export const outcomesViewOf = (model: string): string | undefined => VIEWS[model];

/** Quality by version over the days of a period that have passed. */
export const readChanceQuality = async (
  documents: Documents,
  views: QualityViews,
  view: string,
  { tenant, from, to }: QualityPeriod,
): Promise<readonly ChanceQuality[]> => {
  const filter = { tenant, day: { $gte: from, $lte: to } };
  const [daily, bins] = await Promise.all([
    documents.find<ChanceQualityCell>(views.rollup(view, 'daily'), { filter }),
    documents.find<ChanceBinCell>(views.rollup(view, 'bins'), { filter }),
  ]);
  const answered = new Map(daily.items.map((cell) => [whoOf(cell), cell]));
  return [...answered].map(([who, { version, fallback }]) => ({
    version,
    fallback,
    ...lossesOf(daily.items.filter((cell) => whoOf(cell) === who)),
    ...rankingOf(bins.items.filter((cell) => whoOf(cell) === who)),
  }));
};

const whoOf = ({ version, fallback }: Pick<ChanceQualityCell, 'version' | 'fallback'>): string =>
  JSON.stringify([version, fallback]);

const lossesOf = (cells: readonly ChanceQualityCell[]) => {
  const sum = (of: (cell: ChanceQualityCell) => number): number => cells.reduce((total, cell) => total + of(cell), 0);
  const outcomes = sum((cell) => cell.outcomes);
  const flagged = sum((cell) => cell.flagged);
  return {
    outcomes,
    rate: sum((cell) => cell.positives) / outcomes,
    meanProbability: sum((cell) => cell.probabilityMicro) / 1e6 / outcomes,
    logLoss: sum((cell) => cell.logLossMicro) / 1e6 / outcomes,
    brier: sum((cell) => cell.squaredErrorMicro) / 1e6 / outcomes,
    flagged,
    flaggedRate: flagged === 0 ? null : sum((cell) => cell.flaggedPositives) / flagged,
  };
};

const rankingOf = (cells: readonly ChanceBinCell[]): Pick<ChanceQuality, 'auc' | 'reliability'> => {
  const positives = new Array<number>(CHANCE_BINS).fill(0);
  const negatives = new Array<number>(CHANCE_BINS).fill(0);
  for (const cell of cells) {
    positives[cell.bin] = (positives[cell.bin] ?? 0) + cell.positives;
    negatives[cell.bin] = (negatives[cell.bin] ?? 0) + cell.outcomes - cell.positives;
  }
  return { auc: binnedAuc(positives, negatives), reliability: reliabilityOf(positives, negatives) };
};

/** Chances of one bin count as ties, half (Mann-Whitney). */
const binnedAuc = (positives: readonly number[], negatives: readonly number[]): number | null => {
  let below = 0;
  let won = 0;
  let total = 0;
  positives.forEach((count, bin) => {
    const ties = negatives[bin] ?? 0;
    won += count * (below + ties / 2);
    below += ties;
    total += count;
  });
  return total === 0 || below === 0 ? null : won / (total * below);
};

const reliabilityOf = (positives: readonly number[], negatives: readonly number[]): ChanceQuality['reliability'] => {
  const width = CHANCE_BINS / RELIABILITY_BINS;
  const sum = (counts: readonly number[], bin: number): number =>
    counts.slice(bin * width, (bin + 1) * width).reduce((total, count) => total + count, 0);
  return Array.from({ length: RELIABILITY_BINS }, (_, bin) => {
    const happened = sum(positives, bin);
    const outcomes = happened + sum(negatives, bin);
    return { from: bin / RELIABILITY_BINS, to: (bin + 1) / RELIABILITY_BINS, outcomes, rate: happened / outcomes };
  }).filter(({ outcomes }) => outcomes > 0);
};
