import { isBookable, statusOf } from '../../contracts/departures/departure-status.ts';
import { addDays } from '../../contracts/local-date.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { Documents } from '../../infra/documents/documents.ts';

const DEPARTURES_A_PAGE = 50;
/** Products that are asked for side by side. */
const AT_ONCE = 16;

/** Where the catalogue is read. */
export interface CatalogueReader {
  readonly documents: Documents;
  /** Collection of a view's documents in its live version. */
  readonly collection: (view: string) => string;
}

/** Of some products those that can be booked, by id. What was asked once is remembered. */
export type SellableProducts = (ids: readonly string[]) => Promise<ReadonlyMap<string, ProductView>>;

/**
 * What of a tenant's catalogue can be booked at an instant: published, and with a departure to come that has seats and is not
 * closed, or sold without a departure (freesale).
 * @param now ISO 8601 UTC instant
 */
export const sellableProducts = (reader: CatalogueReader, tenant: string, now: string): SellableProducts => {
  const known = new Map<string, ProductView | undefined>();
  return async (ids) => {
    const unknown = [...new Set(ids)].filter((id) => !known.has(id));
    const products = await reader.documents.getMany<ProductView>(reader.collection('products'), unknown);
    for (let from = 0; from < unknown.length; from += AT_ONCE) {
      const some = unknown.slice(from, from + AT_ONCE);
      await Promise.all(
        some.map(async (id) => {
          const product = products.get(id);
          const offered = product?.tenant === tenant && product.published ? product : undefined;
          const isOpen = offered?.details.allowFreesale === true || (offered && (await hasSeats(reader, offered, now)));
          known.set(id, isOpen === true ? offered : undefined);
        }),
      );
    }
    return new Map(ids.flatMap((id) => asEntry(id, known.get(id))));
  };
};

const asEntry = (id: string, product: ProductView | undefined): [string, ProductView][] =>
  product === undefined ? [] : [[id, product]];

const hasSeats = async ({ documents, collection }: CatalogueReader, product: ProductView, now: string) => {
  let after: string | undefined;
  do {
    const page = await documents.find<DepartureView>(collection('departures'), {
      // A local date may be a day behind the UTC date; the status tells exactly.
      filter: { tenant: product.tenant, productId: product.id, localDate: { $gte: addDays(now.slice(0, 10), -1) } },
      sort: [['localDate', 1]],
      limit: DEPARTURES_A_PAGE,
      ...(after === undefined ? {} : { after }),
    });
    if (page.items.some((departure) => isBookable(statusOf(departure, now)))) return true;
    after = page.next;
  } while (after !== undefined);
  return false;
};
