import { INTERACTION_WEIGHTS } from '../../contracts/features/interactions.ts';
import type { CustomerInteraction } from './interaction-matrix.ts';

/** A customer on whom a recommender is tried: what was known before, and what was taken after. */
export interface TestCustomer {
  readonly customerId: string;
  /** Product -> weight, before the cut. */
  readonly history: ReadonlyMap<string, number>;
  /** Products that were booked after the cut and are new to the customer; never empty. */
  readonly relevant: ReadonlySet<string>;
}

/** What each customer has to do with which products: the weight of the strongest interaction of each. */
const historiesOf = (interactions: Iterable<Omit<CustomerInteraction, 'at'>>): Map<string, Map<string, number>> => {
  const histories = new Map<string, Map<string, number>>();
  for (const { customerId, productId, kind } of interactions) {
    let history = histories.get(customerId);
    if (history === undefined) {
      history = new Map();
      histories.set(customerId, history);
    }
    history.set(productId, Math.max(history.get(productId) ?? 0, INTERACTION_WEIGHTS[kind]));
  }
  return histories;
};

/**
 * Customers who were known before a cut and booked something new after it, in the order of their ids.
 * @param before interactions as they stood at the cut
 * @param after interactions as they stand later; those that began before the cut are passed over
 * @param cut ISO 8601 UTC instant
 */
export const testCustomers = (
  before: readonly CustomerInteraction[],
  after: readonly CustomerInteraction[],
  cut: string,
): readonly TestCustomer[] => {
  const histories = historiesOf(before);
  const taken = new Map<string, Set<string>>();
  for (const { customerId, productId, kind, at } of after) {
    if (at < cut || kind !== 'confirmed') continue;
    const history = histories.get(customerId);
    if (history === undefined || history.has(productId)) continue;
    const relevant = taken.get(customerId);
    if (relevant === undefined) taken.set(customerId, new Set([productId]));
    else relevant.add(productId);
  }
  return [...taken]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([customerId, relevant]) => ({ customerId, history: histories.get(customerId) ?? new Map(), relevant }));
};
