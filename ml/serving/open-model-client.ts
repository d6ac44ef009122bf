import { availableParallelism } from 'node:os';
import type { Metrics } from '../../infra/telemetry/metrics.ts';
import { goesToCanary } from './canary.ts';
import { checkTensors } from './check-tensors.ts';
import type { CircuitState } from './circuit.ts';
import {
  InvalidTensorError,
  type ModelClient,
  ModelUnavailableError,
  type Prediction,
  type PredictRequest,
  UnknownModelError,
} from './model-client.ts';
import { ModelPool } from './model-pool.ts';
import type { ModelStages, ModelTraffic, ServedVersion } from './model-stages.ts';
import type { PoolAnswer, ServedStage } from './pool-request.ts';
import { SERVING_LIMITS, type ServingLimits } from './serving-limits.ts';
import { servingMetrics } from './serving-metrics.ts';
import { outputDifferences } from './shadow-differences.ts';
import { figuresOfVersions, isFaultOfVersion, type VersionFigures } from './version-figures.ts';
import { VersionsInForce } from './versions-in-force.ts';

export interface ModelClientOptions {
  readonly stages: ModelStages;
  readonly metrics: Metrics;
  readonly onWarning: (message: string, error?: unknown) => void;
  /** Threads that run models. Default: one for each core but one, which the platform's own process needs. */
  readonly workers?: number | undefined;
  readonly limits?: Partial<ServingLimits>;
}

export interface OpenModelClient extends ModelClient {
  /** How each version does, since this process began: what an automatic roll-back goes by. */
  figures(): readonly VersionFigures[];
  /** The pool's process (undefined: none runs now) and its circuit breaker. */
  pool(): { readonly pid: number | undefined; readonly circuit: CircuitState };
}

/** A canary may use this share of the time; what is left is for the live version, should it fail. */
const CANARY_SHARE_OF_TIME = 0.5;

/** Opens the pool of models: nothing is started before the first prediction. `stages` stay the caller's to close. */
export const openModelClient = (options: ModelClientOptions): OpenModelClient => {
  const { stages, onWarning, workers = Math.max(1, availableParallelism() - 1) } = options;
  const limits = { ...SERVING_LIMITS, ...options.limits };
  const figures = figuresOfVersions();
  const metrics = servingMetrics(options.metrics, () => pool.circuit);
  const pool = new ModelPool({
    workers,
    limits,
    onWarning,
    onBatch: metrics.batch,
    onRequests: ({ tenant, version, stage }, outcome, count) => {
      metrics.requests(version, stage, outcome, count);
      const ended = outcome === 'answered' ? 'predictions' : isFaultOfVersion(outcome) ? 'errors' : undefined;
      if (ended !== undefined) figures.count(tenant, version.manifest.name, version.version, stage, ended, count);
    },
  });
  const inForce = new VersionsInForce({
    limits,
    warmUp: (version) => pool.warmUp(version),
    onFailure: (traffic, version, error) => {
      figures.count(traffic.tenant, traffic.name, version.version, stageIn(traffic, version), 'errors', 1);
      onWarning(
        `${traffic.name} ${version.version} of ${traffic.tenant} could not be warmed up and takes no traffic`,
        error,
      );
    },
  });
  const endListening = stages.onChange((traffic) => {
    const versions = versionsOf(traffic);
    for (const version of versions) pool.forgive(version);
    // Before the first prediction there is no process, and none is started for models that nobody asks.
    if (pool.pid !== undefined) inForce.changed(traffic, versions);
  });

  /** Runs a version with the tensors that it takes. */
  const askPool = (
    request: PredictRequest,
    version: ServedVersion,
    stage: ServedStage,
    deadline: number,
    priority = request.priority,
  ): Promise<PoolAnswer> => {
    const inputs = request.inputsFor(version.manifest, version.directory);
    const rows = checkTensors(version.manifest, inputs, limits.requestRows);
    return pool.run({ tenant: request.tenant, version, stage, inputs, rows, priority, deadline });
  };

  const runOn = async (
    request: PredictRequest,
    version: ServedVersion,
    stage: Prediction['stage'],
    deadline: number,
  ): Promise<Prediction> => {
    const { outputs, queueMs, runMs, batchRows } = await askPool(request, version, stage, deadline);
    const { manifest, version: number } = version;
    return { model: request.model, version: number, stage, manifest, outputs, queueMs, runMs, batchRows };
  };

  /** The canary, where the key goes to it and it is warm. */
  const canaryFor = ({ key }: PredictRequest, traffic: ModelTraffic): ServedVersion | undefined => {
    const { canary, name } = traffic;
    if (canary === null || !goesToCanary(name, key, canary.share)) return undefined;
    return inForce.isWarm(traffic, canary) ? canary : undefined;
  };

  /** The canary's answer, or the live version's where the canary fails. */
  const fromCanary = async (
    request: PredictRequest,
    traffic: ModelTraffic,
    canary: ServedVersion,
    startedAt: number,
  ): Promise<Prediction> => {
    const whole = startedAt + request.deadlineMs;
    if (traffic.live === null) return await runOn(request, canary, 'canary', whole);
    let refused: unknown;
    try {
      const half = startedAt + request.deadlineMs * CANARY_SHARE_OF_TIME;
      return await runOn(request, canary, 'canary', half);
    } catch (error) {
      refused = error;
    }
    const answered = await fromLive(request, traffic, whole);
    // The pool counts what fails there. Inputs that the canary alone refuses are its failure; others, both refuse.
    if (refused instanceof InvalidTensorError)
      figures.count(request.tenant, traffic.name, canary.version, 'canary', 'errors', 1);
    return answered;
  };

  const fromLive = (request: PredictRequest, traffic: ModelTraffic, deadline: number): Promise<Prediction> => {
    const live = inForce.live(traffic);
    if (live === null) throw new ModelUnavailableError(`no version of ${traffic.name} is live`);
    return runOn(request, live, 'live', deadline);
  };

  const askShadow = async (request: PredictRequest, shadow: ServedVersion, answered: Prediction): Promise<void> => {
    try {
      const deadline = performance.now() + limits.shadowMs;
      const { outputs } = await askPool(request, shadow, 'shadow', deadline, 'backfill');
      for (const [output, by] of outputDifferences(outputs, answered.outputs)) metrics.shadow(shadow, output, by);
    } catch {
      metrics.shadowFailed(shadow);
    }
  };

  const askShadows = (request: PredictRequest, traffic: ModelTraffic, answered: Prediction): void => {
    for (const shadow of traffic.shadows)
      if (inForce.isWarm(traffic, shadow)) void askShadow(request, shadow, answered);
  };

  const answerTo = async (request: PredictRequest): Promise<Prediction> => {
    const startedAt = performance.now();
    const { tenant, model, version: asked } = request;
    const deadline = startedAt + request.deadlineMs;
    if (asked !== undefined) {
      const version = await stages.version(tenant, model, asked);
      if (version === undefined) throw new UnknownModelError(`there is no version ${asked} of a model ${model}`);
      return await runOn(request, version, 'asked-for', deadline);
    }
    const traffic = stages.of(tenant, model);
    if (traffic === undefined) throw new UnknownModelError(`there is no model ${model}`);
    const canary = canaryFor(request, traffic);
    const answered =
      canary === undefined
        ? await fromLive(request, traffic, deadline)
        : await fromCanary(request, traffic, canary, startedAt);
    // After the caller, who has waited long enough.
    if (traffic.shadows.length > 0) setImmediate(() => askShadows(request, traffic, answered));
    return answered;
  };

  let open = 0;
  let isClosed = false;
  let onDrained = (): void => undefined;
  return {
    predict: async (request) => {
      if (isClosed) throw new ModelUnavailableError('the pool of models is closed');
      open++;
      try {
        return await answerTo(request);
      } finally {
        open--;
        if (open === 0) onDrained();
      }
    },
    figures: () => figures.all(),
    pool: () => ({ pid: pool.pid, circuit: pool.circuit }),
    close: async () => {
      endListening();
      isClosed = true;
      await new Promise<void>((resolve) => {
        onDrained = resolve;
        if (open === 0) resolve();
      });
      await pool.close();
    },
  };
};

const versionsOf = ({ live, canary, shadows }: ModelTraffic): readonly ServedVersion[] => [
  ...(live === null ? [] : [live]),
  ...(canary === null ? [] : [canary]),
  ...shadows,
];

const stageIn = ({ live, canary }: ModelTraffic, { directory }: ServedVersion): ServedStage => {
  if (directory === live?.directory) return 'live';
  return directory === canary?.directory ? 'canary' : 'shadow';
};
