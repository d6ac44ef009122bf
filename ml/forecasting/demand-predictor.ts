import { hash } from 'node:crypto';
import type { PredictionReason } from '../../contracts/events/predictions.ts';
import { OverloadedError } from '../../infra/overloaded-error.ts';
import { encodeRows, type FeatureRow } from '../features/encode-rows.ts';
import type { NewPrediction, Predictor, PredictorContext } from '../predicting/predictor.ts';
import type { Manifest } from '../registry/manifest.ts';
import {
  InvalidTensorError,
  ModelUnavailableError,
  type Prediction,
  PredictionTimeoutError,
  type TensorData,
} from '../serving/model-client.ts';
import { CategoryMeans } from './category-means.ts';
import { lastWholeDay } from './collect-demand.ts';
import { LEVELS } from './conformal.ts';
import { dateOf } from './day-number.ts';
import { demandReasons, withoutGroups } from './demand-reasons.ts';
import { demandRow, FARTHEST_HORIZON } from './demand-row.ts';
import { type DayQuantiles, forecastDays, seasonalNaiveDays } from './forecast-days.ts';
import { type HolidayCalendar, holidayCalendar, type SourceMarket } from './holiday-calendar.ts';
import { DEMAND_VIEWS, type ForecastSubject, forecastSubjects, readLedger } from './read-demand.ts';
import { ownValues, type SubjectAt, subjectAt } from './subject-at.ts';

const DEADLINE_MS = 60_000;

/**
 * Forecasts every hotel and every published product once a day, 90 days ahead. What is new is forecast from how others of its category
 * did; what has neither a past nor others is left out.
 */
export const demandPredictor: Predictor = {
  name: 'demand',
  views: DEMAND_VIEWS,
  everyHours: 24,
  onSchedule: async function* (tenant, cause, context) {
    const origin = lastWholeDay(context.clock());
    const subjects = await forecastSubjects(context, tenant);
    const means = await categoryMeans(context, tenant, subjects, origin);
    for (const subject of subjects) {
      const { subjectKind, category } = subject;
      const ledger = await readLedger(context, tenant, subject, origin);
      const at = subjectAt(ledger, origin, () => means.meanOfOthers(subjectKind, category, ownValues(ledger, origin)));
      if (at !== undefined) yield [await forecast(context, tenant, cause, at)];
    }
  },
};

/** Ledgers are read one at a time and once more to forecast: all of them together are large. */
const categoryMeans = async (
  context: PredictorContext,
  tenant: string,
  subjects: readonly ForecastSubject[],
  origin: number,
): Promise<CategoryMeans> => {
  const means = new CategoryMeans();
  for (const subject of subjects) {
    const values = ownValues(await readLedger(context, tenant, subject, origin), origin);
    if (values !== undefined) means.add(subject.subjectKind, subject.category, values);
  }
  return means;
};

const forecast = async (
  context: PredictorContext,
  tenant: string,
  cause: string,
  at: SubjectAt,
): Promise<NewPrediction> => {
  const { subjectKind, subjectId } = at.ledger;
  const { days, ...provenance } = await askModel(context, tenant, at);
  return {
    tenant,
    kind: 'demand',
    subject: subjectId,
    causationId: cause,
    event: {
      type: 'demand.forecasted.v1',
      data: {
        subjectKind,
        subjectId,
        asOf: dateOf(at.origin),
        days: forecastDays(at, days),
        model: 'demand',
        ...provenance,
      },
    },
  };
};

interface Answer {
  readonly days: readonly DayQuantiles[];
  readonly version: string | null;
  readonly fallback: string | null;
  readonly inputsHash: string;
  readonly reasons: PredictionReason[];
}

const askModel = async (
  { models, onWarning }: Pick<PredictorContext, 'models' | 'onWarning'>,
  tenant: string,
  at: SubjectAt,
): Promise<Answer> => {
  const { subjectId } = at.ledger;
  try {
    const prediction = await models.predict({
      tenant,
      model: 'demand',
      key: `${tenant}:${subjectId}`,
      priority: 'backfill',
      deadlineMs: DEADLINE_MS,
      observed: FARTHEST_HORIZON,
      inputsFor: (manifest) => {
        const { input, tensor } = questionOf(manifest, at);
        return { [input]: tensor };
      },
    });
    return answerOf(prediction, at);
  } catch (error) {
    if (error instanceof InvalidTensorError || error instanceof OverloadedError)
      onWarning(`the demand of ${subjectId} is forecast by the last week again`, error);
    else if (!(error instanceof ModelUnavailableError || error instanceof PredictionTimeoutError)) throw error;
    return {
      days: seasonalNaiveDays(at),
      version: null,
      fallback: 'seasonal-naive',
      inputsHash: hash('sha256', Buffer.from(at.values.buffer), 'hex'),
      reasons: [],
    };
  }
};

/** What a version is asked: the days ahead, and all of them again without each group of features. */
const questionOf = (manifest: Manifest, at: SubjectAt) => {
  const { inputs, features, preprocessing } = manifest;
  const [input, ...others] = inputs;
  if (input === undefined || features === undefined || others.length > 0)
    throw new InvalidTensorError('a demand model must take one tensor of rows of features');
  const calendar = calendarOf(preprocessing.markets);
  const rows = Array.from({ length: FARTHEST_HORIZON }, (_, index) => demandRow(at, index + 1, calendar));
  const without = withoutGroups(features, rows);
  const all: readonly FeatureRow[] = [...rows, ...without.flatMap((group) => group.rows)];
  const tensor: TensorData = encodeRows(features, all);
  return { input: input.name, tensor, calendar, groups: without.map(({ group }) => group), width: features.length };
};

const isMarket = (one: unknown): one is SourceMarket =>
  typeof one === 'object' && one !== null && 'country' in one && 'share' in one;

const calendarOf = (markets: unknown): HolidayCalendar =>
  holidayCalendar(Array.isArray(markets) ? markets.filter(isMarket) : []);

const answerOf = ({ manifest, version, outputs }: Prediction, at: SubjectAt): Answer => {
  const { tensor, calendar, groups, width } = questionOf(manifest, at);
  const { quantiles, mean } = outputs;
  const numberAt = (of: TensorData | undefined, place: number): number => {
    const value = Number(of?.data[place]) * at.scale;
    if (!Number.isFinite(value)) throw new InvalidTensorError(`demand ${version} gave no number in quantiles or mean`);
    return value;
  };
  const meanOf = (part: number): number => {
    let sum = 0;
    for (let index = 0; index < FARTHEST_HORIZON; index++) sum += numberAt(mean, part * FARTHEST_HORIZON + index);
    return sum / FARTHEST_HORIZON;
  };
  const days = Array.from({ length: FARTHEST_HORIZON }, (_, index) => ({
    quantiles: LEVELS.map((_, level) => numberAt(quantiles, index * LEVELS.length + level)),
    mean: numberAt(mean, index),
  }));
  const all = meanOf(0);
  const contributions = new Map(groups.map((group, part) => [group, all - meanOf(part + 1)]));
  const asked = Buffer.from(tensor.data.buffer, 0, 4 * FARTHEST_HORIZON * width);
  return {
    days,
    version,
    fallback: null,
    inputsHash: hash('sha256', asked, 'hex'),
    reasons: demandReasons(at, calendar, contributions),
  };
};
