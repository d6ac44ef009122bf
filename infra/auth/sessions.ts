import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';

/** Whom a session token stands for. Roles are not in it: they are looked up at each request. */
export interface Session {
  readonly userId: string;
  readonly tenant: string;
  /** `passwordMark` of the password that it was signed in with. */
  readonly passwordMark: string;
}

export interface IssuedSession {
  readonly token: string;
  /** ISO 8601 UTC instant. */
  readonly expiresAt: string;
}

export interface Sessions {
  issue(session: Session): Promise<IssuedSession>;
  /** Undefined where the token is not ours, altered or expired. */
  verify(token: string): Promise<Session | undefined>;
}

const ISSUER = 'spirit-tours';
const ALGORITHM = 'HS256';

/** A checked signature is believed this long without checking it again; never past the token's expiry. */
const REMEMBERED_MILLISECONDS = 60_000;
const REMEMBERED_TOKENS = 10_000;

/**
 * Signed session tokens (JWT, RFC 7519, HS256) that live for `hours`.
 * @param secret at least 32 bytes (RFC 7518 §3.2)
 */
export const createSessions = (secret: Uint8Array, hours: number, now: () => number = Date.now): Sessions => {
  if (secret.length < 32) throw new Error('The session secret needs at least 32 bytes');
  const remembered = new LRUCache<string, Session>({ max: REMEMBERED_TOKENS, perf: { now } });
  return {
    issue: async ({ userId, tenant, passwordMark }) => {
      const issuedAt = Math.floor(now() / 1000);
      const expiresAt = issuedAt + Math.round(hours * 3600);
      const token = await new SignJWT({ tenant, pwm: passwordMark })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(ISSUER)
        .setSubject(userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(secret);
      return { token, expiresAt: new Date(expiresAt * 1000).toISOString() };
    },
    verify: async (token) => {
      const known = remembered.get(token);
      if (known !== undefined) return known;
      const checked = await check(token, secret, now());
      if (checked === undefined) return undefined;
      const { expiresAtMilliseconds, ...session } = checked;
      const ttl = Math.min(REMEMBERED_MILLISECONDS, expiresAtMilliseconds - now());
      if (ttl >= 1) remembered.set(token, session, { ttl });
      return session;
    },
  };
};

const check = async (
  token: string,
  secret: Uint8Array,
  now: number,
): Promise<(Session & { readonly expiresAtMilliseconds: number }) | undefined> => {
  try {
    const { payload } = await jwtVerify(token, secret, {
      issuer: ISSUER,
      algorithms: [ALGORITHM],
      requiredClaims: ['sub', 'exp', 'tenant', 'pwm'],
      currentDate: new Date(now),
    });
    const { sub, tenant, exp, pwm } = payload;
    if (sub === undefined || exp === undefined) return undefined;
    if (typeof tenant !== 'string' || typeof pwm !== 'string') return undefined;
    return { userId: sub, tenant, passwordMark: pwm, expiresAtMilliseconds: exp * 1000 };
  } catch {
    // jose throws for each of the many ways in which a token can be wrong; the client is told none of them.
    return undefined;
  }
};
