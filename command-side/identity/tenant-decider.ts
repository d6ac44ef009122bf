import { type Decider, reject } from '../../contracts/decider.ts';
import type { TenantEvent } from '../../contracts/events/identity.ts';
import { applyTenantEvent } from '../../contracts/identity/identity-fold.ts';
import type { TenantView } from '../../contracts/views/identity.ts';

export type TenantFacts = TenantEvent['data'];
export type TenantCommand = { readonly type: 'register-tenant'; readonly facts: TenantFacts };
/** Undefined: never registered. */
export type TenantState = TenantView | undefined;

/** A tour company. Its stream belongs to itself: send the command with `meta.tenant` = `facts.tenantId`. */
export const tenantDecider: Decider<TenantState, TenantCommand, TenantEvent> = {
  context: 'tenant',
  version: 1,
  initial: () => undefined,
  decide: ({ facts }, state) => {
    if (state === undefined) return [{ type: 'tenant.registered.v1', data: facts }];
    const isSame =
      state.name === facts.name && state.country === facts.country && state.contactEmail === facts.contactEmail;
    return isSame ? [] : reject('ALREADY_EXISTS', 'there is a tenant of this id with other facts');
  },
  evolve: applyTenantEvent,
};
