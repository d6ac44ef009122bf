import { existsSync } from 'node:fs';
import { type Evaluation, evaluate, knnScores } from '../../../ml/recommendation/evaluate.ts';
import type { CustomerInteraction } from '../../../ml/recommendation/interaction-matrix.ts';
import { scoresOf } from '../../../ml/recommendation/item-scores.ts';
import { chooseLambda, countInteractions, learnWeights, trendAt } from '../../../ml/recommendation/recommender.ts';
import { testCustomers } from '../../../ml/recommendation/test-customers.ts';
import type { Bench, Row } from '../report.ts';
import { onlineRetailInteractions } from './online-retail.ts';

const SHARED = process.env.SHARED_DIR ?? '../shared';
const FILE = `${SHARED}/data/churn/online_retail.csv.gz`;
const VALIDATION = '2011-10-01T00:00:00.000Z';
const CUT = '2011-11-01T00:00:00.000Z';
const FEWEST_CUSTOMERS = 10;

/** Accuracy of the recommender on UCI Online Retail beside EASE, item-kNN and popularity. */
export const recommendationBench: Bench = {
  name: 'recommendation',
  run: async () => [...(await accuracy())],
};

const accuracy = async (): Promise<readonly Row[]> => {
  if (!existsSync(FILE)) {
    console.log(`  skipped: ${FILE} is not there (set SHARED_DIR)`);
    return [];
  }
  console.log(`  with ${FILE}`);
  const all = await onlineRetailInteractions(FILE);
  const before = (instant: string): readonly CustomerInteraction[] => all.filter(({ at }) => at < instant);
  const tried = before(VALIDATION);
  const startedAt = performance.now();
  const lambda = chooseLambda(
    tried,
    testCustomers(tried, before(CUT), VALIDATION),
    VALIDATION,
    FEWEST_CUSTOMERS,
    () => {},
  );
  const known = before(CUT);
  const counted = countInteractions(known, FEWEST_CUSTOMERS);
  const weights = learnWeights(counted, lambda);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { products, totals } = counted.constants;
  const demand = trendAt(counted, known, CUT);
  const customers = testCustomers(known, all, CUT);
  const ours = evaluate(products, customers, (history) => scoresOf(weights, history, demand));
  const level = new Float32Array(products.length).fill(1);
  const without = evaluate(products, customers, (history) => scoresOf(weights, history, level));
  const knn = evaluate(products, customers, (history) => knnScores(counted.gram, history));
  const popular = evaluate(products, customers, () => counted.gram.diagonal.slice());
  console.log({ lambda, seconds, products: products.length, customers: ours.customers }, totals.length);
  for (const [name, e] of Object.entries({ ours, without, knn, popular }))
    console.log(name, (e as Evaluation).recall, e.ndcg, e.coverage);
  return [];
};
