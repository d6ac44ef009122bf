import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { RecordedEvent } from '../../../contracts/events/envelope.ts';
import type { collectDemand, DemandData } from '../../../ml/forecasting/collect-demand.ts';
import { dateOf, dayNumber } from '../../../ml/forecasting/day-number.ts';
import { backtest } from '../../../ml/forecasting/demand-backtest.ts';
import type { DemandExample, DemandSubject } from '../../../ml/forecasting/demand-examples.ts';
import { demandRow } from '../../../ml/forecasting/demand-row.ts';
import { demandTrainer, trainDemand } from '../../../ml/forecasting/demand-trainer.ts';
import { type ForecastDay, forecastMetrics } from '../../../ml/forecasting/forecast-metrics.ts';
import { type HolidayCalendar, holidayCalendar } from '../../../ml/forecasting/holiday-calendar.ts';
import { longForecast } from '../../../ml/forecasting/long-forecast.ts';
import { seasonalNaive, weeklyNaiveError } from '../../../ml/forecasting/seasonal-naive.ts';
import { subjectAt } from '../../../ml/forecasting/subject-at.ts';
import { hotelEvents } from '../../stays/hotel-events.ts';
import type { Bench, Row } from '../report.ts';

const SHARED = process.env.SHARED_DIR ?? '../shared';
const HOTELS = `${SHARED}/data/hotel/hotel_bookings.csv.gz`;
const PEYTON = `${SHARED}/data/forecast/example_wp_log_peyton_manning.csv`;

const WINDOWS = 6;
const WINDOW_DAYS = 28;
const LAST_DAY = dayNumber('2017-08-31');
/** Weeks within a window from which is forecast again, for coverage. */
const AGAIN_AFTER = [7, 14, 21];
/** LightGBM, direct, on the same windows, by the data's own page. */
const PEER: Readonly<Record<string, { readonly name: string; readonly mase: number }>> = {
  'city-hotel': { name: 'City', mase: 0.665 },
  'resort-hotel': { name: 'Resort', mase: 0.682 },
};
const COVERAGE = { coverage80: 0.8, coverage95: 0.95 } as const;
const COVERAGE_TOLERANCE = 0.03;

const PEYTON_DAYS = 365;
const PROPHET_SMAPE = 6.4;

/**
 * Accuracy of the demand model by the way of the product: rows, events, collector, training, ONNX; and of its trend and season on a
 * series of eight years.
 */
export const demandBench: Bench = {
  name: 'demand',
  run: async (): Promise<readonly Row[]> => [...(await hotelRows()), ...(await peytonRows())],
};

const hotelRows = async (): Promise<readonly Row[]> => {
  if (!existsSync(HOTELS)) {
    console.log(`  skipped: ${HOTELS} is not there (set SHARED_DIR)`);
    return [];
  }
  console.log(`  with ${HOTELS}`);
  const wanted = new Set(demandTrainer.handles);
  const events: RecordedEvent[] = [];
  for await (const event of hotelEvents(HOTELS, 'bench')) if (wanted.has(event.type)) events.push(event);
  const whole = dataAsOf(events, LAST_DAY);
  const rows: Row[] = [];
  for (const onTheBooks of [false, true]) {
    const windows: Window[] = [];
    for (let at = WINDOWS; at >= 1; at--)
      windows.push(await windowOf(events, whole, LAST_DAY - WINDOW_DAYS * at, onTheBooks));
    rows.push(...accuracyRows(windows, onTheBooks), ...coverageRows(windows, onTheBooks));
  }
  return rows;
};

/** What a collector makes of the events up to the end of a day. */
const dataAsOf = (events: readonly RecordedEvent[], day: number): DemandData => {
  const asOf = `${dateOf(day)}T23:59:59.999Z`;
  const collector = demandTrainer.collector({ tenant: 'bench', asOf }) as ReturnType<typeof collectDemand>;
  for (const event of events) if (event.time <= asOf) collector.add(event);
  return collector.finish();
};

interface Window {
  /** By hotel: the days ahead from the origin. */
  readonly ahead: ReadonlyMap<string, readonly ForecastDay[]>;
  /** From the origin and from each week after it within the window. */
  readonly all: readonly ForecastDay[];
}

const windowOf = async (
  events: readonly RecordedEvent[],
  whole: DemandData,
  origin: number,
  onTheBooks: boolean,
): Promise<Window> => {
  const data = dataAsOf(events, origin);
  const startedAt = performance.now();
  const { onnx, manifest } = await trainDemand(data, { version: '1.0.0', onTheBooks });
  const seconds = (performance.now() - startedAt) / 1_000;
  const calendar = holidayCalendar(data.markets);
  const forecast = async (subject: DemandSubject, from: number) =>
    backtest(onnx, manifest.features ?? [], daysFrom(subject, calendar, from, origin + WINDOW_DAYS));
  const ahead = new Map<string, readonly ForecastDay[]>();
  const all: ForecastDay[] = [];
  for (const subject of whole.subjects) {
    const days = await forecast(subject, origin);
    ahead.set(subject.ledger.subjectId, days);
    all.push(...days);
    for (const after of AGAIN_AFTER) all.push(...(await forecast(subject, origin + after)));
  }
  const inside = forecastMetrics(all);
  const told = [...ahead].map(([hotel, days]) => `${hotel} ${forecastMetrics(days).mase.toFixed(3)}`).join(', ');
  console.log(
    `  as of ${dateOf(origin)}, ${onTheBooks ? 'with' : 'without'} what is on the books: MASE ${told}; inside 80 % ${inside.coverage80.toFixed(3)}, 95 % ${inside.coverage95.toFixed(3)}; ${manifest.training.rows} examples, trained in ${seconds.toFixed(1)} s`,
  );
  return { ahead, all };
};

/** The days after an origin until the end of the window; what came is what is known when all has come. */
const daysFrom = (
  { ledger }: DemandSubject,
  calendar: HolidayCalendar,
  origin: number,
  until: number,
): readonly DemandExample[] => {
  const at = subjectAt(ledger, origin);
  if (at === undefined) throw new Error(`nothing is known of ${ledger.subjectId} on ${dateOf(origin)}`);
  const { scale, values } = at;
  return Array.from({ length: until - origin }, (_, index) => ({
    subject: 0,
    origin,
    horizon: index + 1,
    row: demandRow(at, index + 1, calendar),
    target: ledger.known('booked', origin + index + 1, LAST_DAY) / scale,
    scale,
    naive: seasonalNaive(values, index + 1),
    naiveError: weeklyNaiveError(values),
  }));
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const ROWS_OF = 'hotel_bookings, not cancelled, 28 days ahead, 6 origins, last window ends 2017-08-31';

const accuracyRows = (windows: readonly Window[], onTheBooks: boolean): readonly Row[] =>
  Object.entries(PEER).map(([hotel, { name, mase: peer }]): Row => {
    const metrics = windows.map(({ ahead }) => forecastMetrics(ahead.get(hotel) ?? []));
    const mase = mean(metrics.map((one) => one.mase));
    const naive = mean(metrics.map((one) => one.naiveMase));
    const wape = mean(metrics.map((one) => one.wape));
    return {
      bench: `demand ${name}, MASE(7), ${onTheBooks ? 'with' : 'without'} what is on the books; ${ROWS_OF}`,
      ours: `${mase.toFixed(3)} (WAPE ${wape.toFixed(1)} %; seasonal naive ${naive.toFixed(3)})`,
      against: `${peer} (LightGBM without what is on the books)`,
      ratio: mase / peer,
      aim: onTheBooks ? 'clearly better' : `<= ${peer}`,
      met: onTheBooks ? mase <= 0.8 * peer : mase <= peer,
    };
  });

const coverageRows = (windows: readonly Window[], onTheBooks: boolean): readonly Row[] => {
  const metrics = forecastMetrics(windows.flatMap(({ all }) => all));
  return Object.entries(COVERAGE).map(([name, nominal]): Row => {
    const ours = metrics[name as keyof typeof COVERAGE];
    return {
      bench: `demand, share of days inside the ${100 * nominal} % interval, ${onTheBooks ? 'with' : 'without'} what is on the books; both hotels, 24 origins`,
      ours: ours.toFixed(3),
      against: String(nominal),
      ratio: ours / nominal,
      aim: 'within 3 points',
      met: Math.abs(ours - nominal) <= COVERAGE_TOLERANCE,
    };
  });
};

const peytonRows = async (): Promise<readonly Row[]> => {
  if (!existsSync(PEYTON)) {
    console.log(`  skipped: ${PEYTON} is not there (set SHARED_DIR)`);
    return [];
  }
  console.log(`  with ${PEYTON}`);
  const rows = (parse(await readFile(PEYTON), { columns: true }) as { ds: string; y: string }[]).map(({ ds, y }) => ({
    day: dayNumber(ds),
    value: Number(y),
  }));
  const held = rows.slice(-PEYTON_DAYS);
  const past = rows.slice(0, -PEYTON_DAYS);
  const first = past[0]?.day ?? 0;
  const last = past.at(-1)?.day ?? 0;
  const values = new Float64Array(last - first + 1).fill(Number.NaN);
  for (const { day, value } of past) values[day - first] = value;
  const forecast = new Map(
    longForecast({ last, values }, (held.at(-1)?.day ?? last) - last).map((one) => [one.day, one]),
  );
  const of = (day: number) => forecast.get(day) ?? { median: Number.NaN, quantiles: [] };
  const smape =
    100 *
    mean(
      held.map(({ day, value }) => {
        const { median } = of(day);
        return (2 * Math.abs(value - median)) / (Math.abs(value) + Math.abs(median));
      }),
    );
  const inside = (lower: number, upper: number): string =>
    mean(
      held.map(({ day, value }) => {
        const { quantiles } = of(day);
        return value >= (quantiles[lower] ?? 0) && value <= (quantiles[upper] ?? 0) ? 1 : 0;
      }),
    ).toFixed(3);
  return [
    {
      bench: 'Peyton Manning page views, last 365 rows held out, log scale, sMAPE %',
      ours: `${smape.toFixed(2)} (inside the 80 % interval ${inside(1, 3)}, the 95 % ${inside(0, 4)})`,
      against: `${PROPHET_SMAPE} (Prophet)`,
      ratio: smape / PROPHET_SMAPE,
      aim: `<= ${PROPHET_SMAPE}`,
      met: smape <= PROPHET_SMAPE,
    },
  ];
};
