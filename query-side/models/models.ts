import { z } from 'zod';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import { upcast } from '../../contracts/events/registry.ts';
import { modelName, modelVersion } from '../../contracts/models/model-name.ts';
import { type ModelView, modelIdOf, modelView } from '../../contracts/views/model.ts';
import { defineRoute, type RequestContext, type Route, refuse } from '../../infra/http/route.ts';
import type { ModelFiles } from '../../ml/registry/model-files.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { sortBy, sortOf, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';
import { pageOfStream } from '../reading/stream-page.ts';

const VIEW = 'models';
const listPath = '/v1/models';
const nameParams = z.object({ name: modelName });
const versionParams = nameParams.extend({ version: modelVersion });

const historyEntry = z.object({
  revision: z.int().min(0).describe('Place in the history, from 0.'),
  type: z.string().describe('What happened, `model.promoted.v1`.'),
  time: z.string(),
  actor: z.string().describe('Who did it: `user:…`, `api-key:…`, or `system:…` where a rule did.'),
  data: z.record(z.string(), z.unknown()),
});

/** A card may come from anywhere: it is shown, and nothing in it runs or reaches out. */
const CARD_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";

/** Routes that show the models of a tenant, who did what to them, and what their makers wrote of them. */
export const modelRoutes = (deps: QueryDeps, files: ModelFiles): readonly Route[] => {
  const common = { tag: 'Models', action: 'models:read', method: 'get' } as const;
  const modelOf = (context: RequestContext, name: string) =>
    deps.documents.get<ModelView>(deps.liveViews.collection(VIEW), modelIdOf(callerOf(context).tenant, name));
  const fileOf = (
    context: RequestContext,
    version: { name: string; version: string },
    file: 'manifest.json' | 'card.html',
  ) => files.read({ tenant: callerOf(context).tenant, ...version }, file);

  return [
    defineRoute({
      ...common,
      path: listPath,
      operationId: 'listModels',
      summary: 'List models with their versions and stages',
      query: z.strictObject({
        task: word.optional(),
        sort: sortBy(['name', 'updatedAt']).default('name'),
        ...pageParameters,
      }),
      responses: { 200: { description: 'A page of models', schema: pageOf(modelView) } },
      handle: ({ query, context }) =>
        readViews(deps, [VIEW], context, () =>
          pageReply({ path: listPath, query, context }, () =>
            deps.documents.find<ModelView>(deps.liveViews.collection(VIEW), {
              filter: where({ tenant: callerOf(context).tenant, task: query.task }),
              sort: [sortOf(query.sort)],
              ...pageAsked(query),
            }),
          ),
        ),
    }),
    defineRoute({
      ...common,
      path: `${listPath}/:name`,
      operationId: 'getModel',
      summary: 'Get a model with its versions, stages and rule',
      params: nameParams,
      responses: { 200: { description: 'The model', schema: modelView } },
      errors: ['NOT_FOUND'],
      handle: ({ params: { name }, context }) =>
        readViews(deps, [VIEW], context, async () => {
          const body = await modelOf(context, name);
          return body === undefined ? refuse('NOT_FOUND', `there is no model ${name}`) : { body };
        }),
    }),
    defineRoute({
      ...common,
      path: `${listPath}/:name/history`,
      operationId: 'getModelHistory',
      summary: 'Get what happened to a model, and who did it',
      description: 'Oldest first: what was registered and refused, promoted and rolled back, by whom and why.',
      params: nameParams,
      query: z.strictObject({ limit: pageParameters.limit, after: z.coerce.number().int().min(0).optional() }),
      responses: { 200: { description: 'A page of events', schema: pageOf(historyEntry) } },
      errors: ['NOT_FOUND'],
      handle: ({ params: { name }, query, context }) =>
        readViews(deps, [VIEW], context, async () => {
          const model = await modelOf(context, name);
          if (model === undefined) return refuse('NOT_FOUND', `there is no model ${name}`);
          return pageReply(
            { path: `${listPath}/${name}/history`, query, context },
            () => pageOfStream(deps, `model-${model.id}`, query),
            toHistoryEntry,
          );
        }),
    }),
    defineRoute({
      ...common,
      path: `${listPath}/:name/versions/:version/manifest`,
      operationId: 'getModelManifest',
      summary: "Get a version's manifest: features, outputs, training, metrics",
      params: versionParams,
      responses: {
        200: { description: 'The manifest as it was taken in', schema: z.looseObject({ name: z.string() }) },
      },
      errors: ['NOT_FOUND'],
      handle: async ({ params, context }) => {
        const text = await fileOf(context, params, 'manifest.json');
        return text === undefined ? noSuchFile(params) : { body: JSON.parse(text) };
      },
    }),
    defineRoute({
      ...common,
      path: `${listPath}/:name/versions/:version/card`,
      operationId: 'getModelCard',
      summary: "Get a version's card, a page with its metrics and plots",
      params: versionParams,
      responses: { 200: { description: 'The card', contentType: 'text/html; charset=utf-8' } },
      errors: ['NOT_FOUND'],
      handle: async ({ params, context }) => {
        const body = await fileOf(context, params, 'card.html');
        return body === undefined ? noSuchFile(params) : { body, headers: { 'Content-Security-Policy': CARD_POLICY } };
      },
    }),
  ];
};

const noSuchFile = ({ name, version }: { readonly name: string; readonly version: string }) =>
  refuse('NOT_FOUND', `version ${version} of ${name} has none, or there is no such version`);

const toHistoryEntry = (stored: RecordedEvent) => {
  const { revision, type, time, actor, data } = upcast(stored);
  return { revision, type, time, actor, data };
};
