import { deterministicId, randomId } from '../../contracts/ids.ts';
import type { Principal } from '../../contracts/policy.ts';
import type { RequestContext } from '../../infra/http/route.ts';
import type { CommandMeta } from './handle.ts';

/**
 * Who sent a request to a route that needs a credential.
 * @throws Error on a public route without one (a bug: such a route has no caller to ask for).
 */
export const principalOf = (context: RequestContext): Principal => {
  if (context.principal === undefined) throw new Error('a route without a principal asked who called it');
  return context.principal;
};

/** The command that a request sends. With an `Idempotency-Key`, a repeated request is the same command. */
export const metaOf = (context: RequestContext): CommandMeta => {
  const { tenant, actor } = principalOf(context);
  const key = context.idempotencyKey;
  return {
    ...(key === undefined
      ? { commandId: randomId() }
      : { commandId: deterministicId(tenant, key), commandHash: context.bodyHash }),
    tenant,
    actor,
    correlationId: context.correlationId,
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
  };
};

/** Id of what a request creates: with an `Idempotency-Key`, a repeated request meets what the first one made. */
export const creationId = (kind: string, context: RequestContext): string =>
  context.idempotencyKey === undefined
    ? randomId()
    : deterministicId(kind, principalOf(context).tenant, context.idempotencyKey);
