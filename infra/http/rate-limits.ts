import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Requests a minute; 0 = no limit. */
export interface RateLimitSettings {
  /** Of one credential (user or API key). */
  readonly credentialPerMinute: number;
  /** Of one IP address without a valid credential. */
  readonly ipPerMinute: number;
  /** Sign-in attempts of one IP address. */
  readonly signInPerMinute: number;
}

/** What is left of a caller's allowance. */
export interface RateLimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the allowance is whole again. */
  readonly resetSeconds: number;
}

export interface RateLimits {
  /** Takes one request from the caller's allowance; undefined where that kind has no limit. */
  take(kind: 'credential' | 'ip' | 'sign-in', caller: string): Promise<RateLimitState> | undefined;
}

/** Limits kept in this process's memory: each process of a cluster counts for itself. */
export const rateLimits = (settings: RateLimitSettings): RateLimits => {
  const limiters = {
    credential: perMinute(settings.credentialPerMinute),
    ip: perMinute(settings.ipPerMinute),
    'sign-in': perMinute(settings.signInPerMinute),
  };
  return {
    take: (kind, caller) => {
      const limiter = limiters[kind];
      return limiter && take(limiter, caller);
    },
  };
};

const perMinute = (points: number): RateLimiterMemory | undefined =>
  points === 0 ? undefined : new RateLimiterMemory({ points, duration: 60 });

const take = async (limiter: RateLimiterMemory, caller: string): Promise<RateLimitState> => {
  try {
    return stateOf(limiter, await limiter.consume(caller), true);
  } catch (refused) {
    // The library rejects with the state where the allowance is used up, and with an Error where it is itself broken.
    if (refused instanceof RateLimiterRes) return stateOf(limiter, refused, false);
    throw refused;
  }
};

const stateOf = (limiter: RateLimiterMemory, result: RateLimiterRes, allowed: boolean): RateLimitState => ({
  allowed,
  limit: limiter.points,
  remaining: result.remainingPoints,
  resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
});
