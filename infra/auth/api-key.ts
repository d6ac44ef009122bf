import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new API key. Only `keyId` and `secretHash` are kept; `key` is shown to its owner once. */
export interface IssuedApiKey {
  readonly keyId: string;
  readonly secret: string;
  /** `st_<keyId>_<secret>`: what the client sends as bearer token. */
  readonly key: string;
  readonly secretHash: string;
}

/** SHA-256 as lower-case hex. A slow hash would add nothing: the secret has 256 random bits. */
const hashSecret = (secret: string): string => hash('sha256', secret, 'hex');

/** A key with a 64-bit id (or the one given) and a 256-bit secret. */
export const issueApiKey = (keyId: string = randomBytes(8).toString('hex')): IssuedApiKey => {
  const secret = randomBytes(32).toString('base64url');
  return { keyId, secret, key: `st_${keyId}_${secret}`, secretHash: hashSecret(secret) };
};

const API_KEY = /^st_([A-Za-z0-9-]{1,64})_([\w-]{43})$/;

/** The parts of `st_<keyId>_<secret>`, undefined where the token is no API key. */
export const parseApiKey = (token: string): { readonly keyId: string; readonly secret: string } | undefined => {
  const [, keyId, secret] = API_KEY.exec(token) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
};

/** Whether the secret is the one of the hash, in a time that tells nothing of where they differ. */
export const isSecretOf = (secret: string, secretHash: string): boolean => {
  const given = Buffer.from(hashSecret(secret));
  const kept = Buffer.from(secretHash);
  return given.length === kept.length && timingSafeEqual(given, kept);
};
