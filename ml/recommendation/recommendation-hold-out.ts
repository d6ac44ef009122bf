import type { TensorData } from '../serving/model-client.ts';
import type { HoldOut } from '../training/trainer.ts';
import { recentDemand } from './demand-trend.ts';
import { LIST_LENGTH } from './evaluate.ts';
import type { CustomerInteraction } from './interaction-matrix.ts';
import { listQuality } from './ranking-metrics.ts';
import { isExcluded } from './recommendation-onnx.ts';
import { constantsOf, recommenderTensors } from './recommender-inputs.ts';
import type { TestCustomer } from './test-customers.ts';

/** Customers at most: with 20,000 products each brings 80 kB in and out. */
const MOST_CUSTOMERS = 1_000;

/**
 * Customers whom no version has learned from, and what they booked. A row's loss is 1 − NDCG@20, of products that a version may not
 * know too: one that lacks them can't list them.
 * @param known interactions as they stood at the cut, an ISO 8601 UTC instant: histories and demand are of before it
 */
export const recommendationHoldOut = (
  customers: readonly TestCustomer[],
  known: readonly CustomerInteraction[],
  cut: string,
): HoldOut => {
  // By ids, which are hashes: a fair sample, and the same at each training.
  const tried = customers.slice(0, MOST_CUSTOMERS);
  return {
    rows: tried.length,
    inputsFor: (manifest) => {
      const constants = constantsOf(manifest);
      const asked = tried.map(({ history }) => ({ history, exclude: history.keys() }));
      return recommenderTensors(constants, asked, recentDemand(known, cut, constants.halfLifeDays));
    },
    lossOf: (outputs, manifest) => {
      const { products, indexOf } = constantsOf(manifest);
      const lists = listsOf(outputs.top_items, outputs.top_scores);
      return Float64Array.from(tried, ({ relevant }, row) => {
        const columns = [...relevant].map((productId, at) => indexOf.get(productId) ?? products.length + at);
        return 1 - listQuality(lists[row] ?? [], new Set(columns), LIST_LENGTH).ndcg;
      });
    },
  };
};

/** The ranked indices of each row, without what was excluded. */
export const listsOf = (items: TensorData | undefined, scores: TensorData | undefined): number[][] => {
  if (items === undefined || scores === undefined) throw new Error('the model gives no top_items and top_scores');
  const [rows = 0, width = 0] = items.dims;
  return Array.from({ length: rows }, (_, row) => {
    const from = row * width;
    return Array.from(items.data.subarray(from, from + width), Number).filter(
      (_index, at) => !isExcluded(Number(scores.data[from + at])),
    );
  });
};
