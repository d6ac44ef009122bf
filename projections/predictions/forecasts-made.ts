import type { Occurred } from '../../contracts/events/define.ts';
import { idOf } from '../../contracts/events/envelope.ts';
import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import { addDays, daysBetween } from '../../contracts/local-date.ts';
import { FORECAST_LEADS, type ForecastsMade, type MadeForecast } from '../../contracts/views/model-quality.ts';
import type { Projection } from '../runner/projection.ts';

/** Days that have passed are kept so long for comparison. */
const KEPT_DAYS = 90;

type Forecasted = Occurred<Extract<PredictionEvent, { type: 'demand.forecasted.v1' }>>;

const evolve = (before: ForecastsMade | undefined, { tenant, data }: Forecasted): ForecastsMade => {
  const { subjectKind, subjectId, asOf, days, model, version, fallback } = data;
  const made = days.flatMap((day): MadeForecast[] => {
    const lead = daysBetween(asOf, day.date);
    return FORECAST_LEADS.some((kept) => kept === lead) ? [{ ...day, lead, model, version, fallback }] : [];
  });
  const latest = before === undefined || before.asOf < asOf ? asOf : before.asOf;
  const oldest = addDays(latest, -KEPT_DAYS);
  const places = new Map([...(before?.forecasts ?? []), ...made].map((one) => [`${one.date} ${one.lead}`, one]));
  const forecasts = [...places.values()].filter(({ date }) => date >= oldest);
  return { tenant, subjectKind, subjectId, asOf: latest, forecasts };
};

/**
 * What was forecast a day, a week and four weeks ahead, by subject: to be compared when the day has passed. Of several for the same day
 * and lead, as when a model comes back after its fallback, the last.
 */
export const forecastsMade: Projection<ForecastsMade> = {
  name: 'forecasts-made',
  version: 1,
  handles: ['demand.forecasted.v1'],
  indexes: [{ fields: ['tenant'] }],
  key: (event) => idOf(event.stream),
  // The runner gives only the types of `handles`, in their newest version.
  evolve: (made, event) => evolve(made, event as unknown as Forecasted),
};
