import type { Principal } from '../../contracts/policy.ts';

/**
 * Turns the value of an `Authorization` header into who asks; undefined where it is absent, malformed, expired or
 * revoked. Why it fails is not told: the caller gets one and the same 401.
 */
export type Authenticate = (authorization: string | undefined) => Promise<Principal | undefined>;
