import type { PriceRule } from '../../contracts/events/pricing.ts';
import { type PredictionView, predictionIdOf } from '../../contracts/views/prediction.ts';
import type { PricingView } from '../../contracts/views/pricing.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import type { NewPrediction, Predictor, PredictorContext } from '../predicting/predictor.ts';
import type { PriceSubject } from './price-subject.ts';
import { departuresToPrice } from './priced-departures.ts';
import { nightsToPrice } from './priced-nights.ts';
import { proposePrice } from './propose-price.ts';

const DAYS_AHEAD = 90;
/** Subjects of a part of the daily run. */
const PART = 200;

/**
 * Proposes a price, daily, for each departure and hotel night of the next 90 days whose product or hotel has a rule. What would only
 * repeat that the price may stay is not written again.
 */
export const pricePredictor: Predictor = {
  name: 'price',
  everyHours: 24,
  onSchedule: async function* (tenant, cause, context) {
    const { documents, collection } = context;
    const filter = { tenant, hasRule: true };
    for await (const page of everyPage<PricingView>(documents, collection('pricing'), { filter })) {
      for (const pricing of page) {
        if (pricing.rule === null) continue;
        const subjects = await subjectsOf(context, pricing, pricing.rule);
        for (let from = 0; from < subjects.length; from += PART) {
          yield await proposals(context, tenant, cause, subjects.slice(from, from + PART));
        }
      }
    }
  },
};

const subjectsOf = (
  context: PredictorContext,
  pricing: PricingView,
  rule: PriceRule,
): Promise<readonly PriceSubject[]> =>
  pricing.scope === 'product'
    ? departuresToPrice(context, { tenant: pricing.tenant, productId: pricing.scopeId, rule, days: DAYS_AHEAD })
    : nightsToPrice(context, pricing, rule, DAYS_AHEAD);

const proposals = async (
  context: PredictorContext,
  tenant: string,
  cause: string,
  subjects: readonly PriceSubject[],
): Promise<readonly NewPrediction[]> => {
  const { documents, collection } = context;
  const idOf = ({ id }: PriceSubject): string => predictionIdOf('price', tenant, id);
  const latest = await documents.getMany<PredictionView>(collection('predictions'), subjects.map(idOf));
  const made = await Promise.all(
    subjects.map(async (subject): Promise<NewPrediction[]> => {
      const data = await proposePrice(context, tenant, cause, subject);
      const before = latest.get(idOf(subject));
      if (data.proposed === data.current && isSaidAlready(before, data)) return [];
      return [
        { tenant, kind: 'price', subject: subject.id, causationId: cause, event: { type: 'price.proposed.v1', data } },
      ];
    }),
  );
  return made.flat();
};

/** The latest word was the same: leave this price as it is, told by a model as now, or by the fallback as now. */
const isSaidAlready = (
  before: PredictionView | undefined,
  { current, fallback }: { readonly current: number; readonly fallback: string | null },
): boolean =>
  before?.kind === 'price' &&
  before.payload.current === current &&
  before.payload.proposed === current &&
  before.fallback === fallback;
