import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { schemeOf } from '../url-scheme.ts';
import type { Jobs } from './jobs.ts';
import { SqliteJobs } from './sqlite/sqlite-jobs.ts';

/**
 * Opens the job queue that the URL names (`redis://host:port/db?prefix=…`, `rediss://…`); without one, the embedded queue in
 * `<dataDir>/jobs.db`.
 * @throws Error naming JOBS_URL when its scheme is not known; JobsUnavailableError when nothing answers there
 */
export const openJobs = async (config: {
  readonly url?: string | undefined;
  readonly dataDir: string;
}): Promise<Jobs> => {
  const { url = '', dataDir } = config;
  if (/^rediss?:/.test(url)) {
    // Only here: a platform on embedded engines does without the client.
    const { BullmqJobs } = await import('./bullmq/bullmq-jobs.ts');
    return BullmqJobs.open(url);
  }
  if (url !== '') throw new Error(`JOBS_URL: no job queue for ${schemeOf(url)}; leave it unset for the embedded one`);
  mkdirSync(dataDir, { recursive: true });
  return new SqliteJobs(join(dataDir, 'jobs.db'));
};
