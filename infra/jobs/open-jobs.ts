import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Jobs } from './jobs.ts';
import { SqliteJobs } from './sqlite/sqlite-jobs.ts';

/**
 * Opens the job queue that the URL names; without one, the embedded queue in `<dataDir>/jobs.db`.
 * @throws Error naming JOBS_URL when its scheme is not known.
 */
export const openJobs = async (config: {
  readonly url?: string | undefined;
  readonly dataDir: string;
}): Promise<Jobs> => {
  if (config.url !== undefined && config.url !== '')
    throw new Error(`JOBS_URL: no job queue for ${schemeOf(config.url)}; leave it unset for the embedded one`);
  mkdirSync(config.dataDir, { recursive: true });
  return new SqliteJobs(join(config.dataDir, 'jobs.db'));
};

/** Only the scheme is shown: the rest of a URL may hold a password. */
const schemeOf = (url: string): string => `${url.split(':', 1)[0]}:`;
