import { z } from 'zod';
import { role } from '../../contracts/policy.ts';
import { type ApiKeyView, apiKeyView, type UserView, userView } from '../../contracts/views/identity.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute, refuse } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import { where } from '../reading/filters.ts';
import { pageAsked, pageOf, pageParameters, pageReply } from '../reading/paging.ts';
import { flag, sortBy, sortOf, word } from '../reading/parameters.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const usersPath = '/v1/users';
const apiKeysPath = '/v1/api-keys';

export const userRoutes = (deps: QueryDeps): readonly Route[] => [
  defineRoute({
    method: 'get',
    path: usersPath,
    operationId: 'listUsers',
    summary: 'List users',
    tag: 'Identity',
    action: 'identity:read',
    query: z.strictObject({
      email: word.optional(),
      active: flag.optional(),
      sort: sortBy(['email', 'createdAt']).default('email'),
      ...pageParameters,
    }),
    responses: { 200: { description: 'A page of users', schema: pageOf(userView) } },
    handle: ({ query, context }) =>
      readViews(deps, ['users'], context, () =>
        pageReply(
          { path: usersPath, query, context },
          () =>
            deps.documents.find<UserView>(deps.liveViews.collection('users'), {
              filter: where({ tenant: callerOf(context).tenant, email: query.email, active: query.active }),
              sort: [sortOf(query.sort)],
              ...pageAsked(query),
            }),
          showUser,
        ),
      ),
  }),
  defineRoute({
    method: 'get',
    path: `${usersPath}/:id`,
    operationId: 'getUser',
    summary: 'Get a user',
    tag: 'Identity',
    action: 'identity:read',
    params: z.object({ id: word }),
    query: z.strictObject({}),
    responses: { 200: { description: 'The user', schema: userView } },
    errors: ['NOT_FOUND'],
    handle: ({ params, context }) =>
      readViews(deps, ['users'], context, async () => {
        const user = await deps.documents.get<UserView>(deps.liveViews.collection('users'), params.id);
        return user?.tenant === callerOf(context).tenant
          ? { body: showUser(user) }
          : refuse('NOT_FOUND', `there is no user ${params.id}`);
      }),
  }),
  defineRoute({
    method: 'get',
    path: apiKeysPath,
    operationId: 'listApiKeys',
    summary: 'List API keys',
    description: 'Their secrets were shown once, when they were issued.',
    tag: 'Identity',
    action: 'identity:read',
    query: z.strictObject({
      role: role.optional(),
      revoked: flag.optional(),
      sort: sortBy(['name', 'createdAt']).default('name'),
      ...pageParameters,
    }),
    responses: { 200: { description: 'A page of API keys', schema: pageOf(apiKeyView) } },
    handle: ({ query, context }) =>
      readViews(deps, ['api-keys'], context, () =>
        pageReply(
          { path: apiKeysPath, query, context },
          () =>
            deps.documents.find<ApiKeyView>(deps.liveViews.collection('api-keys'), {
              filter: where({
                tenant: callerOf(context).tenant,
                role: query.role,
                revokedAt: query.revoked === undefined ? undefined : query.revoked ? { $ne: null } : null,
              }),
              sort: [sortOf(query.sort)],
              ...pageAsked(query),
            }),
          showApiKey,
        ),
      ),
  }),
];

/** Field by field, so that what is secret cannot come out should a view ever hold it. */
export const showUser = ({ id, tenant, email, name, roles, active, createdAt, updatedAt }: UserView): UserView => ({
  id,
  tenant,
  email,
  name,
  roles,
  active,
  createdAt,
  updatedAt,
});

const showApiKey = ({ id, tenant, name, role, channel, createdAt, revokedAt }: ApiKeyView): ApiKeyView => ({
  id,
  tenant,
  name,
  role,
  channel,
  createdAt,
  revokedAt,
});
