import { basename } from 'node:path';
import { Redis } from 'ioredis';
import { describe } from 'vitest';
import { engineUrl } from '../../engines/engine-urls.ts';
import { jobsContract } from './jobs-contract.ts';

const url = engineUrl('JOBS_URL');

/** Each test has keys of its own. */
const prefixOf = (dataDir: string): string => `test-${basename(dataDir)}`;

const urlOf = (dataDir: string): string => {
  const own = new URL(url ?? '');
  own.searchParams.set('prefix', prefixOf(dataDir));
  return own.href;
};

const deleteKeys = async (dataDir: string): Promise<void> => {
  const redis = new Redis(url ?? '');
  const keys = await redis.keys(`${prefixOf(dataDir)}:*`);
  if (keys.length > 0) await redis.del(keys);
  await redis.quit();
};

describe.runIf(url !== undefined)('on Redis', () => {
  jobsContract('BullMQ', (dataDir) => ({ dataDir, url: urlOf(dataDir) }), deleteKeys);
});
