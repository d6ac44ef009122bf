import { z } from 'zod';
import { ACTIONS, may, role } from '../../contracts/policy.ts';
import type { ApiKeyView, TenantView, UserView } from '../../contracts/views/identity.ts';
import type { Route } from '../../infra/http/route.ts';
import { defineRoute } from '../../infra/http/route.ts';
import { callerOf } from '../reading/caller.ts';
import type { QueryDeps } from '../reading/query-deps.ts';
import { readViews } from '../reading/read-after.ts';

const me = z.object({
  actor: z.string().describe('`user:<id>` or `api-key:<id>`, as it stands in events.'),
  tenant: z.object({ id: z.string(), name: z.string().nullable() }),
  name: z.string().nullable(),
  email: z.string().nullable(),
  roles: z.array(role),
  channel: z.string(),
  may: z.array(z.enum(ACTIONS)).describe('Everything that the credential allows.'),
});

export const meRoute = (deps: QueryDeps): Route =>
  defineRoute({
    method: 'get',
    path: '/v1/me',
    operationId: 'getMe',
    summary: 'Get who the credential stands for and what it allows',
    tag: 'Identity',
    action: 'authenticated',
    query: z.strictObject({}),
    responses: { 200: { description: 'Who asks', schema: me } },
    errors: ['VIEW_BEHIND'],
    handle: ({ context }) =>
      readViews(deps, ['tenants', 'users', 'api-keys'], context, async () => {
        const caller = callerOf(context);
        const [kind, id = ''] = splitActor(caller.actor);
        const { documents, liveViews } = deps;
        const [tenant, user, apiKey] = await Promise.all([
          documents.get<TenantView>(liveViews.collection('tenants'), caller.tenant),
          kind === 'user' ? documents.get<UserView>(liveViews.collection('users'), id) : undefined,
          kind === 'api-key' ? documents.get<ApiKeyView>(liveViews.collection('api-keys'), id) : undefined,
        ]);
        return {
          body: {
            actor: caller.actor,
            tenant: { id: caller.tenant, name: tenant?.name ?? null },
            name: user?.name ?? apiKey?.name ?? null,
            email: user?.email ?? null,
            roles: [...caller.roles],
            channel: caller.channel,
            may: ACTIONS.filter((action) => may(caller, action)),
          } satisfies z.infer<typeof me>,
        };
      }),
  });

const splitActor = (actor: string): readonly string[] => {
  const colon = actor.indexOf(':');
  return [actor.slice(0, colon), actor.slice(colon + 1)];
};
