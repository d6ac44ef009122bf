import { z } from 'zod';
import { locale } from '../../contracts/texts.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { chooseLocale } from '../reading/preferences.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const VIEW = 'product-search';

const suggestionsQuery = z.strictObject({
  q: z.string().min(1).max(200).describe('What the person has typed so far.'),
  locale: locale.optional().describe('Titles of this language come first. Default: `Accept-Language`, else English.'),
  limit: z.coerce.number().int().min(1).max(20).default(8),
});

const suggestions = z.object({
  items: z.array(z.object({ id: z.string(), title: z.string() })),
});

/** Titles while they are typed. */
export const productSuggestionsRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/search/products/suggestions',
    operationId: 'suggestProducts',
    summary: 'Complete what is typed to titles of published products',
    tag: 'Catalogue',
    action: 'catalogue:read',
    query: suggestionsQuery,
    responses: { 200: { description: 'Products, each once', schema: suggestions } },
    handle: ({ query, context }) =>
      readViews(deps, [VIEW], context, async () => {
        const found = await deps.search.suggest(deps.liveViews.index(VIEW), {
          tenant: callerOf(context).tenant,
          text: query.q,
          locale: chooseLocale(query.locale, context),
          limit: query.limit,
        });
        return {
          body: { items: found.map(({ id, text }) => ({ id, title: text })) },
          headers: { vary: 'Accept-Language' },
        };
      }),
  });
