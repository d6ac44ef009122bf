import type { PredictionEvent } from '../../contracts/events/predictions.ts';
import { type PredictionView, predictionIdOf } from '../../contracts/views/prediction.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { PredictorContext } from '../predicting/predictor.ts';
import type { ExpectedDemand } from './price-subject.ts';

type Forecast = Extract<PredictionEvent, { type: 'demand.forecasted.v1' }>['data'];

/** The latest demand forecast of a product or hotel; undefined: there is none. */
export const forecastOf = async (
  { documents, collection }: Pick<PredictorContext, 'collection'> & { readonly documents: Pick<Documents, 'get'> },
  tenant: string,
  subjectId: string,
): Promise<Forecast | undefined> => {
  const view = await documents.get<PredictionView>(
    collection('predictions'),
    predictionIdOf('demand', tenant, subjectId),
  );
  return view?.kind === 'demand' ? { ...view, ...view.payload } : undefined;
};

/** An 80 % interval of a normal distribution spans so many standard deviations. */
const SPAN_80 = 2.5631;

/**
 * How many more will come on a day than are on the books: of a forecast for the whole day where it has one, else of the mean of
 * days before; a share of it for one departure or type of room.
 * @param taken on the books for that day
 * @param usual mean of past days; undefined: not known
 */
export const remainingDemand = (
  forecast: Forecast | undefined,
  usual: number | undefined,
  date: string,
  taken: number,
  share: number,
): ExpectedDemand | undefined => {
  const day = forecast?.days.find((one) => one.date === date);
  if (day !== undefined) {
    const mean = Math.max(0, day.mean - taken) * share;
    const deviation = (Math.max(0, day.upper80 - day.lower80) / SPAN_80) * share;
    return { mean, deviation, source: `the demand forecast of ${forecast?.asOf}` };
  }
  if (usual === undefined) return undefined;
  const mean = Math.max(0, usual - taken) * share;
  return { mean, deviation: Math.sqrt(mean), source: 'the mean of the days before, as there is no forecast' };
};
