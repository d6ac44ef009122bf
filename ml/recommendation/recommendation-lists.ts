import { hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { PredictionEvent, PredictionReason } from '../../contracts/events/predictions.ts';
import type { PredictorContext } from '../predicting/predictor.ts';
import { askRecommender, type RecommenderAnswer } from './ask-recommender.ts';
import { bookedWith, composeList, KEPT, likeness, POPULAR, popularProducts } from './compose-list.ts';
import { type Candidate, diversify } from './diversify.ts';
import { type Market, titleOf } from './market.ts';

/** What `recommendations.refreshed.v1` tells beside whom it is for. */
export type RecommendationList = Omit<
  Extract<PredictionEvent, { type: 'recommendations.refreshed.v1' }>['data'],
  'subjectKind' | 'subjectId'
>;

const MODEL = 'recommendation';
/** Products of a history, the latest, of each of which the model is asked what it says by itself. */
const EXPLAINED = 8;
const MOST_REASONS = 5;

/** A customer as lists are made for. */
export interface CustomerHistory {
  readonly customerId: string;
  /** Product -> weight, the latest interaction last. */
  readonly history: ReadonlyMap<string, number>;
  /** What was booked already. */
  readonly has: ReadonlySet<string>;
}

/** The list of a customer, by the model; by what is like the bookings and by popularity while no version can answer. */
export const listOfCustomer = async (
  context: PredictorContext,
  market: Market,
  { customerId, history, has }: CustomerHistory,
): Promise<RecommendationList> => {
  const latest = [...history].slice(-EXPLAINED);
  const alone = latest.map((entry) => ({ history: new Map([entry]), exclude: [] }));
  const answer = await askRecommender(context, {
    tenant: market.tenant,
    key: customerId,
    asked: [{ history, exclude: has }, ...alone],
    recent: market.recent,
  });
  const sources = latest.map(([productId], at) => ({ productId, row: at + 1 }));
  const items = await composeList(market, {
    history,
    exclude: has,
    ranked: answer === undefined ? [] : rankedIn(answer, 0, market, sources),
    isKnown: (productId) => answer?.constants.indexOf.has(productId) ?? false,
  });
  if (answer === undefined) return withoutModel(items, { customerId, history: [...history] });
  const reasons = sources
    .map(({ productId, row }): PredictionReason => {
      const contribution = items.reduce((sum, item) => sum + scoreIn(answer, row, item.productId), 0);
      return { feature: 'booked', value: productId, contribution };
    })
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, MOST_REASONS);
  return byModel(items, answer, reasons);
};

/** The lists of some products: what travellers who booked each booked too, and what is like it. */
export const listsOfProducts = async (
  context: PredictorContext,
  market: Market,
  productIds: readonly string[],
): Promise<readonly (readonly [productId: string, list: RecommendationList])[]> => {
  const asked = productIds.map((productId) => ({ history: new Map([[productId, 1]]), exclude: [productId] }));
  const answer = await askRecommender(context, {
    tenant: market.tenant,
    key: 'products',
    asked,
    recent: market.recent,
  });
  const lists: (readonly [string, RecommendationList])[] = [];
  for (const [row, productId] of productIds.entries()) {
    const items = await composeList(market, {
      history: new Map([[productId, 1]]),
      exclude: new Set([productId]),
      ranked: answer === undefined ? [] : rankedIn(answer, row, market, [{ productId, row }]),
      isKnown: (id) => answer?.constants.indexOf.has(id) ?? false,
    });
    lists.push([productId, answer === undefined ? withoutModel(items, productId) : byModel(items, answer, [])]);
    // A catalogue takes minutes: others get their turn between products.
    await setImmediate();
  }
  return lists;
};

/** What is wanted most of late, so put that different things are shown. No model is asked: popularity is what it is meant to be. */
export const listOfEveryone = async (market: Market): Promise<RecommendationList> => {
  const popular = await popularProducts(market, 2 * KEPT);
  const scored = popular.map((item) => ({ ...item, score: market.recent.get(item.productId) ?? 0 }));
  const items = diversify(scored, KEPT, (one, other) => likeness(market, one, other));
  return {
    items: [...items],
    model: 'popularity',
    version: '1.0.0',
    fallback: null,
    inputsHash: sha256(popular),
    reasons: [],
  };
};

const sha256 = (value: unknown): string => hash('sha256', JSON.stringify(value), 'hex');

const byModel = (
  items: readonly Candidate[],
  { version, inputsHash }: RecommenderAnswer,
  reasons: PredictionReason[],
): RecommendationList => ({ items: [...items], model: MODEL, version, fallback: null, inputsHash, reasons });

const withoutModel = (items: readonly Candidate[], inputs: unknown): RecommendationList => ({
  items: [...items],
  model: MODEL,
  version: null,
  fallback: 'popularity',
  inputsHash: sha256(inputs),
  reasons: [],
});

const scoreIn = ({ scores, constants }: RecommenderAnswer, row: number, productId: string): number =>
  scores[row]?.[constants.indexOf.get(productId) ?? -1] ?? 0;

/** What a row of the answer lists that is still offered and scores at all, each with what speaks for it most. */
const rankedIn = (
  answer: RecommenderAnswer,
  row: number,
  { products }: Market,
  sources: readonly { readonly productId: string; readonly row: number }[],
): readonly Candidate[] =>
  (answer.top[row] ?? []).flatMap((index) => {
    const productId = answer.constants.products[index] ?? '';
    const score = answer.scores[row]?.[index] ?? 0;
    if (score <= 0 || !products.has(productId)) return [];
    let [strongest, most]: [string | undefined, number] = [undefined, 0];
    for (const source of sources) {
      const said = answer.scores[source.row]?.[index] ?? 0;
      if (said > most) [strongest, most] = [source.productId, said];
    }
    const source = strongest === undefined ? undefined : products.get(strongest);
    return [{ productId, score, why: source === undefined ? POPULAR : bookedWith(titleOf(source)) }];
  });
