import { importances } from '../learning/boosted-trees.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { CardBlock, ModelCard } from '../training/model-card.ts';
import { LEVELS } from './conformal.ts';
import { dateOf } from './day-number.ts';
import type { DemandExample, DemandSubject } from './demand-examples.ts';
import { type ForecastDay, forecastMetrics } from './forecast-metrics.ts';
import { FEWEST_DAYS, longForecast } from './long-forecast.ts';
import { ownValues } from './subject-at.ts';
import type { Forecaster } from './train-forecaster.ts';

interface DemandCardInput {
  readonly manifest: Manifest;
  readonly subjects: readonly DemandSubject[];
  readonly held: readonly DemandExample[];
  /** Of the days held out, in the same order. */
  readonly forecasts: readonly ForecastDay[];
  readonly forecaster: Forecaster;
  /** Day number of the last day that was over. */
  readonly knownUntil: number;
}

const MOST_FEATURES = 15;
const MOST_PLOTS = 3;
const OUTLOOK_DAYS = 365;

/** The card of a demand model: data, metrics beside the seasonal naive forecast, backtests with bands, importances, limits. */
export const demandCard = ({
  manifest,
  subjects,
  held,
  forecasts,
  forecaster,
  knownUntil,
}: DemandCardInput): ModelCard => {
  const { training, metrics, preprocessing } = manifest;
  const figure = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(3);
  const largest = [...subjects.keys()]
    .map((subject) => ({ subject, scale: held.find((day) => day.subject === subject)?.scale ?? 0 }))
    .filter(({ scale }) => scale > 0)
    .sort((a, b) => b.scale - a.scale)
    .slice(0, MOST_PLOTS);
  return {
    title: `demand ${manifest.version}`,
    blocks: [
      { kind: 'paragraph', text: manifest.description },
      { kind: 'heading', text: 'Data' },
      {
        kind: 'paragraph',
        text: `${training.rows} examples of ${subjects.length} hotels and products, ${training.from} to ${training.until}; every eleventh week is held out. Holidays of ${marketsOf(preprocessing.markets)}.`,
      },
      { kind: 'heading', text: 'Metrics, 1 to 28 days ahead' },
      {
        kind: 'paragraph',
        text: 'Errors are those of forecasts made at four cuts of the past by what had been learned before; coverage, the table by subject and the plots are of the weeks held out, whose neighbours have been learned from.',
      },
      {
        kind: 'table',
        columns: ['metric', 'model', 'seasonal naive'],
        rows: [
          ['MASE (season 7)', figure('mase'), figure('naiveMase')],
          ['WAPE, %', figure('wape'), figure('naiveWape')],
          ['share of days inside the 80 % interval', figure('coverage80'), ''],
          ['share of days inside the 95 % interval', figure('coverage95'), ''],
        ],
      },
      {
        kind: 'table',
        columns: ['hotel or product', 'mean a day', 'MASE', 'seasonal naive MASE'],
        rows: largest.map(({ subject, scale }) => {
          const own = forecastMetrics(forecasts.filter((_, row) => held[row]?.subject === subject));
          return [nameOf(subjects, subject), scale.toFixed(1), own.mase.toFixed(3), own.naiveMase.toFixed(3)];
        }),
      },
      ...largest.map(({ subject }) => backtestPlot(nameOf(subjects, subject), subject, held, forecasts)),
      importancePlot(forecaster),
      ...largest.flatMap(({ subject }) => outlookPlot(subjects[subject], knownUntil)),
      { kind: 'heading', text: 'Limits' },
      {
        kind: 'paragraph',
        text: 'It learns sales, not demand: a day that was sold out looks like a day on which nobody else wanted to come. What is new borrows its past from its category until it has 84 days of its own. Intervals hold for days like those of the last half year; they know nothing of a shock that has not happened before.',
      },
    ],
  };
};

const marketsOf = (markets: unknown): string =>
  Array.isArray(markets) && markets.length > 0
    ? (markets as { country: string }[]).map(({ country }) => country).join(', ')
    : 'no country, since none is known of the guests';

const nameOf = (subjects: readonly DemandSubject[], subject: number): string =>
  subjects[subject]?.ledger.subjectId ?? '';

/** Each day held out, from the origin that is nearest to a week before it: what was forecast, with the band of 80 %, and what came. */
const backtestPlot = (
  name: string,
  subject: number,
  held: readonly DemandExample[],
  forecasts: readonly ForecastDay[],
): CardBlock => {
  const byDay = new Map<string, { readonly far: number; readonly forecast: ForecastDay }>();
  held.forEach(({ origin, horizon, subject: of }, row) => {
    const forecast = forecasts[row];
    const x = dateOf(origin + horizon);
    const far = Math.abs(horizon - 7);
    if (of === subject && forecast && far < (byDay.get(x)?.far ?? Number.POSITIVE_INFINITY))
      byDay.set(x, { far, forecast });
  });
  const days = [...byDay].sort(([a], [b]) => (a < b ? -1 : 1)).map(([x, { forecast }]) => ({ x, forecast }));
  const line = (of: string, y: (forecast: ForecastDay) => number) => ({
    name: of,
    points: days.map(({ x, forecast }) => ({ x, y: y(forecast) })),
  });
  return {
    kind: 'plot',
    title: `${name}: forecast and what came`,
    mark: 'line',
    xLabel: 'day',
    yLabel: 'demand',
    series: [
      line('came', ({ actual }) => actual),
      line('forecast (median)', ({ quantiles }) => quantiles[2] ?? 0),
      line('80 %, lower', ({ quantiles }) => quantiles[1] ?? 0),
      line('80 %, upper', ({ quantiles }) => quantiles[3] ?? 0),
    ],
  };
};

const importancePlot = ({ near }: Forecaster): CardBlock => ({
  kind: 'plot',
  title: 'What corrects trend and season, up to 28 days ahead (share of the gain)',
  mark: 'bar',
  xLabel: 'feature',
  yLabel: 'share',
  series: [
    {
      name: 'importance',
      points: [...importances(near)]
        .sort(([, a], [, b]) => b - a)
        .slice(0, MOST_FEATURES)
        .map(([x, y]) => ({ x, y })),
    },
  ],
});

/** A year ahead by trend and season alone, where the past is long enough to tell how wrong that is. */
const outlookPlot = (subject: DemandSubject | undefined, knownUntil: number): readonly CardBlock[] => {
  const values = subject && ownValues(subject.ledger, knownUntil);
  if (values === undefined || values.length < FEWEST_DAYS + OUTLOOK_DAYS) return [];
  const days = longForecast({ last: knownUntil, values }, OUTLOOK_DAYS);
  const line = (name: string, level: (typeof LEVELS)[number]) => ({
    name,
    points: days.map(({ day, quantiles }) => ({
      x: dateOf(day),
      y: Math.max(0, quantiles[LEVELS.indexOf(level)] ?? 0),
    })),
  });
  return [
    {
      kind: 'plot',
      title: `${subject?.ledger.subjectId}: the year ahead by trend and season`,
      mark: 'line',
      xLabel: 'day',
      yLabel: 'demand',
      series: [line('median', 0.5), line('80 %, lower', 0.1), line('80 %, upper', 0.9)],
    },
  ];
};
