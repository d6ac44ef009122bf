import type { Manifest } from '../registry/manifest.ts';
import type { CardBlock, ModelCard, Series } from '../training/model-card.ts';
import type { Elasticity } from './elasticity.ts';
import type { PricedRow } from './sold-prices.ts';

export interface PriceCardInput {
  readonly manifest: Manifest;
  readonly heldOut: readonly PricedRow[];
  /** Of the rows held out, in the same order. */
  readonly predicted: ArrayLike<number>;
  readonly importances: ReadonlyMap<string, number>;
}

const MOST_FEATURES = 15;

const LIMITS =
  'Rows know the prices of what was booked on earlier days, also for the days that are held out, as one does when one sells. Some values of imported ' +
  'histories stand as they were at the end of a stay. Elasticity is told from sales whose prices were not set by chance: they were raised where demand ' +
  'rose, so it is pulled towards a prior and never counts as sure. Prices in several currencies are told apart by product and hotel alone.';

/** The card of the price model: data, metrics beside a baseline, prices by month, importances, elasticity, limits. */
export const priceCard = ({ manifest, heldOut, predicted, importances }: PriceCardInput): ModelCard => {
  const { training, metrics, preprocessing } = manifest;
  const figure = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(2);
  return {
    title: `price ${manifest.version}`,
    blocks: [
      { kind: 'paragraph', text: manifest.description },
      { kind: 'heading', text: 'Data' },
      {
        kind: 'table',
        columns: ['part', 'rows', 'from', 'until'],
        rows: [
          ['training', training.rows, training.from, training.until],
          ['held out (later)', heldOut.length, ...endsOf(heldOut)],
        ],
      },
      { kind: 'heading', text: 'Metrics on the rows held out, in major units' },
      {
        kind: 'table',
        columns: ['metric', 'model', 'level of late'],
        rows: [
          ['RMSE', figure('rmse'), figure('baselineRmse')],
          ['MAE', figure('mae'), figure('baselineMae')],
        ],
      },
      {
        kind: 'plot',
        title: 'Mean price by month, rows held out',
        mark: 'line',
        xLabel: 'month',
        yLabel: 'major units',
        series: [
          byMonth('paid', heldOut, (row) => heldOut[row]?.price ?? 0),
          byMonth('told', heldOut, (row) => predicted[row] ?? 0),
        ],
      },
      {
        kind: 'plot',
        title: 'Share of the gain that splits on a feature brought',
        mark: 'bar',
        xLabel: 'feature',
        yLabel: 'share',
        series: [
          {
            name: 'importance',
            points: [...importances]
              .sort(([, a], [, b]) => b - a)
              .slice(0, MOST_FEATURES)
              .map(([x, y]) => ({ x, y })),
          },
        ],
      },
      { kind: 'heading', text: 'Elasticity' },
      elasticityTable(preprocessing.elasticity as Readonly<Record<string, Elasticity>>),
      { kind: 'heading', text: 'Limits' },
      { kind: 'paragraph', text: LIMITS },
    ],
  };
};

const endsOf = (rows: readonly PricedRow[]): [string, string] => {
  const dates = rows.map(({ date }) => date).sort();
  return [dates[0] ?? '', dates.at(-1) ?? ''];
};

const byMonth = (name: string, rows: readonly PricedRow[], priceAt: (row: number) => number): Series => {
  const months = new Map<string, { sum: number; count: number }>();
  rows.forEach(({ date }, row) => {
    const month = months.get(date.slice(0, 7)) ?? { sum: 0, count: 0 };
    months.set(date.slice(0, 7), { sum: month.sum + priceAt(row), count: month.count + 1 });
  });
  const points = [...months].sort(([a], [b]) => (a < b ? -1 : 1)).map(([x, { sum, count }]) => ({ x, y: sum / count }));
  return { name, points };
};

const elasticityTable = (byKind: Readonly<Record<string, Elasticity>>): CardBlock => ({
  kind: 'table',
  columns: ['of', 'used', 'from (80 %)', 'to (80 %)', 'by the sales alone', 'standard error', 'cells'],
  rows: Object.entries(byKind).map(([kind, { value, lower, upper, estimate, standardError, cells }]) => [
    kind,
    value.toFixed(2),
    lower.toFixed(2),
    upper.toFixed(2),
    estimate?.toFixed(2) ?? 'too few',
    standardError?.toFixed(2) ?? '-',
    cells,
  ]),
});
