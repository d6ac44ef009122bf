import { CHANCE_BINS, type ChanceBinCell, type ChanceQualityCell } from '../../contracts/views/model-quality.ts';
import type { Contribution, Rollup } from '../runner/projection.ts';

/** A chance that was told. */
export interface ToldChance {
  readonly model: string;
  readonly version: string | null;
  readonly fallback: string | null;
  readonly probability: number;
  readonly atRisk: boolean;
}

/** A chance that was told, and what became of it. */
export interface JudgedChance extends ToldChance {
  readonly tenant: string;
  readonly day: string;
  readonly happened: boolean;
}

const micro = (value: number): number => Math.round(value * 1e6);
/** A chance of 0 or 1 that came out wrong is not infinitely bad. */
const inside = (chance: number): number => Math.min(1 - 1e-6, Math.max(1e-6, chance));

const dimensionsOf = ({ tenant, model, version, fallback, day }: JudgedChance) => ({
  tenant,
  model,
  version,
  fallback,
  day,
});

const cell = (dimensions: Contribution['dimensions'], measures: Contribution['measures']): Contribution => ({
  key: JSON.stringify(Object.values(dimensions)),
  dimensions,
  measures,
});

const lossesOf = (judged: JudgedChance): Contribution => {
  const { probability, happened, atRisk } = judged;
  const dimensions = dimensionsOf(judged);
  return cell(dimensions, {
    outcomes: 1,
    positives: happened ? 1 : 0,
    probabilityMicro: micro(probability),
    logLossMicro: micro(-Math.log(happened ? inside(probability) : 1 - inside(probability))),
    squaredErrorMicro: micro((probability - (happened ? 1 : 0)) ** 2),
    flagged: atRisk ? 1 : 0,
    flaggedPositives: atRisk && happened ? 1 : 0,
  } satisfies Omit<ChanceQualityCell, keyof typeof dimensions>);
};

const binOf = (judged: JudgedChance): Contribution => {
  const bin = Math.min(CHANCE_BINS - 1, Math.floor(judged.probability * CHANCE_BINS));
  const dimensions = { ...dimensionsOf(judged), bin };
  const measures = { outcomes: 1, positives: judged.happened ? 1 : 0 };
  return cell(dimensions, measures satisfies Omit<ChanceBinCell, keyof typeof dimensions>);
};

/** The cells of a view that holds chances against outcomes: `daily` losses, and `bins` of the chances. */
export const chanceRollups = <D extends object>(
  judgedOf: (document: D) => readonly JudgedChance[],
): readonly Rollup<D>[] => [
  {
    collection: 'daily',
    indexes: [{ fields: ['tenant', 'day'] }],
    contributions: (document) => judgedOf(document).map(lossesOf),
  },
  {
    collection: 'bins',
    indexes: [{ fields: ['tenant', 'day'] }],
    contributions: (document) => judgedOf(document).map(binOf),
  },
];
