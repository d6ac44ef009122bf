import { z } from 'zod';
import { isRejection } from '../../contracts/decider.ts';
import { userView } from '../../contracts/views/identity.ts';
import { MAX_PASSWORD_LENGTH } from '../../infra/auth/passwords.ts';
import type { Sessions } from '../../infra/auth/sessions.ts';
import { defineRoute, type Route, refuse } from '../../infra/http/route.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { apiKeyRoutes } from './api-key-routes.ts';
import { createSignIn } from './sign-in.ts';
import { userRoutes } from './user-routes.ts';

export interface IdentityRouteDeps {
  readonly handling: CommandHandling;
  readonly sessions: Sessions;
}

const signInBody = z.strictObject({
  email: z.string().min(1).max(320),
  password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
});
const signedIn = z.object({
  token: z.string().describe('The bearer token of the session.'),
  expiresAt: z.string(),
  user: userView,
});

/** Routes of who may enter: sign-in, users, API keys. */
export const identityRoutes = ({ handling, sessions }: IdentityRouteDeps): readonly Route[] => {
  const signIn = createSignIn(handling, sessions);
  return [
    defineRoute({
      tag: 'Identity',
      action: 'public',
      method: 'post',
      path: '/v1/sign-in',
      operationId: 'signIn',
      summary: 'Sign in with e-mail address and password',
      body: signInBody,
      responses: { 200: { description: 'A session', schema: signedIn } },
      errors: ['INVALID_CREDENTIALS'],
      rateLimit: 'sign-in',
      handle: async ({ body }) => {
        const outcome = await signIn(body.email, body.password);
        return isRejection(outcome) ? refuse(outcome.rejected, outcome.detail) : { body: outcome };
      },
    }),
    ...userRoutes(handling),
    ...apiKeyRoutes(handling),
  ];
};
