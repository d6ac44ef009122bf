import { z } from 'zod';
import { customerIdOf } from '../../contracts/features/customer-id.ts';
import type { Interaction } from '../../contracts/features/interactions.ts';
import { locale } from '../../contracts/texts.ts';
import { type PredictionView, predictionIdOf } from '../../contracts/views/prediction.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { recentMarket } from '../../ml/recommendation/market.ts';
import { listOfEveryone } from '../../ml/recommendation/recommendation-lists.ts';
import { type CatalogueReader, sellableProducts } from '../../ml/recommendation/sellable-products.ts';
import { seesEveryBooking } from '../bookings/visible-bookings.ts';
import { productSummary, toProductSummary } from '../catalogue/product-page.ts';
import { visibleProduct } from '../catalogue/products.ts';
import { PREDICTIONS } from '../predictions/predictions.ts';
import { callerOf } from '../reading/caller.ts';
import { word } from '../reading/parameters.ts';
import { chooseLocale } from '../reading/preferences.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const INTERACTIONS = 'customer-interactions';
/** Bookings of a customer that are left out of the list. */
const MOST_BOOKINGS = 500;

type RecommendationView = Extract<PredictionView, { kind: 'recommendation' }>;
/** A list as it was made, by a prediction or now. */
type KeptList = Pick<RecommendationView, 'model' | 'version' | 'fallback' | 'predictedAt'> & {
  readonly items: RecommendationView['payload']['items'];
};

const recommendationQuery = z
  .strictObject({
    customerEmail: z.email().max(320).optional().describe('Whose list. For staff who see the bookings.'),
    customerId: word.optional().describe('The same, by the id that predictions name a customer by.'),
    productId: word.optional().describe('What travellers who booked this booked too.'),
    locale: locale.optional().describe('Language of the texts. Default: `Accept-Language`, else English.'),
    limit: z.coerce.number().int().min(1).max(50).default(10),
  })
  .superRefine(({ customerEmail, customerId, productId }, context) => {
    const asked = Object.entries({ customerEmail, customerId, productId }).filter(([, value]) => value !== undefined);
    const [, second] = asked;
    if (second === undefined) return;
    const message = `cannot be asked for together with ${asked[0]?.[0]}`;
    context.addIssue({ code: 'custom', path: [second[0]], message });
  });

const recommendationAnswer = z.object({
  subjectKind: z
    .enum(['customer', 'product', 'everyone'])
    .describe('For whom the list is; `everyone` where nothing is known of the one asked for.'),
  items: z.array(
    z.object({ product: productSummary, score: z.number(), why: z.string().describe('In plain English.') }),
  ),
  model: z.string(),
  version: z.string().nullable().describe('Null where the model was away.'),
  fallback: z.string().nullable().describe('What stood in for the model.'),
  predictedAt: z.string(),
});

/** Products to recommend: the list that was predicted, without what cannot be booked any more, filled up with what is popular. */
export const recommendationRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/recommendations',
    operationId: 'getRecommendations',
    summary: 'Recommend products to a customer, beside a product, or to everyone',
    description:
      'Only products that can be booked now. Lists of customers are for those who see all bookings; a reseller or a traveller asks by product, or for what is popular.',
    tag: 'Predictions',
    action: 'catalogue:read',
    query: recommendationQuery,
    responses: { 200: { description: 'Products, best first', schema: recommendationAnswer } },
    errors: ['NOT_FOUND'],
    handle: ({ query, context }) =>
      readViews(deps, [PREDICTIONS, INTERACTIONS, 'products', 'departures'], context, async () => {
        const caller = callerOf(context);
        const { tenant } = caller;
        const { customerEmail, productId, limit } = query;
        const isOfCustomer = customerEmail !== undefined || query.customerId !== undefined;
        if (isOfCustomer && !seesEveryBooking(caller))
          return refuse('FORBIDDEN', 'lists of customers are for those who see all bookings');
        if (productId !== undefined && (await visibleProduct(deps, caller, productId)) === undefined)
          return refuse('NOT_FOUND', `there is no product ${productId}`);
        const customerId = customerEmail === undefined ? query.customerId : customerIdOf(tenant, customerEmail);
        const booked = customerId == null ? [] : await bookingsOf(deps, tenant, customerId);
        // Of whom nothing is known, or nothing any more, nothing is told.
        const subject = customerId == null ? productId : booked.length > 0 ? customerId : undefined;
        const own = subject === undefined ? undefined : await keptList(deps, tenant, subject);
        const everyone = await listForEveryone(deps, tenant);
        const without = new Set(booked.flatMap((one) => (one.kind === 'confirmed' ? [one.productId] : [])));
        if (productId !== undefined) without.add(productId);
        const items = [...(own?.items ?? []), ...everyone.items].filter((item) => {
          if (without.has(item.productId)) return false;
          without.add(item.productId);
          return true;
        });
        const sellable = await sellableProducts(
          readerOf(deps),
          tenant,
          deps.clock(),
        )(items.map((item) => item.productId));
        const wanted = chooseLocale(query.locale, context);
        const { model, version, fallback, predictedAt } = own ?? everyone;
        return {
          body: {
            subjectKind: own === undefined ? 'everyone' : isOfCustomer ? 'customer' : 'product',
            items: items
              .flatMap(({ productId: id, score, why }) => {
                const product = sellable.get(id);
                return product === undefined ? [] : [{ product: toProductSummary(product, wanted), score, why }];
              })
              .slice(0, limit),
            model,
            version,
            fallback,
            predictedAt,
          },
          headers: { vary: 'Accept-Language' },
        };
      }),
  });

const readerOf = ({ documents, liveViews }: QueryDeps): CatalogueReader => ({
  documents,
  collection: (view) => liveViews.collection(view),
});

const bookingsOf = async ({ documents, liveViews }: QueryDeps, tenant: string, customerId: string) => {
  const { items } = await documents.find<Interaction>(liveViews.collection(INTERACTIONS), {
    filter: { tenant, customerId },
    sort: [['at', -1]],
    limit: MOST_BOOKINGS,
  });
  return items;
};

/** The list as it was predicted; undefined: none was, or it is empty. */
const keptList = async (
  { documents, liveViews }: QueryDeps,
  tenant: string,
  subject: string,
): Promise<KeptList | undefined> => {
  const id = predictionIdOf('recommendation', tenant, subject);
  const found = await documents.get<PredictionView>(liveViews.collection(PREDICTIONS), id);
  if (found?.kind !== 'recommendation' || found.tenant !== tenant || found.payload.items.length === 0) return undefined;
  const { model, version, fallback, predictedAt, payload } = found;
  return { model, version, fallback, predictedAt, items: payload.items };
};

/** What is popular, by the daily list; before there is one, made now. */
const listForEveryone = async (deps: QueryDeps, tenant: string): Promise<KeptList> => {
  const now = deps.clock();
  return (
    (await keptList(deps, tenant, 'everyone')) ?? {
      ...(await listOfEveryone(await recentMarket(readerOf(deps), tenant, now))),
      predictedAt: now,
    }
  );
};
