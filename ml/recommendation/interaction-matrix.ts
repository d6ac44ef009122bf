import { INTERACTION_WEIGHTS, type Interaction } from '../../contracts/features/interactions.ts';

/** What a recommender learns from: an interaction of a known customer. */
export type CustomerInteraction = Pick<Interaction, 'productId' | 'kind' | 'at'> & { readonly customerId: string };

/** Customers by products, row by row (compressed sparse rows): what each has to do with which products. */
export interface InteractionMatrix {
  /** Customer ids by row. */
  readonly customers: readonly string[];
  /** Product ids by column. */
  readonly products: readonly string[];
  /** Where each row begins in `columns`; one more than there are rows. */
  readonly starts: Int32Array;
  /** Columns of each row in increasing order. */
  readonly columns: Int32Array;
  /** Weight of each entry, in (0, 1]: that of the strongest interaction. */
  readonly weights: Float32Array;
}

/** An agency that books everything under one address says little of taste and would cost the square of what it booked. */
const MOST_PRODUCTS_A_CUSTOMER = 2_000;

/**
 * The matrix of interactions. Products with fewer than `fewestCustomers` customers are left out: nothing can be told of them.
 * Of a customer with very many products the latest are kept.
 */
export const interactionMatrix = (
  interactions: readonly CustomerInteraction[],
  fewestCustomers: number,
): InteractionMatrix => {
  const byCustomer = entriesByCustomer(interactions);
  const customersOf = new Map<string, number>();
  for (const entries of byCustomer.values())
    for (const productId of entries.keys()) customersOf.set(productId, (customersOf.get(productId) ?? 0) + 1);
  const products = [...customersOf]
    .filter(([, customers]) => customers >= fewestCustomers)
    .map(([productId]) => productId)
    .sort();
  const columnOf = new Map(products.map((productId, column) => [productId, column]));

  const customers: string[] = [];
  const starts = [0];
  const columns: number[] = [];
  const weights: number[] = [];
  for (const customerId of [...byCustomer.keys()].sort()) {
    const row = latest(byCustomer.get(customerId) ?? new Map())
      .flatMap(([productId, { weight }]) => {
        const column = columnOf.get(productId);
        return column === undefined ? [] : [[column, weight] as const];
      })
      .sort(([a], [b]) => a - b);
    if (row.length === 0) continue;
    customers.push(customerId);
    for (const [column, weight] of row) {
      columns.push(column);
      weights.push(weight);
    }
    starts.push(columns.length);
  }
  return {
    customers,
    products,
    starts: Int32Array.from(starts),
    columns: Int32Array.from(columns),
    weights: Float32Array.from(weights),
  };
};

type Entries = Map<string, { weight: number; at: string }>;

const entriesByCustomer = (interactions: readonly CustomerInteraction[]): Map<string, Entries> => {
  const byCustomer = new Map<string, Entries>();
  for (const { customerId, productId, kind, at } of interactions) {
    let entries = byCustomer.get(customerId);
    if (entries === undefined) {
      entries = new Map();
      byCustomer.set(customerId, entries);
    }
    const weight = INTERACTION_WEIGHTS[kind];
    const entry = entries.get(productId);
    if (entry === undefined) entries.set(productId, { weight, at });
    else {
      entry.weight = Math.max(entry.weight, weight);
      if (at > entry.at) entry.at = at;
    }
  }
  return byCustomer;
};

const latest = (entries: Entries) =>
  entries.size <= MOST_PRODUCTS_A_CUSTOMER
    ? [...entries]
    : [...entries].sort(([, a], [, b]) => (a.at < b.at ? 1 : -1)).slice(0, MOST_PRODUCTS_A_CUSTOMER);
