import type { Principal } from '../../contracts/policy.ts';
import type { RequestContext } from '../../infra/http/route.ts';

/** The caller of a route that needs a credential. Throws where the route let one through without (a bug). */
export const callerOf = (context: RequestContext): Principal => {
  if (context.principal === undefined) throw new Error('a route that needs a principal was reached without one');
  return context.principal;
};
