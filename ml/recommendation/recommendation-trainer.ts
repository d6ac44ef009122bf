import { openLocalModel } from '../onnx/run-model.ts';
import { TooLittleDataError, type TrainedModel, type Trainer } from '../training/trainer.ts';
import { diversity, evaluate, knnScores } from './evaluate.ts';
import { INTERACTION_EVENTS, type InteractionHistory, interactionCollector } from './interaction-history.ts';
import type { CustomerInteraction } from './interaction-matrix.ts';
import { scoresOf } from './item-scores.ts';
import { recommendationCard } from './recommendation-card.ts';
import { recommendationHoldOut } from './recommendation-hold-out.ts';
import { goldenOf, recommendationManifest } from './recommendation-manifest.ts';
import { recommenderOnnx } from './recommendation-onnx.ts';
import { chooseLambda, countInteractions, learnWeights, trendAt } from './recommender.ts';
import { indexed, recommenderTensors } from './recommender-inputs.ts';
import { testCustomers } from './test-customers.ts';

const HOLD_OUT_DAYS = 28;
const FEWEST_CUSTOMERS = 5;
const FEWEST_PRODUCTS = 5;
const FEWEST_TEST_CUSTOMERS = 20;

const daysBefore = (instant: string, days: number): string =>
  new Date(Date.parse(instant) - days * 86_400_000).toISOString();

/**
 * Learns from bookings what goes with what. The last four weeks are held out: what customers booked then is what versions are
 * compared on, and the four weeks before it choose the penalty. What is wanted of late is no part of the model but an input, so a
 * version does not age with the season.
 */
export const recommendationTrainer: Trainer<InteractionHistory> = {
  name: 'recommendation',
  task: 'recommendation',
  handles: INTERACTION_EVENTS,
  collector: interactionCollector,

  table: (data) => ({
    columns: [
      { name: 'customer', kind: 'text' },
      { name: 'product', kind: 'text' },
      { name: 'interaction', kind: 'category' },
      { name: 'at', kind: 'date' },
    ],
    rows: data.latest().map(({ customerId, productId, kind, at }) => [customerId, productId, kind, at]),
  }),

  train: async (data, { version, onProgress = () => {} }): Promise<TrainedModel> => {
    const all = data.latest();
    const last = all
      .map(({ at }) => at)
      .sort()
      .at(-1);
    if (last === undefined) throw new TooLittleDataError('there is no booking of a customer with an e-mail address');
    const cut = daysBefore(last, HOLD_OUT_DAYS);
    const known = data.at(cut);
    const counted = countInteractions(known, FEWEST_CUSTOMERS);
    const { products } = counted.constants;
    if (products.length < FEWEST_PRODUCTS)
      throw new TooLittleDataError(
        `${FEWEST_PRODUCTS} products with ${FEWEST_CUSTOMERS} customers each are needed before ${cut.slice(0, 10)}, there are ${products.length}`,
      );
    const customers = testCustomers(known, all, cut);
    if (customers.length < FEWEST_TEST_CUSTOMERS)
      throw new TooLittleDataError(
        `${FEWEST_TEST_CUSTOMERS} known customers who booked something new in the last ${HOLD_OUT_DAYS} days are needed, there are ${customers.length}`,
      );
    const lambda = penaltyFor(data, cut, known, (part) => onProgress(part * 0.7));
    const weights = learnWeights(counted, lambda);
    onProgress(0.9);

    const demand = trendAt(counted, known, cut);
    const evaluations = {
      ours: evaluate(products, customers, (history) => scoresOf(weights, history, demand)),
      knn: evaluate(products, customers, (history) => knnScores(counted.gram, history)),
      popularity: evaluate(products, customers, () => counted.gram.diagonal.slice()),
    };
    const metrics = {
      'recall@20': evaluations.ours.recall,
      'ndcg@20': evaluations.ours.ndcg,
      coverage: evaluations.ours.coverage,
      diversity: diversity(counted.gram, evaluations.ours.lists),
      'recall@20 of item-kNN': evaluations.knn.recall,
      'ndcg@20 of item-kNN': evaluations.knn.ndcg,
      'recall@20 of popularity': evaluations.popularity.recall,
      'ndcg@20 of popularity': evaluations.popularity.ndcg,
      lambda,
    };
    const onnx = recommenderOnnx(weights);
    const model = await openLocalModel(onnx);
    const [sample] = customers.map(({ history }) => ({ history, exclude: history.keys() }));
    const inputs = recommenderTensors(indexed(counted.constants), sample === undefined ? [] : [sample], new Map());
    const golden = goldenOf(inputs, await model.run(inputs));
    await model.close();
    onProgress(1);
    return {
      onnx,
      manifest: recommendationManifest(version, known, counted.constants, metrics, [golden]),
      card: recommendationCard(version, { counted, known, cut, lambda, evaluations }),
      holdOut: recommendationHoldOut(customers, known, cut),
    };
  },
};

/** The penalty that served the customers of the four weeks before the hold-out best. */
const penaltyFor = (
  data: InteractionHistory,
  cut: string,
  known: readonly CustomerInteraction[],
  onProgress: (part: number) => void,
): number => {
  const earlier = daysBefore(cut, HOLD_OUT_DAYS);
  const before = data.at(earlier);
  return chooseLambda(before, testCustomers(before, known, earlier), earlier, FEWEST_CUSTOMERS, onProgress);
};
