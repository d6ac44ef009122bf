import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Role } from '../../contracts/policy.ts';
import { role } from '../../contracts/policy.ts';
import { type UserView, userView } from '../../contracts/views/identity.ts';
import { hashPassword, MAX_PASSWORD_LENGTH, verifyPassword } from '../../infra/auth/passwords.ts';
import { defineRoute, type RequestContext, type Route, refuse } from '../../infra/http/route.ts';
import type { CommandHandling, CommandMeta } from '../handling/handle.ts';
import { metaOf, principalOf } from '../handling/meta-of.ts';
import { handleOwn } from '../handling/own-tenant.ts';
import { replyTo } from '../handling/reply-to.ts';
import { withoutHash } from './sign-in.ts';
import { canonicalEmail, type UserCommand, type UserState, userDecider, userIdOf } from './user-decider.ts';

const newPassword = z.string().min(12).max(MAX_PASSWORD_LENGTH);
const roles = z
  .array(role)
  .min(1)
  .refine((all) => new Set(all).size === all.length, 'a role is there twice');

const userParams = z.object({ userId: z.uuid() });
const registerBody = z.strictObject({
  email: z.email().max(320),
  name: z.string().trim().min(1).max(200),
  roles,
  password: newPassword,
});
const rolesBody = z.strictObject({ roles });
const passwordBody = z.strictObject({ currentPassword: z.string().max(MAX_PASSWORD_LENGTH), newPassword });

const asItStands = (state: UserState): UserView | undefined => state && withoutHash(state);

/** Routes of the people who sign in: register, change roles, deactivate, change one's own password. */
export const userRoutes = (handling: CommandHandling): readonly Route[] => {
  const common = { tag: 'Identity', action: 'identity:write' } as const;
  const changed = { 200: { description: 'The user as it stands now', schema: userView } };

  const send = async (userId: string, command: UserCommand, meta: CommandMeta) =>
    replyTo(await handleOwn(handling, userDecider, userId, command, meta, asItStands), (body) => ({ body }));

  return [
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/users',
      operationId: 'registerUser',
      summary: 'Register a person who signs in',
      description: 'An e-mail address is one user. Upper and lower case are the same.',
      body: registerBody,
      responses: { 201: { description: 'The user that was registered', schema: userView } },
      errors: ['ALREADY_EXISTS'],
      handle: async ({ body, context }) => {
        const { password, ...facts } = body;
        const email = canonicalEmail(facts.email);
        const userId = userIdOf(email);
        const passwordHash = await hashPassword(password);
        const command: UserCommand = { type: 'register-user', ...facts, userId, email, passwordHash };
        const meta = withoutBodyHash(context, { userId, ...facts });
        return replyTo(await handling.handle(userDecider, userId, command, meta, asItStands), (user) => ({
          status: 201,
          body: user,
        }));
      },
    }),
    defineRoute({
      ...common,
      method: 'put',
      path: '/v1/users/:userId/roles',
      operationId: 'changeUserRoles',
      summary: 'Change what a user may do',
      description: 'Owners cannot take the owner role from themselves, so that a tenant is never left without one.',
      params: userParams,
      body: rolesBody,
      responses: changed,
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: ({ params: { userId }, body, context }) =>
        isSelf(userId, context) && losesOwner(body.roles, context)
          ? refuse('CONFLICT', 'you cannot take the owner role from yourself', 'roles')
          : send(userId, { type: 'change-roles', roles: body.roles }, metaOf(context)),
    }),
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/users/:userId/deactivate',
      operationId: 'deactivateUser',
      summary: 'Shut a user out, for good',
      description: 'Its sessions end at once. Nobody can deactivate themselves.',
      params: userParams,
      responses: changed,
      errors: ['NOT_FOUND', 'CONFLICT'],
      handle: ({ params: { userId }, context }) =>
        isSelf(userId, context)
          ? refuse('CONFLICT', 'you cannot deactivate yourself')
          : send(userId, { type: 'deactivate-user' }, metaOf(context)),
    }),
    defineRoute({
      ...common,
      action: 'authenticated',
      method: 'put',
      path: '/v1/me/password',
      operationId: 'changeOwnPassword',
      summary: 'Change your own password',
      description: 'Every session that was begun with the old one is over: sign in again.',
      body: passwordBody,
      responses: changed,
      errors: ['FORBIDDEN', 'INVALID_CREDENTIALS'],
      rateLimit: 'sign-in',
      handle: async ({ body, context }) => {
        const { actor } = principalOf(context);
        if (!actor.startsWith('user:')) return refuse('FORBIDDEN', 'only a user has a password');
        const userId = actor.slice('user:'.length);
        const known = await handling.read(userDecider, userId, (user) => user?.passwordHash);
        if (!(await verifyPassword(body.currentPassword, known))) {
          return refuse('INVALID_CREDENTIALS', 'the current password is wrong', 'currentPassword');
        }
        const passwordHash = await hashPassword(body.newPassword);
        return send(userId, { type: 'change-password', passwordHash }, withoutBodyHash(context, { userId }));
      },
    }),
  ];
};

const isSelf = (userId: string, context: RequestContext): boolean => principalOf(context).actor === `user:${userId}`;

const losesOwner = (roles: readonly Role[], context: RequestContext): boolean =>
  principalOf(context).roles.includes('owner') && !roles.includes('owner');

/**
 * The command's meta with a hash of what is no secret. The usual hash is over the whole body and stands in the log,
 * where a fast hash of a password could be guessed at.
 */
const withoutBodyHash = (context: RequestContext, known: object): CommandMeta => {
  const meta = metaOf(context);
  if (meta.commandHash === undefined) return meta;
  return { ...meta, commandHash: hash('sha256', JSON.stringify(known), 'base64url') };
};
