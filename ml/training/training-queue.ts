import { modelIdOf } from '../../contracts/views/model.ts';
import type { JobSpec, Jobs } from '../../infra/jobs/jobs.ts';

/** One job for each model of each tenant: it trains, and then waits for its next time. */
export const TRAINING_QUEUE = 'ml-training';

/** What a training job keeps between its runs. */
export interface TrainingJob {
  readonly tenant: string;
  readonly name: string;
  /** Why it runs next: `schedule`, `drift`, or who asked. */
  readonly reason: string;
  /** How often in a row there was too little to learn from. */
  readonly lacking: number;
  /** What was missing at the last try. */
  readonly lackingWhat?: string;
}

/** A model's training as a job that waits for `runAt`. Adding it again changes nothing. */
export const trainingJob = (job: TrainingJob, runAt: string): JobSpec => ({
  queue: TRAINING_QUEUE,
  id: modelIdOf(job.tenant, job.name),
  data: { ...job },
  runAt,
  maxAttempts: 3,
});

/** Has a model trained as soon as a worker is free, whenever its next time was. */
export const requestTraining = async (
  jobs: Pick<Jobs, 'add' | 'cancel' | 'retryDead'>,
  { tenant, name, reason }: Pick<TrainingJob, 'tenant' | 'name' | 'reason'>,
  now: string,
): Promise<void> => {
  const job = trainingJob({ tenant, name, reason, lacking: 0 }, now);
  // One that failed to the last try stays in its place until somebody asks.
  if (await jobs.retryDead(job.queue, job.id)) return;
  // What waits for its time would keep its time, and its reason.
  await jobs.cancel(job.queue, job.id);
  await jobs.add(job);
};
