import { idOf, type RecordedEvent } from '../../contracts/events/envelope.ts';
import { INTERACTION_WEIGHTS, type Interaction } from '../../contracts/features/interactions.ts';
import { type PredictionView, predictionIdOf } from '../../contracts/views/prediction.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import type { NewPrediction, Predictor, PredictorContext } from '../predicting/predictor.ts';
import { readMarket, recentMarket } from './market.ts';
import {
  type CustomerHistory,
  listOfCustomer,
  listOfEveryone,
  listsOfProducts,
  type RecommendationList,
} from './recommendation-lists.ts';

const INTERACTIONS = 'customer-interactions';
/** Latest interactions of a customer that are looked at. */
const MOST_INTERACTIONS = 500;
/** Events that are looked at side by side. */
const AT_ONCE = 8;
/** Products of a part of the daily run: each brings a score of every product from the pool. */
const PART = 32;

/**
 * Recommends: to a customer after each confirmed booking; daily what goes with each product, and what is popular. The lists of
 * customers who were forgotten are emptied with the daily run.
 */
export const recommendationPredictor: Predictor = {
  name: 'recommendation',
  handles: ['booking.confirmed.v1'],
  views: [INTERACTIONS, 'products', 'departures'],

  onEvents: async (events, context) => {
    const markets = new Map<string, ReturnType<typeof recentMarket>>();
    // Whose booking it is, is asked of the view, where tests are left out and forgotten customers are gone.
    const ids = [...new Set(events.map(({ stream }) => idOf(stream)))];
    const known = await context.documents.getMany<Interaction>(context.collection(INTERACTIONS), ids);
    const recommendAfter = async (event: RecordedEvent): Promise<readonly NewPrediction[]> => {
      const { tenant, stream } = event;
      const { customerId = null, at = '' } = known.get(idOf(stream)) ?? {};
      const customer = customerId === null ? undefined : await historyOf(context, tenant, customerId);
      // Of a whole history that is read again, only the last booking of each customer is worth a list.
      if (customer === undefined || customer.bookedAt > at) return [];
      const market = markets.get(tenant) ?? recentMarket(context, tenant, context.clock());
      markets.set(tenant, market);
      const list = await listOfCustomer(context, await market, customer);
      const prediction = refreshed(tenant, 'customer', customer.customerId, list, event.id);
      return [{ ...prediction, correlationId: event.correlationId }];
    };
    const made: NewPrediction[] = [];
    for (let from = 0; from < events.length; from += AT_ONCE)
      made.push(...(await Promise.all(events.slice(from, from + AT_ONCE).map(recommendAfter))).flat());
    return made;
  },

  everyHours: 24,
  onSchedule: async function* (tenant, cause, context) {
    const market = await readMarket(context, tenant, context.clock());
    const everyone = refreshed(tenant, 'everyone', 'everyone', await listOfEveryone(market), cause);
    yield await changed(context, [everyone]);
    const ids = [...market.products.keys()];
    for (let from = 0; from < ids.length; from += PART) {
      const lists = await listsOfProducts(context, market, ids.slice(from, from + PART));
      const made = lists.map(([productId, list]) => refreshed(tenant, 'product', productId, list, cause));
      yield await changed(context, made);
    }
    yield* emptiedLists(tenant, cause, context);
  },
};

const refreshed = (
  tenant: string,
  subjectKind: 'customer' | 'product' | 'everyone',
  subjectId: string,
  list: RecommendationList,
  causationId: string,
): NewPrediction => ({
  tenant,
  kind: 'recommendation',
  subject: subjectId,
  event: { type: 'recommendations.refreshed.v1', data: { subjectKind, subjectId, ...list } },
  causationId,
});

/** Those whose list is not the one that is told already: most of a large catalogue stays as it was from day to day. */
const changed = async (
  { documents, collection }: PredictorContext,
  made: readonly NewPrediction[],
): Promise<readonly NewPrediction[]> => {
  const viewId = ({ tenant, kind, subject }: NewPrediction): string => predictionIdOf(kind, tenant, subject);
  const told = await documents.getMany<PredictionView>(collection('predictions'), made.map(viewId));
  return made.filter((prediction) => {
    const before = told.get(viewId(prediction));
    const { data } = prediction.event;
    if (before?.kind !== 'recommendation' || !('items' in data)) return true;
    const lists = [before.payload.items, data.items].map((items) => items.map(({ productId }) => productId).join());
    return lists[0] !== lists[1] || before.version !== data.version;
  });
};

/** What a customer has to do with which products, the latest last, and when the last booking was; undefined: nothing is known. */
const historyOf = async (
  { documents, collection }: PredictorContext,
  tenant: string,
  customerId: string,
): Promise<(CustomerHistory & { readonly bookedAt: string }) | undefined> => {
  const { items } = await documents.find<Interaction>(collection(INTERACTIONS), {
    filter: { tenant, customerId },
    sort: [['at', -1]],
    limit: MOST_INTERACTIONS,
  });
  if (items.length === 0) return undefined;
  const history = new Map<string, number>();
  for (const { productId, kind } of items.toReversed()) {
    const weight = Math.max(history.get(productId) ?? 0, INTERACTION_WEIGHTS[kind]);
    // Put anew, so that it stands where its latest interaction does.
    history.delete(productId);
    history.set(productId, weight);
  }
  const bookings = items.filter(({ kind }) => kind === 'confirmed');
  const has = new Set(bookings.map(({ productId }) => productId));
  return { customerId, history, has, bookedAt: bookings[0]?.at ?? '' };
};

/** Empty lists for customers of whom nothing is known any more. */
async function* emptiedLists(
  tenant: string,
  cause: string,
  context: PredictorContext,
): AsyncGenerator<readonly NewPrediction[]> {
  const kept = { filter: { tenant, kind: 'recommendation', subjectKind: 'customer' } };
  for await (const page of everyPage<PredictionView>(context.documents, context.collection('predictions'), kept, 500)) {
    const emptied: NewPrediction[] = [];
    for (const { kind, subject, model, version, inputsHash, payload } of page) {
      if (kind !== 'recommendation' || payload.items.length === 0) continue;
      if ((await historyOf(context, tenant, subject)) !== undefined) continue;
      const list = { items: [], model, version, fallback: null, inputsHash, reasons: [] };
      emptied.push(refreshed(tenant, 'customer', subject, list, cause));
    }
    yield emptied;
  }
}
