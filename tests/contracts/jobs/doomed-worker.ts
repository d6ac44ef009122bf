import { openJobs } from '../../../infra/jobs/open-jobs.ts';

// Takes a job and never ends it, for a test to kill: node --import tsx doomed-worker.ts <config as JSON> <queue> <lease in ms>
const [config = '{}', queue = '', leaseMs = ''] = process.argv.slice(2);
const jobs = await openJobs(JSON.parse(config) as { dataDir: string });
jobs.work({
  queue,
  leaseMs: Number(leaseMs),
  run: (job) => {
    process.stdout.write(`${job.id}\n`);
    return new Promise<void>(() => {});
  },
});
