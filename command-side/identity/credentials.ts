import type { CredentialSources } from '../../infra/auth/credentials.ts';
import { passwordMark } from '../../infra/auth/passwords.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { apiKeyDecider } from './api-key-decider.ts';
import { userDecider } from './user-decider.ts';

/**
 * Where authentication finds users and API keys: their streams, which command handling keeps folded in memory, so that
 * who was revoked or deactivated is out at once and no view has to catch up.
 */
export const credentialSources = (handling: CommandHandling): Pick<CredentialSources, 'findUser' | 'findApiKey'> => ({
  findUser: (userId) =>
    handling.read(
      userDecider,
      userId,
      (user) =>
        user && {
          tenant: user.tenant,
          roles: user.roles,
          active: user.active,
          passwordMark: passwordMark(user.passwordHash),
        },
    ),
  findApiKey: (keyId) =>
    handling.read(
      apiKeyDecider,
      keyId,
      (key) =>
        key && {
          tenant: key.tenant,
          name: key.name,
          role: key.role,
          channel: key.channel,
          secretHash: key.secretHash,
          revoked: key.revokedAt !== null,
        },
    ),
});
