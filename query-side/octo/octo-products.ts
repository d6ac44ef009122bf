import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { addDays } from '../../contracts/local-date.ts';
import { octoHeaders, type Wanted, wantedBy } from '../../contracts/octo/octo-locale.ts';
import { octoProduct, toOctoProduct } from '../../contracts/octo/octo-product.ts';
import { hideNet, type Principal } from '../../contracts/policy.ts';
import type { DepartureView } from '../../contracts/views/departure.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import { everyPage } from '../../infra/documents/every-page.ts';
import { defineRoute, type Refusal, type Route, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import type { QueryDeps } from '../reading/query-deps.ts';

/** How far ahead departures are looked at for an option's start times, and how long what was found is kept. */
const START_TIMES_DAYS = 31;
const START_TIMES_TTL_MS = 60_000;

type StartTimes = (optionId: string) => readonly string[];

/** A published product of the caller's tenant; a refusal that OCTO tells as INVALID_PRODUCT_ID where there is none. */
export const publishedProduct = async (
  { documents, liveViews }: Pick<QueryDeps, 'documents' | 'liveViews'>,
  caller: Principal,
  productId: string,
): Promise<ProductView | Refusal> => {
  const product = await documents.get<ProductView>(liveViews.collection('products'), productId);
  return product?.tenant === caller.tenant && product.published
    ? product
    : refuse('NOT_FOUND', 'there is no such product', 'productId', { sent: { productId } });
};

/** Routes of the catalogue under /octo. */
export const octoProductRoutes = (deps: QueryDeps): readonly Route[] => {
  const { documents, liveViews, clock } = deps;
  const known = new LRUCache<string, StartTimes>({ max: 10_000, ttl: START_TIMES_TTL_MS });

  const startTimesOf = async (product: ProductView): Promise<StartTimes> => {
    if (product.details.availabilityType === 'OPENING_HOURS') return () => [];
    const found = known.get(product.id) ?? (await upcomingStartTimes(deps, product, clock()));
    known.set(product.id, found);
    return found;
  };
  const show = async (product: ProductView, wanted: Wanted) =>
    toOctoProduct(product, { ...wanted, priceField: 'pricingFrom', startTimes: await startTimesOf(product) });

  return [
    defineRoute({
      method: 'get',
      path: '/octo/products',
      operationId: 'octoListProducts',
      summary: 'List the products that can be sold',
      tag: 'OCTO',
      action: 'catalogue:read',
      responses: { 200: { description: 'The products', schema: z.array(octoProduct) } },
      handle: async ({ context }) => {
        const caller = callerOf(context);
        const wanted = wantedBy(context.headers);
        const body: unknown[] = [];
        const filter = { tenant: caller.tenant, published: true };
        for await (const page of everyPage<ProductView>(documents, liveViews.collection('products'), { filter })) {
          for (const product of page) body.push(await show(product, wanted));
        }
        return { body: hideNet(caller, body), headers: octoHeaders(wanted) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/octo/products/:id',
      operationId: 'octoGetProduct',
      summary: 'Get a product that can be sold',
      tag: 'OCTO',
      action: 'catalogue:read',
      params: z.object({ id: z.string() }),
      responses: { 200: { description: 'The product', schema: octoProduct } },
      handle: async ({ params, context }) => {
        const caller = callerOf(context);
        const product = await publishedProduct(deps, caller, params.id);
        if ('refused' in product) return product;
        const wanted = wantedBy(context.headers);
        return { body: hideNet(caller, await show(product, wanted)), headers: octoHeaders(wanted, product) };
      },
    }),
  ];
};

/** Local start times of each option in the next days. */
const upcomingStartTimes = async (
  { documents, liveViews }: QueryDeps,
  product: ProductView,
  now: string,
): Promise<StartTimes> => {
  const today = now.slice(0, 10);
  const times = new Map<string, Set<string>>();
  const filter = {
    tenant: product.tenant,
    productId: product.id,
    localDate: { $gte: addDays(today, -1), $lte: addDays(today, START_TIMES_DAYS) },
  };
  for await (const page of everyPage<DepartureView>(documents, liveViews.collection('departures'), { filter })) {
    for (const { optionId, localStart } of page) {
      const own = times.get(optionId) ?? new Set();
      times.set(optionId, own.add(localStart.slice(11, 16)));
    }
  }
  return (optionId) => [...(times.get(optionId) ?? [])].sort();
};
