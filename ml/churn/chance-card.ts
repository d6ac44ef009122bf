import type { Manifest } from '../registry/manifest.ts';
import type { CardBlock, ModelCard } from '../training/model-card.ts';
import type { ChanceTask } from './chance-trainer.ts';

interface ChanceCardInput {
  readonly task: Pick<ChanceTask, 'name' | 'description' | 'limits' | 'costs'>;
  readonly manifest: Manifest;
  readonly heldOut: { readonly rows: number; readonly from: string; readonly until: string };
  /** Of the rows held out, in the same order. */
  readonly chances: ArrayLike<number>;
  readonly outcomes: readonly number[];
  readonly importances: ReadonlyMap<string, number>;
}

const BINS = 10;
const MOST_FEATURES = 15;

/** The card of a model of chances: data, metrics beside the base rate, reliability, importances, what a threshold costs. */
export const chanceCard = ({ task, manifest, heldOut, chances, outcomes, importances }: ChanceCardInput): ModelCard => {
  const { training, metrics } = manifest;
  const figure = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(4);
  return {
    title: `${task.name} ${manifest.version}`,
    blocks: [
      { kind: 'paragraph', text: task.description },
      { kind: 'heading', text: 'Data' },
      {
        kind: 'table',
        columns: ['part', 'rows', 'from', 'until'],
        rows: [
          ['training', training.rows, training.from, training.until],
          ['held out (later)', heldOut.rows, heldOut.from, heldOut.until],
        ],
      },
      { kind: 'heading', text: 'Metrics on the rows held out' },
      {
        kind: 'table',
        columns: ['metric', 'model', 'base rate'],
        rows: [
          ['AUC', figure('auc'), '0.5000'],
          ['log-loss', figure('logLoss'), figure('baselineLogLoss')],
          ['Brier score', figure('brier'), figure('baselineBrier')],
        ],
      },
      reliabilityPlot(chances, outcomes),
      importancePlot(importances),
      { kind: 'heading', text: 'Thresholds' },
      ...costBlocks(task.costs, chances, outcomes, Number(manifest.preprocessing.threshold)),
      { kind: 'heading', text: 'Limits' },
      { kind: 'paragraph', text: task.limits },
    ],
  };
};

/** Mean chance and share of outcomes in ten bins of chances (reliability diagram, Murphy and Winkler 1977). */
const reliabilityOf = (
  chances: ArrayLike<number>,
  outcomes: readonly number[],
): readonly { readonly x: number; readonly y: number }[] => {
  const bins = Array.from({ length: BINS }, () => ({ chance: 0, happened: 0, rows: 0 }));
  outcomes.forEach((outcome, row) => {
    const chance = chances[row] ?? 0;
    const bin = bins[Math.min(BINS - 1, Math.floor(chance * BINS))];
    if (bin === undefined) return;
    bin.chance += chance;
    bin.happened += outcome;
    bin.rows += 1;
  });
  return bins.flatMap(({ chance, happened, rows }) => (rows === 0 ? [] : [{ x: chance / rows, y: happened / rows }]));
};

const reliabilityPlot = (chances: ArrayLike<number>, outcomes: readonly number[]): CardBlock => ({
  kind: 'plot',
  title: 'Reliability on the rows held out',
  mark: 'line',
  xLabel: 'mean chance told',
  yLabel: 'share that happened',
  series: [
    { name: 'model', points: reliabilityOf(chances, outcomes) },
    {
      name: 'perfect',
      points: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
    },
  ],
});

const importancePlot = (importances: ReadonlyMap<string, number>): CardBlock => ({
  kind: 'plot',
  title: 'What it looks at: share of the gain of all splits',
  mark: 'bar',
  xLabel: 'feature',
  yLabel: 'share',
  series: [
    {
      name: 'gain',
      points: [...importances]
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_FEATURES)
        .map(([x, y]) => ({ x, y })),
    },
  ],
});

const costBlocks = (
  { falseAlarm, missed }: ChanceTask['costs'],
  chances: ArrayLike<number>,
  outcomes: readonly number[],
  threshold: number,
): readonly CardBlock[] => {
  const costAt = (from: number): number =>
    outcomes.reduce((sum, outcome, row) => {
      const acts = (chances[row] ?? 0) >= from;
      return sum + (acts && outcome === 0 ? falseAlarm : 0) + (!acts && outcome === 1 ? missed : 0);
    }, 0) / outcomes.length;
  return [
    {
      kind: 'paragraph',
      text: `A false alarm costs ${falseAlarm}, a miss ${missed}: it pays to act from a chance of ${threshold.toFixed(2)} on.`,
    },
    {
      kind: 'table',
      columns: ['act from', 'mean cost a row'],
      rows: [...new Set([0, 0.2, 0.4, threshold, 0.6, 0.8, 1.01])]
        .sort((a, b) => a - b)
        .map((from) => [from > 1 ? 'never' : from.toFixed(2), costAt(from).toFixed(4)]),
    },
  ];
};
