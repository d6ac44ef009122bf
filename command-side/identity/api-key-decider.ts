import { type Decider, reject } from '../../contracts/decider.ts';
import type { ApiKeyEvent } from '../../contracts/events/identity.ts';
import { applyApiKeyEvent } from '../../contracts/identity/identity-fold.ts';
import type { Role } from '../../contracts/policy.ts';
import type { ApiKeyView } from '../../contracts/views/identity.ts';

export interface ApiKeyIssue {
  /** Also the id of the stream, and part of the key. */
  readonly apiKeyId: string;
  readonly name: string;
  readonly role: Role;
  readonly secretHash: string;
  readonly channel: string;
}

export type ApiKeyCommand = ({ readonly type: 'issue-api-key' } & ApiKeyIssue) | { readonly type: 'revoke-api-key' };

/** Undefined: never issued. Replaced, never changed in place. */
export type ApiKeyState = (ApiKeyView & { readonly secretHash: string }) | undefined;

/** The key of a program. Revoked is for good. */
export const apiKeyDecider: Decider<ApiKeyState, ApiKeyCommand, ApiKeyEvent> = {
  context: 'apikey',
  version: 1,
  initial: () => undefined,
  decide: (command, state) => {
    if (command.type === 'issue-api-key') {
      if (state !== undefined) return reject('ALREADY_EXISTS', 'there is an API key of this id');
      const { type: _, ...data } = command;
      return [{ type: 'apikey.issued.v1', data }];
    }
    if (state === undefined) return reject('NOT_FOUND', 'there is no such API key');
    return state.revokedAt === null ? [{ type: 'apikey.revoked.v1', data: { apiKeyId: state.id } }] : [];
  },
  evolve: (state, event) => {
    const key = applyApiKeyEvent(state, event);
    if (key === undefined) return undefined;
    return {
      ...key,
      secretHash: event.type === 'apikey.issued.v1' ? event.data.secretHash : (state?.secretHash ?? ''),
    };
  },
};
