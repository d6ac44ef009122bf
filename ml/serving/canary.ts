import { createHash } from 'node:crypto';

const TWO_TO_THE_32 = 2 ** 32;

/**
 * Whether a key goes to the canary that gets this share of keys (0 to 1). The same key always goes to the same side, and
 * stays with the canary as its share grows. The model's name is hashed with it, so that not the same customers try
 * every new version.
 */
export const goesToCanary = (model: string, key: string, share: number): boolean =>
  createHash('sha1').update(model).update('\0').update(key).digest().readUInt32BE(0) / TWO_TO_THE_32 < share;
