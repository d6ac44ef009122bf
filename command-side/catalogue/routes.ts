import { z } from 'zod';
import { media, option, price, productDetails, productTexts } from '../../contracts/events/catalogue.ts';
import { locale } from '../../contracts/texts.ts';
import { type ProductView, productView } from '../../contracts/views/product.ts';
import { defineRoute, type RequestContext, type Route } from '../../infra/http/route.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { creationId, metaOf } from '../handling/meta-of.ts';
import { handleOwn } from '../handling/own-tenant.ts';
import { replyTo } from '../handling/reply-to.ts';
import { type ProductCommand, type ProductState, productDecider } from './product-decider.ts';

const productParams = z.object({ productId: z.uuid() });
const optionParams = productParams.extend({ optionId: option.shape.id });
const textParams = productParams.extend({ locale });

const detailsBody = productDetails.strict();
const optionBody = option.omit({ id: true }).strict();
const pricesBody = z.strictObject({ prices: z.array(price).max(50) });
const textsBody = productTexts.strict();
const mediaBody = z.strictObject({ media: z.array(media).max(100) });

/** What the answer shows: the product as the command left it. The state is replaced, not changed, so it needs no copy. */
const asItStands = (state: ProductState): ProductView | undefined => {
  if (state === undefined) return undefined;
  const { wasPublished: _, ...product } = state;
  return product;
};

/** Routes that change the catalogue: products, their options, prices, texts and media, and whether they are sold. */
export const catalogueRoutes = ({ handling }: { readonly handling: CommandHandling }): readonly Route[] => {
  const common = { tag: 'Catalogue', action: 'catalogue:write' } as const;
  const changed = { 200: { description: 'The product as it stands now', schema: productView } };

  const send = async (productId: string, command: ProductCommand, context: RequestContext) =>
    replyTo(await handleOwn(handling, productDecider, productId, command, metaOf(context), asItStands), (body) => ({
      body,
    }));

  return [
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/products',
      operationId: 'createProduct',
      summary: 'Create a product, as a draft',
      body: detailsBody,
      responses: { 201: { description: 'The product that was created', schema: productView } },
      errors: ['ALREADY_EXISTS', 'INVALID_TIME_ZONE'],
      handle: async ({ body, context }) => {
        const productId = creationId('product', context);
        const command: ProductCommand = { type: 'create-product', productId, details: body };
        const outcome = await handling.handle(productDecider, productId, command, metaOf(context), asItStands);
        return replyTo(outcome, (product) => ({
          status: 201,
          body: product,
          headers: { Location: `/v1/products/${productId}` },
        }));
      },
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/products/:productId/details',
      operationId: 'changeProductDetails',
      summary: 'Change the details of a product',
      description: 'Currency and kind of availability are fixed since the first publication.',
      params: productParams,
      body: detailsBody,
      responses: changed,
      errors: ['NOT_FOUND', 'CONFLICT', 'INVALID_TIME_ZONE', 'PRODUCT_NOT_PUBLISHABLE'],
      handle: ({ params, body, context }) => send(params.productId, { type: 'change-details', details: body }, context),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/products/:productId/options/:optionId',
      operationId: 'setProductOption',
      summary: 'Add an option with its units, or replace it',
      description: 'Prices of units that the option no longer has are forgotten. The first option is the default one.',
      params: optionParams,
      body: optionBody,
      responses: changed,
      errors: ['NOT_FOUND'],
      handle: ({ params: { productId, optionId }, body, context }) =>
        send(productId, { type: 'set-option', option: { ...body, id: optionId } }, context),
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path: '/v1/products/:productId/options/:optionId',
      operationId: 'removeProductOption',
      summary: 'Remove an option with its prices',
      params: optionParams,
      responses: changed,
      errors: ['NOT_FOUND', 'PRODUCT_NOT_PUBLISHABLE'],
      handle: ({ params: { productId, optionId }, context }) =>
        send(productId, { type: 'remove-option', optionId }, context),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/products/:productId/options/:optionId/prices',
      operationId: 'setProductPrices',
      summary: 'Set all prices of an option',
      params: optionParams,
      body: pricesBody,
      responses: changed,
      errors: ['NOT_FOUND', 'PRODUCT_NOT_PUBLISHABLE'],
      handle: ({ params: { productId, optionId }, body, context }) =>
        send(productId, { type: 'set-prices', optionId, prices: body.prices }, context),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/products/:productId/texts/:locale',
      operationId: 'describeProduct',
      summary: 'Describe a product in one language',
      params: textParams,
      body: textsBody,
      responses: changed,
      errors: ['NOT_FOUND'],
      handle: ({ params, body, context }) =>
        send(params.productId, { type: 'describe', locale: params.locale, texts: body }, context),
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/products/:productId/media',
      operationId: 'setProductMedia',
      summary: 'Set all pictures and films of a product',
      params: productParams,
      body: mediaBody,
      responses: changed,
      errors: ['NOT_FOUND'],
      handle: ({ params, body, context }) => send(params.productId, { type: 'set-media', media: body.media }, context),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/products/:productId/publish',
      operationId: 'publishProduct',
      summary: 'Offer a product for sale',
      description: 'It needs an option, a price for each unit (or one per booking), and a text in one language.',
      params: productParams,
      responses: changed,
      errors: ['NOT_FOUND', 'PRODUCT_NOT_PUBLISHABLE'],
      handle: ({ params, context }) => send(params.productId, { type: 'publish' }, context),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/products/:productId/unpublish',
      operationId: 'unpublishProduct',
      summary: 'Take a product off sale',
      description: 'Bookings that are there stay.',
      params: productParams,
      responses: changed,
      errors: ['NOT_FOUND'],
      handle: ({ params, context }) => send(params.productId, { type: 'unpublish' }, context),
    }),
  ];
};
