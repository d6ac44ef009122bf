import type { Principal, Role } from '../../contracts/policy.ts';
import { isSecretOf, parseApiKey } from './api-key.ts';
import type { Authenticate } from './authenticate.ts';
import type { Sessions } from './sessions.ts';

/** What is kept of an API key. */
export interface ApiKeyRecord {
  readonly tenant: string;
  readonly name: string;
  readonly role: Role;
  readonly channel: string;
  readonly secretHash: string;
  readonly revoked: boolean;
}

/** What is kept of a user, as far as it decides who may enter. */
export interface UserRecord {
  readonly tenant: string;
  readonly roles: readonly Role[];
  readonly active: boolean;
  /** Sessions that were begun with another password are over. */
  readonly passwordMark: string;
}

export interface CredentialSources {
  readonly sessions: Sessions;
  /** Both are asked at every request, so that what was revoked or deactivated is out at once; they should be quick. */
  readonly findUser: (userId: string) => Promise<UserRecord | undefined>;
  readonly findApiKey: (keyId: string) => Promise<ApiKeyRecord | undefined>;
}

const BEARER = 'bearer ';

/** Authenticates `Bearer <session token>` and `Bearer st_<keyId>_<secret>` (RFC 6750). */
export const authenticator = (sources: CredentialSources): Authenticate => {
  return async (authorization) => {
    if (authorization?.slice(0, BEARER.length).toLowerCase() !== BEARER) return undefined;
    const token = authorization.slice(BEARER.length).trim();
    return token.startsWith('st_') ? apiKeyPrincipal(token, sources) : userPrincipal(token, sources);
  };
};

const apiKeyPrincipal = async (token: string, sources: CredentialSources): Promise<Principal | undefined> => {
  const parts = parseApiKey(token);
  if (parts === undefined) return undefined;
  const record = await sources.findApiKey(parts.keyId);
  if (record === undefined || record.revoked || !isSecretOf(parts.secret, record.secretHash)) return undefined;
  return { tenant: record.tenant, actor: `api-key:${parts.keyId}`, roles: [record.role], channel: record.channel };
};

const userPrincipal = async (token: string, sources: CredentialSources): Promise<Principal | undefined> => {
  const session = await sources.sessions.verify(token);
  if (session === undefined) return undefined;
  const user = await sources.findUser(session.userId);
  if (user === undefined || !user.active || user.tenant !== session.tenant) return undefined;
  if (user.passwordMark !== session.passwordMark) return undefined;
  return { tenant: user.tenant, actor: `user:${session.userId}`, roles: user.roles, channel: 'direct' };
};
