import { type Rejection, reject } from '../../contracts/decider.ts';
import type { UserView } from '../../contracts/views/identity.ts';
import { passwordMark, verifyPassword } from '../../infra/auth/passwords.ts';
import type { IssuedSession, Sessions } from '../../infra/auth/sessions.ts';
import type { CommandHandling } from '../handling/handle.ts';
import { type UserState, userDecider, userIdOf } from './user-decider.ts';

export interface SignedIn extends IssuedSession {
  readonly user: UserView;
}

/** Checks an e-mail address and password and begins a session. */
export type SignIn = (email: string, password: string) => Promise<SignedIn | Rejection>;

/** An unknown address, a wrong password and a deactivated user get the same answer after the same work. */
export const createSignIn = (handling: CommandHandling, sessions: Sessions): SignIn => {
  return async (email, password) => {
    // Fresh: another process may have changed the password a moment ago.
    const user = await handling.read(userDecider, userIdOf(email), (state) => state, true);
    const isRight = await verifyPassword(password, user?.passwordHash);
    if (user === undefined || !isRight || !user.active) {
      return reject('INVALID_CREDENTIALS', 'the e-mail address or the password is wrong');
    }
    const session = await sessions.issue({
      userId: user.id,
      tenant: user.tenant,
      passwordMark: passwordMark(user.passwordHash),
    });
    return { ...session, user: withoutHash(user) };
  };
};

/** A user as it may be shown. */
export const withoutHash = ({ passwordHash: _, ...user }: NonNullable<UserState>): UserView => user;
