import { expect, it } from 'vitest';
import { openJobs } from '../../../infra/jobs/open-jobs.ts';
import { jobsContract } from './jobs-contract.ts';

jobsContract('SQLite', (dataDir) => ({ dataDir }));

it('refuses a job queue it does not know by its scheme, without showing the rest of the URL', async () => {
  const opening = openJobs({ url: 'amqp://user:secret@127.0.0.1/x', dataDir: '/tmp' });
  await expect(opening).rejects.toThrow(/^JOBS_URL: .*amqp:(?!.*secret)/);
});
