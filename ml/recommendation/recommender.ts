import { type CoOccurrence, coOccurrenceOf } from './co-occurrence.ts';
import { demandTrend, recentDemand } from './demand-trend.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { type CustomerInteraction, interactionMatrix } from './interaction-matrix.ts';
import { scoresOf } from './item-scores.ts';
import { type ItemWeights, learnItemWeights } from './learn-item-weights.ts';
import type { RecommenderConstants } from './recommender-inputs.ts';
import type { TestCustomer } from './test-customers.ts';

// Chosen on Online Retail, trained before 2011-10-01, by what customers bought in October.
const TREND = { halfLifeDays: 14, assumed: 5 };
const NEIGHBOURS = 100;
const ROW_LENGTH = 128;
/** Penalties that are tried, in customers: what suits depends on how many there are. */
const LAMBDAS = [10, 50, 200, 800];

/** What is counted once and learned from with each penalty. */
export interface Counted {
  readonly gram: CoOccurrence;
  readonly constants: RecommenderConstants;
}

/** Counts interactions. @param fewestCustomers products with fewer are left out */
export const countInteractions = (interactions: readonly CustomerInteraction[], fewestCustomers: number): Counted => {
  const matrix = interactionMatrix(interactions, fewestCustomers);
  const totals = new Map<string, number>();
  for (const { productId } of interactions) totals.set(productId, (totals.get(productId) ?? 0) + 1);
  return {
    gram: coOccurrenceOf(matrix),
    constants: {
      products: [...matrix.products],
      totals: matrix.products.map((productId) => totals.get(productId) ?? 0),
      ...TREND,
    },
  };
};

/** Item weights with a penalty. */
export const learnWeights = ({ gram }: Counted, lambda: number): ItemWeights =>
  learnItemWeights(gram, { lambda, neighbours: NEIGHBOURS, rowLength: ROW_LENGTH });

/** The trend of each product's demand at an ISO 8601 UTC instant, by interactions before it. */
export const trendAt = (
  { constants }: Counted,
  interactions: readonly CustomerInteraction[],
  instant: string,
): Float32Array =>
  demandTrend(
    recentDemand(interactions, instant, constants.halfLifeDays),
    constants.products,
    constants.totals,
    constants,
  );

/**
 * The penalty whose lists are best for customers who were not learned from: what they took after a cut.
 * @param before interactions as they stood at the cut
 * @returns the middle of those tried when there are no such customers
 */
export const chooseLambda = (
  before: readonly CustomerInteraction[],
  customers: readonly TestCustomer[],
  cut: string,
  fewestCustomers: number,
  onProgress: (part: number) => void,
): number => {
  const counted = countInteractions(before, fewestCustomers);
  const demand = trendAt(counted, before, cut);
  let best: { readonly lambda: number; readonly evaluation: Evaluation } | undefined;
  for (const [tried, lambda] of LAMBDAS.entries()) {
    const weights = learnWeights(counted, lambda);
    const evaluation = evaluate(counted.constants.products, customers, (history) => scoresOf(weights, history, demand));
    if (evaluation.customers === 0) break;
    if (best === undefined || evaluation.ndcg > best.evaluation.ndcg) best = { lambda, evaluation };
    onProgress((tried + 1) / LAMBDAS.length);
  }
  return best?.lambda ?? 50;
};
