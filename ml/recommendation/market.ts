import { LRUCache } from 'lru-cache';
import type { Interaction } from '../../contracts/features/interactions.ts';
import { inLocale } from '../../contracts/texts.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import { type ContentIndex, contentIndex } from './content-similarity.ts';
import { recentDemand } from './demand-trend.ts';
import { type CatalogueReader, type SellableProducts, sellableProducts } from './sellable-products.ts';

const DAY_MS = 86_400_000;
/** Four half-lives of the demand of late: what is older counts a sixteenth at most. */
const LOOKED_BACK_DAYS = 56;
const HALF_LIFE_DAYS = 14;

/** What a tenant offers and what is wanted of it, at an instant. */
export interface Market {
  readonly tenant: string;
  /** Published products by id. */
  readonly products: ReadonlyMap<string, ProductView>;
  readonly content: ContentIndex;
  /** Demand of late by product id, of customers with an e-mail address as in training. */
  readonly recent: ReadonlyMap<string, number>;
  /** Published products, the most wanted of late first; then those that nobody wanted, the newest first. */
  readonly popular: readonly string[];
  readonly sellable: SellableProducts;
}

/** What is known of markets, for as long as it may be old: with it goes a new product or a change of what is popular, not what is sold out. */
const KEPT_MS = 10 * 60_000;
const KEPT_TENANTS = 20;
type Kept = { readonly readAt: number; readonly market: Promise<Omit<Market, 'sellable'>> };
const keptOf = new WeakMap<Documents, LRUCache<string, Kept>>();

/** The market of a tenant, not older than ten minutes but for what can be booked, which is read now. @param now ISO 8601 UTC instant */
export const recentMarket = async (reader: CatalogueReader, tenant: string, now: string): Promise<Market> => {
  const kept = keptOf.get(reader.documents) ?? new LRUCache<string, Kept>({ max: KEPT_TENANTS });
  keptOf.set(reader.documents, kept);
  const at = Date.parse(now);
  let entry = kept.get(tenant);
  if (entry === undefined || Math.abs(at - entry.readAt) > KEPT_MS) {
    entry = { readAt: at, market: readMarket(reader, tenant, now) };
    kept.set(tenant, entry);
    // What could not be read is read anew by the next who asks.
    entry.market.catch(() => kept.delete(tenant));
  }
  return { ...(await entry.market), sellable: sellableProducts(reader, tenant, now) };
};

/** Reads the market of a tenant. @param now ISO 8601 UTC instant */
export const readMarket = async (reader: CatalogueReader, tenant: string, now: string): Promise<Market> => {
  const { documents, collection } = reader;
  const products = new Map<string, ProductView>();
  const offered = { filter: { tenant, published: true } };
  for await (const page of everyPage<ProductView>(documents, collection('products'), offered))
    for (const product of page) products.set(product.id, product);

  const since = new Date(Date.parse(now) - LOOKED_BACK_DAYS * DAY_MS).toISOString();
  const demand = { filter: { tenant, at: { $gte: since } } };
  const interactions: Interaction[] = [];
  for await (const page of everyPage<Interaction>(documents, collection('customer-interactions'), demand))
    interactions.push(...page.filter(({ customerId }) => customerId !== null));
  const recent = recentDemand(interactions, now, HALF_LIFE_DAYS);
  const popular = [...products.values()]
    .sort(
      (a, b) =>
        (recent.get(b.id) ?? 0) - (recent.get(a.id) ?? 0) ||
        b.createdAt.localeCompare(a.createdAt) ||
        (a.id < b.id ? -1 : 1),
    )
    .map(({ id }) => id);
  return {
    tenant,
    products,
    content: contentIndex(products.values()),
    recent,
    popular,
    sellable: sellableProducts(reader, tenant, now),
  };
};

/** What people call a product. */
export const titleOf = ({ texts, details }: ProductView): string =>
  inLocale(texts, 'en')?.title ?? details.internalName;
