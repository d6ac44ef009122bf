import { rm } from 'node:fs/promises';
import type { RecordedEvent } from '../../contracts/events/envelope.ts';
import type { ModelView } from '../../contracts/views/model.ts';
import type { EventBus } from '../../infra/event-bus/event-bus.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import type { JobControl, Jobs, NextRun } from '../../infra/jobs/jobs.ts';
import { modelStateOf } from './model-state.ts';
import { runTraining } from './run-training.ts';
import type { TrainedVersion } from './train-model.ts';
import { TooLittleDataError, type Trainer } from './trainer.ts';
import type { TrainingConfig } from './training-log.ts';
import { TRAINING_QUEUE, type TrainingJob, trainingJob } from './training-queue.ts';

export interface TrainingDependencies {
  readonly bus: EventBus;
  readonly jobs: Jobs;
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly trainers: readonly Pick<Trainer, 'name'>[];
  readonly config: TrainingConfig;
  /** A new, empty folder on the disk of the models. */
  readonly newFolder: () => Promise<string>;
  /** Takes a folder in as a version of a model. @returns what is wrong with it; empty when it is registered. */
  readonly register: (
    arrival: { readonly tenant: string; readonly name: string; readonly version: string; readonly folder: string },
    source: string,
  ) => Promise<readonly string[]>;
  /** Makes a version live, if `expectedLive` still is. */
  readonly promote: (
    version: { readonly tenant: string; readonly name: string; readonly version: string },
    expectedLive: string | null,
    reason: string,
  ) => Promise<void>;
  readonly clock: () => string;
  readonly onWarning: (message: string, error?: unknown) => void;
  /** False: only what is asked for is trained. */
  readonly onSchedule: boolean;
  /** How long after a company is registered its models are first trained. Default 60 s. */
  readonly firstAfterMs?: number;
}

/** What trains on schedule and on request. */
export interface Training {
  /** Takes no more; a training under way is called off and done again later. */
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Trains every tenant's models: first when the company is new, then by the operator's rule. Its state is the job queue: each
 * model has one job. A version that is not worse than the live one goes live where the rule says so.
 */
export const startTraining = (deps: TrainingDependencies): Training => {
  const { jobs } = deps;
  const stopping = new AbortController();
  const consumer = deps.onSchedule ? hearOfCompanies(deps) : undefined;
  const worker = jobs.work({
    queue: TRAINING_QUEUE,
    run: ({ data }, control) => train(deps, data as unknown as TrainingJob, control, stopping.signal),
  });
  return {
    stop: async () => {
      stopping.abort();
      await consumer?.stop();
      await worker.stop();
    },
  };
};

/** Each new company's models get their first job. */
const hearOfCompanies = ({ bus, jobs, trainers, firstAfterMs = MINUTE_MS }: TrainingDependencies) =>
  bus.consume({
    group: 'ml-training',
    topics: ['spirit.tenant'],
    onBatch: async ({ events }) => {
      const first = events
        .filter(({ type }) => type === 'tenant.registered.v1')
        .flatMap((event) => trainers.map(({ name }) => firstJob(event, name, firstAfterMs)));
      if (first.length > 0) await jobs.addMany(first);
    },
  });

const firstJob = ({ tenant, recordedAt }: RecordedEvent, name: string, afterMs: number) =>
  trainingJob({ tenant, name, reason: 'schedule', lacking: 0 }, later(recordedAt, afterMs));

const later = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

const train = async (
  deps: TrainingDependencies,
  job: TrainingJob,
  control: JobControl,
  signal: AbortSignal,
): Promise<NextRun | undefined> => {
  const { clock, eventStore, onWarning } = deps;
  const { tenant, name } = job;
  const before = await modelStateOf(eventStore, tenant, name);
  const folder = await deps.newFolder();
  try {
    const task = { name, order: { tenant, asOf: clock() }, config: deps.config, folder };
    const onProgress = (part: number) => void control.progress(part).catch(() => {});
    const trained = await runTraining(task, { onProgress, signal });
    await takeIn(deps, job, trained, before, folder);
  } catch (error) {
    if (!(error instanceof TooLittleDataError)) throw error;
    onWarning(`the model ${name} of ${tenant} is not trained yet: ${error.message}`);
    if (!deps.onSchedule) return undefined;
    const data = { ...job, reason: 'schedule', lacking: job.lacking + 1, lackingWhat: error.message };
    return { runAt: later(clock(), lackingPauseMs(job.lacking)), data };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const days = deps.onSchedule ? (await modelStateOf(eventStore, tenant, name))?.rule.retrainEveryDays : null;
  // Without a rhythm the job ends; a request or a drift adds it again.
  if (days == null) return undefined;
  return { runAt: later(clock(), days * DAY_MS), data: { tenant, name, reason: 'schedule', lacking: 0 } };
};

/** 10 minutes, doubling to a day: a new company's history may just be on its way in. */
const lackingPauseMs = (times: number): number => Math.min(DAY_MS, 10 * MINUTE_MS * 2 ** times);

const takeIn = async (
  { register, promote, eventStore, onWarning }: TrainingDependencies,
  { tenant, name, reason }: TrainingJob,
  { version, comparison }: TrainedVersion,
  before: ModelView | undefined,
  folder: string,
): Promise<void> => {
  const problems = await register({ tenant, name, version, folder }, `training: ${reason}`);
  if (problems.length > 0) {
    onWarning(`the model ${name} ${version} of ${tenant} was trained and refused: ${problems.join('; ')}`);
    return;
  }
  const rule = (await modelStateOf(eventStore, tenant, name))?.rule;
  if (rule?.promoteWhenNotWorse !== true || comparison?.verdict === 'worse') return;
  const why = comparison === null ? 'the first that was trained' : `${comparison.verdict} than ${comparison.with}`;
  await promote({ tenant, name, version }, before?.live ?? null, why);
};
