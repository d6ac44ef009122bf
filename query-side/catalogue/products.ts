import { z } from 'zod';
import { availabilityType } from '../../contracts/events/catalogue.ts';
import { hideNet, isStaff, type Principal } from '../../contracts/policy.ts';
import { locale } from '../../contracts/texts.ts';
import type { ProductView } from '../../contracts/views/product.ts';
import type { Reply, Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { flag, severalOf, sortBy, sortOf, word } from '../reading/parameters.ts';
import { chooseLocale } from '../reading/preferences.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { productPage, productSummary, toProductPage, toProductSummary } from './product-page.ts';

const VIEW = 'products';
const listPath = '/v1/products';
const localeParameter = locale.optional().describe('Language of the texts. Default: `Accept-Language`, else English.');

export const productRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: listPath,
    operationId: 'listProducts',
    summary: 'List products',
    description: 'Drafts are listed to those who work for the company only.',
    tag: 'Catalogue',
    action: 'catalogue:read',
    query: z.strictObject({
      published: flag.optional(),
      reference: word.optional(),
      country: severalOf(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code, like MX')).optional(),
      city: severalOf(word).optional(),
      availabilityType: availabilityType.optional(),
      locale: localeParameter,
      sort: sortBy(['internalName', 'createdAt', 'updatedAt']).default('internalName'),
      ...pageParameters,
    }),
    responses: { 200: { description: 'A page of products', schema: pageOf(productSummary) } },
    handle: ({ query, context }) =>
      readViews(deps, [VIEW], context, async () => {
        const caller = callerOf(context);
        const wanted = chooseLocale(query.locale, context);
        if (query.published === false && !isStaff(caller)) return { body: { items: [], next: null } };
        const reply = await pageReply(
          { path: listPath, query: { ...query, locale: wanted }, context },
          () =>
            deps.documents.find<ProductView>(deps.liveViews.collection(VIEW), {
              filter: where({
                tenant: caller.tenant,
                published: isStaff(caller) ? query.published : true,
                'details.reference': query.reference,
                'details.location.country': query.country,
                'details.location.city': query.city,
                'details.availabilityType': query.availabilityType,
              }),
              sort: [sortOf(query.sort, { internalName: 'details.internalName' })],
              ...pageAsked(query),
            }),
          (product) => toProductSummary(product, wanted),
        );
        return 'refused' in reply ? reply : inLanguage(reply);
      }),
  }),
  defineRoute({
    method: 'get',
    path: `${listPath}/:id`,
    operationId: 'getProduct',
    summary: 'Get a product with its options, prices and texts',
    description: 'Net prices are null to those who may not see them.',
    tag: 'Catalogue',
    action: 'catalogue:read',
    params: z.object({ id: word }),
    query: z.strictObject({ locale: localeParameter }),
    responses: { 200: { description: 'The product', schema: productPage } },
    errors: ['NOT_FOUND'],
    handle: ({ params, query, context }) =>
      readViews(deps, [VIEW], context, async () => {
        const caller = callerOf(context);
        const product = await visibleProduct(deps, caller, params.id);
        if (product === undefined) return refuse('NOT_FOUND', `there is no product ${params.id}`);
        const page = toProductPage(product, chooseLocale(query.locale, context));
        return inLanguage({ body: hideNet(caller, page) }, page.content?.locale);
      }),
  }),
];

/** A product of the caller's tenant that the caller may see: drafts are for staff. */
export const visibleProduct = async (
  deps: QueryDeps,
  caller: Principal,
  id: string,
): Promise<ProductView | undefined> => {
  const product = await deps.documents.get<ProductView>(deps.liveViews.collection(VIEW), id);
  return product?.tenant === caller.tenant && (product.published || isStaff(caller)) ? product : undefined;
};

const inLanguage = (reply: Reply, language?: string): Reply => ({
  ...reply,
  headers: {
    ...reply.headers,
    vary: 'Accept-Language',
    ...(language === undefined ? {} : { 'content-language': language }),
  },
});
