import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openJobs } from '../../../infra/jobs/open-jobs.ts';
import { jobsContract } from './jobs-contract.ts';

jobsContract('SQLite', (dataDir) => ({ dataDir }));

it('refuses a job queue it does not know by its scheme, without showing the rest of the URL', async () => {
  const opening = openJobs({ url: 'amqp://user:secret@127.0.0.1/x', dataDir: '/tmp' });
  await expect(opening).rejects.toThrow(/^JOBS_URL: .*amqp:(?!.*secret)/);
});

it('takes over a file from before progress was kept', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobs-'));
  const file = new Database(join(dataDir, 'jobs.db'));
  file.exec(`
    CREATE TABLE jobs (
      queue TEXT NOT NULL, id TEXT NOT NULL, data TEXT NOT NULL,
      due INTEGER, owner TEXT, attempts INTEGER NOT NULL DEFAULT 0, max_attempts INTEGER NOT NULL, error TEXT,
      PRIMARY KEY (queue, id)
    );
    INSERT INTO jobs (queue, id, data, due, max_attempts) VALUES ('q', 'a', '{"n":1}', 0, 10);`);
  file.close();
  for (let time = 0; time < 2; time += 1) {
    const jobs = await openJobs({ dataDir });
    expect(await jobs.find('q', 'a')).toMatchObject({ data: { n: 1 }, state: 'waiting', progress: 0 });
    await jobs.close();
  }
  await rm(dataDir, { recursive: true });
});
