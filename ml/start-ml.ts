import type { ModelView } from '../contracts/views/model.ts';
import { modelIdOf } from '../contracts/views/model.ts';
import type { Documents } from '../infra/documents/documents.ts';
import type { EventBus } from '../infra/event-bus/event-bus.ts';
import type { EventStore } from '../infra/event-store/event-store.ts';
import type { Jobs } from '../infra/jobs/jobs.ts';
import type { Metrics } from '../infra/telemetry/metrics.ts';
import { openDriftTap } from './drift/drift-tap.ts';
import { driftMetrics, startDriftWatch } from './drift/drift-watch.ts';
import type { DetectedDrift } from './drift/look-for-drift.ts';
import { allPredictors } from './predicting/all-predictors.ts';
import type { FeatureViews } from './predicting/predicting-dependencies.ts';
import { predictingMetrics } from './predicting/predicting-metrics.ts';
import { startPredicting } from './predicting/start-predicting.ts';
import { type TakeBack, takeBackOnDrift, watchErrorRates } from './registry/auto-rollback.ts';
import type { VersionAddress } from './registry/model-folders.ts';
import { watchModelsFolder } from './registry/watch-models-folder.ts';
import type { ModelStages } from './serving/model-stages.ts';
import type { OpenModelClient } from './serving/open-model-client.ts';
import { allTrainers } from './training/all-trainers.ts';
import { startTraining } from './training/start-training.ts';
import type { TrainingConfig } from './training/training-log.ts';
import { requestTraining } from './training/training-queue.ts';

/** What the role does to models, which is decided on the command side. */
export interface ModelCommands {
  /** Takes a folder in as a version. @returns what is wrong with it; empty when it is registered */
  register(arrival: VersionAddress & { readonly folder: string }, source: string): Promise<readonly string[]>;
  isRegistered(address: VersionAddress): Promise<boolean>;
  promote(version: VersionAddress, expectedLive: string | null, reason: string): Promise<unknown>;
  takeBack(what: TakeBack): Promise<unknown>;
  /** The same command id is recorded once. */
  detectDrift(tenant: string, drift: DetectedDrift, commandId: string): Promise<unknown>;
}

export interface MlDependencies {
  /** With personal data opened: some features are made of it. */
  readonly bus: EventBus;
  readonly jobs: Jobs;
  readonly eventStore: EventStore;
  readonly documents: Documents;
  readonly views: FeatureViews;
  readonly stages: ModelStages;
  readonly models: OpenModelClient;
  readonly commands: ModelCommands;
  /** A new, empty folder on the disk of the models. */
  readonly newFolder: () => Promise<string>;
  readonly training: TrainingConfig & { readonly trainModels: boolean };
  readonly metrics: Metrics;
  /** ISO 8601 UTC instant of now. */
  readonly clock: () => string;
  readonly onWarning: (message: string, error?: unknown) => void;
}

/** The role `ml`: predicts after events and on schedule, trains, takes in what is dropped, and watches how models do. */
export const startMl = async (deps: MlDependencies): Promise<{ stop(): Promise<void> }> => {
  const { jobs, documents, views, stages, models, commands, metrics, clock, onWarning } = deps;
  const modelOf = (tenant: string, name: string) =>
    documents.get<ModelView>(views.collection('models'), modelIdOf(tenant, name));
  const running: { stop(): Promise<void> }[] = [];
  const tap = await openDriftTap({ documents, clock, onWarning });
  running.push({ stop: () => tap.close() });
  driftMetrics(metrics, documents);
  running.push(
    watchModelsFolder({ ...commands, modelsDir: deps.training.modelsDir, onWarning }),
    watchErrorRates({
      figures: () => models.figures(),
      modelOf,
      takeBack: async (what) => {
        await commands.takeBack(what);
      },
      onWarning,
    }),
    await startPredicting({
      ...deps,
      models: tap.tapped(models),
      predictors: allPredictors,
      metrics: predictingMetrics(metrics),
    }),
    await startDriftWatch({
      jobs,
      documents,
      views: { collection: (view) => views.collection(view), rollup: (view, rollup) => views.collection(view, rollup) },
      stages,
      clock,
      onWarning,
      reportDrift: async (tenant, drift, commandId) => {
        await commands.detectDrift(tenant, drift, commandId);
        const model = await modelOf(tenant, drift.name);
        const back = model && takeBackOnDrift(drift, model);
        if (back !== undefined) await commands.takeBack(back);
      },
      requestTraining: (tenant, name, reason) => requestTraining(jobs, { tenant, name, reason }, clock()),
    }),
  );
  running.push(
    startTraining({
      ...deps,
      trainers: allTrainers,
      config: deps.training,
      onSchedule: deps.training.trainModels,
      register: commands.register,
      promote: async (version, expectedLive, reason) => {
        await commands.promote(version, expectedLive, reason);
      },
    }),
  );
  return {
    stop: async () => {
      for (const each of running.reverse()) await each.stop();
    },
  };
};
