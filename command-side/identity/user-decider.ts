import { type Decider, type Rejection, reject } from '../../contracts/decider.ts';
import type { UserEvent } from '../../contracts/events/identity.ts';
import { applyUserEvent } from '../../contracts/identity/identity-fold.ts';
import { deterministicId } from '../../contracts/ids.ts';
import type { Role } from '../../contracts/policy.ts';
import type { UserView } from '../../contracts/views/identity.ts';

/** An e-mail address in the form in which two of them are compared. */
export const canonicalEmail = (email: string): string => email.trim().toLowerCase();

/** The user of an e-mail address: one address is one user, of one tenant, by construction. */
export const userIdOf = (email: string): string => deterministicId('user', canonicalEmail(email));

export interface UserRegistration {
  /** `userIdOf(email)`: also the id of the stream. */
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly roles: Role[];
  readonly passwordHash: string;
}

export type UserCommand =
  | ({ readonly type: 'register-user' } & UserRegistration)
  | { readonly type: 'change-password'; readonly passwordHash: string }
  | { readonly type: 'change-roles'; readonly roles: Role[] }
  | { readonly type: 'deactivate-user' };

/** Undefined: never registered. Replaced, never changed in place. */
export type UserState = (UserView & { readonly passwordHash: string }) | undefined;

/** A person who signs in. A deactivated user stays so, and its address stays taken. */
export const userDecider: Decider<UserState, UserCommand, UserEvent> = {
  context: 'user',
  version: 1,
  initial: () => undefined,
  decide: (command, state) => {
    if (command.type === 'register-user') {
      if (state !== undefined) return reject('ALREADY_EXISTS', 'the e-mail address is taken', 'email');
      const { type: _, ...data } = command;
      return noRoles(data.roles) ?? [{ type: 'user.registered.v1', data }];
    }
    if (state === undefined) return reject('NOT_FOUND', 'there is no such user');
    const userId = state.id;
    if (command.type === 'deactivate-user') {
      return state.active ? [{ type: 'user.deactivated.v1', data: { userId } }] : [];
    }
    if (!state.active) return reject('CONFLICT', 'the user is deactivated');
    if (command.type === 'change-password') {
      const { passwordHash } = command;
      return passwordHash === state.passwordHash
        ? []
        : [{ type: 'user.password-changed.v1', data: { userId, passwordHash } }];
    }
    const { roles } = command;
    if (isSameSet(roles, state.roles)) return [];
    return noRoles(roles) ?? [{ type: 'user.roles-changed.v1', data: { userId, roles } }];
  },
  evolve: (state, event) => {
    const user = applyUserEvent(state, event);
    if (user === undefined) return undefined;
    const passwordHash = 'passwordHash' in event.data ? event.data.passwordHash : (state?.passwordHash ?? '');
    return { ...user, passwordHash };
  },
};

const noRoles = (roles: readonly Role[]): Rejection | undefined =>
  roles.length === 0 ? reject('INVALID_BODY', 'a user needs a role', 'roles') : undefined;

const isSameSet = (a: readonly Role[], b: readonly Role[]): boolean =>
  a.every((role) => b.includes(role)) && b.every((role) => a.includes(role));
