import { expect } from 'vitest';
import type { CommandHandling } from '../../command-side/handling/handle.ts';
import { apiKeyDecider } from '../../command-side/identity/api-key-decider.ts';
import { credentialSources } from '../../command-side/identity/credentials.ts';
import { randomId } from '../../contracts/ids.ts';
import type { Role } from '../../contracts/policy.ts';
import { issueApiKey } from '../../infra/auth/api-key.ts';
import { authenticator } from '../../infra/auth/credentials.ts';
import { createSessions, type Sessions } from '../../infra/auth/sessions.ts';
import { createApi } from '../../infra/http/api.ts';
import type { Route } from '../../infra/http/route.ts';
import { startServer } from '../../infra/http/server.ts';
import { createLogger } from '../../infra/telemetry/logger.ts';
import { type EmbeddedHandling, openEmbeddedHandling } from './embedded-handling.ts';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

export interface CommandApi extends EmbeddedHandling {
  /** A bearer token of an API key of the tenant. */
  readonly keyOf: (tenant: string, role: Role) => Promise<string>;
  /** Sends a request, a form as it is and anything else as JSON; `token` absent: without a credential. */
  readonly call: (
    method: string,
    path: string,
    options?: { readonly token?: string | undefined; readonly body?: unknown; readonly key?: string },
  ) => Promise<Answer>;
}

/**
 * Routes over HTTP with the real authentication, command handling and embedded event store. Each answer is held to the
 * schema that its route declares.
 */
export const startCommandApi = async (
  routesOf: (deps: { readonly handling: CommandHandling; readonly sessions: Sessions }) => readonly Route[],
): Promise<CommandApi> => {
  const embedded = await openEmbeddedHandling();
  const { handling } = embedded;
  const sessions = createSessions(Buffer.alloc(48, 's'), 1);
  const broken: unknown[] = [];
  const api = createApi({
    routes: routesOf({ handling, sessions }),
    authenticate: authenticator({ sessions, ...credentialSources(handling) }),
    logger: createLogger('error', { write: (line) => void broken.push(line) }),
    onReply: (route, status, body) => {
      const checked = route.responses[status]?.schema?.safeParse(body);
      if (checked?.success !== true) broken.push({ route: route.operationId, status, error: checked?.error });
    },
  });
  const server = await startServer(api.callback(), '127.0.0.1', 0);

  return {
    ...embedded,
    keyOf: async (tenant, role) => {
      const { keyId, key, secretHash } = issueApiKey();
      const command = {
        type: 'issue-api-key',
        apiKeyId: keyId,
        name: 'spec',
        role,
        secretHash,
        channel: 'spec',
      } as const;
      const meta = { commandId: randomId(), tenant, actor: 'system:spec', correlationId: 'spec' };
      await handling.handle(apiKeyDecider, keyId, command, meta, () => undefined);
      return key;
    },
    call: async (method, path, { token, body, key } = {}) => {
      const response = await fetch(`${server.url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      expect(broken).toEqual([]);
      return { status: response.status, body: text === '' ? {} : JSON.parse(text), headers: response.headers };
    },
    close: async () => {
      await server.close(100);
      await embedded.close();
    },
  };
};
