import { z } from 'zod';
import { role } from '../../contracts/policy.ts';
import { type ApiKeyView, apiKeyView } from '../../contracts/views/identity.ts';
import { issueApiKey } from '../../infra/auth/api-key.ts';
import { defineRoute, type Route, refuse } from '../../infra/http/route.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { creationId, metaOf } from '../handling/meta-of.ts';
import { handleOwn } from '../handling/own-tenant.ts';
import { replyTo } from '../handling/reply-to.ts';
import { type ApiKeyCommand, type ApiKeyState, apiKeyDecider } from './api-key-decider.ts';

const apiKeyParams = z.object({ apiKeyId: z.string().min(1).max(64) });
const issueBody = z.strictObject({
  name: z.string().trim().min(1).max(200),
  role,
  channel: z
    .string()
    .trim()
    .min(1)
    .max(60)
    .optional()
    .describe('How its sales are told apart in analytics. Default: its name.'),
});
const issuedAnswer = apiKeyView.extend({
  key: z.string().describe('The bearer token. It is shown this once and cannot be had again.'),
});

const asItStands = (state: ApiKeyState): ApiKeyView | undefined => {
  if (state === undefined) return undefined;
  const { secretHash: _, ...key } = state;
  return key;
};

/** Routes of the keys of programs: issue, revoke. */
export const apiKeyRoutes = (handling: CommandHandling): readonly Route[] => {
  const common = { tag: 'Identity', action: 'identity:write' } as const;
  return [
    defineRoute({
      ...common,
      method: 'post',
      path: '/v1/api-keys',
      operationId: 'issueApiKey',
      summary: 'Issue an API key',
      description: 'Only a hash of it is kept. A repeated request cannot show it again: revoke it and issue another.',
      body: issueBody,
      responses: { 201: { description: 'The key, shown once', schema: issuedAnswer } },
      errors: ['ALREADY_EXISTS'],
      handle: async ({ body, context }) => {
        const { keyId, key, secretHash } = issueApiKey(creationId('apikey', context));
        const { name, role: given, channel = name.slice(0, 60) } = body;
        const command: ApiKeyCommand = {
          type: 'issue-api-key',
          apiKeyId: keyId,
          name,
          role: given,
          channel,
          secretHash,
        };
        const outcome = await handling.handle(apiKeyDecider, keyId, command, metaOf(context), asItStands);
        if ('replayed' in outcome && outcome.replayed) {
          return refuse('ALREADY_EXISTS', 'the key was issued by this request before and shown then', undefined, {
            apiKeyId: keyId,
          });
        }
        return replyTo(outcome, (issued) => ({ status: 201, body: { ...issued, key } }));
      },
    }),
    defineRoute({
      ...common,
      method: 'delete',
      path: '/v1/api-keys/:apiKeyId',
      operationId: 'revokeApiKey',
      summary: 'Revoke an API key, for good',
      params: apiKeyParams,
      responses: { 200: { description: 'The key as it stands now', schema: apiKeyView } },
      errors: ['NOT_FOUND'],
      handle: async ({ params, context }) => {
        const command: ApiKeyCommand = { type: 'revoke-api-key' };
        const meta = metaOf(context);
        return replyTo(
          await handleOwn(handling, apiKeyDecider, params.apiKeyId, command, meta, asItStands),
          (body) => ({ body }),
        );
      },
    }),
  ];
};
