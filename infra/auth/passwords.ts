import { hash as sha } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** Argon2id as OWASP's Password Storage Cheat Sheet asks at least: 19 MiB, 2 passes, 1 lane. The library's default algorithm is Argon2id. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Longer passwords are refused by callers: hashing one costs time in its length. */
export const MAX_PASSWORD_LENGTH = 200;

/** A name for a password that tells nothing of it: another password, another mark. Sessions carry it and end when it changes. */
export const passwordMark = (passwordHash: string): string => sha('sha256', passwordHash, 'base64url').slice(0, 16);

/** PHC string `$argon2id$v=19$m=19456,t=2,p=1$…` with its own salt. Runs in a thread of the library. */
export const hashPassword = (password: string): Promise<string> => hash(password, PARAMETERS);

/** A hash of no password, to check against where there is no such user. */
let nobody: Promise<string> | undefined;

/**
 * Whether the password is the one of `passwordHash`; false for undefined (no such user), after the same work, so that the
 * time to answer does not tell which e-mail addresses have an account.
 */
export const verifyPassword = async (password: string, passwordHash: string | undefined): Promise<boolean> => {
  if (password.length > MAX_PASSWORD_LENGTH) return false;
  if (passwordHash !== undefined) return verify(passwordHash, password);
  nobody ??= hashPassword('nobody has this password');
  await verify(await nobody, password);
  return false;
};
