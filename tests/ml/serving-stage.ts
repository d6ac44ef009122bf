import { createMetrics, type Metrics } from '../../infra/telemetry/metrics.ts';
import type { PredictRequest, Tensors } from '../../ml/serving/model-client.ts';
import { type OpenModelClient, openModelClient } from '../../ml/serving/open-model-client.ts';
import type { ServingLimits } from '../../ml/serving/serving-limits.ts';
import { type ModelFolder, openModelFolder } from './served-models.ts';

/** A pool over a folder of models, and what it warned of. */
export interface ServingStage {
  readonly models: ModelFolder;
  readonly client: OpenModelClient;
  readonly metrics: Metrics;
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

export const openServingStage = async (limits: Partial<ServingLimits> = {}, workers = 2): Promise<ServingStage> => {
  const models = await openModelFolder();
  const metrics = createMetrics(false);
  const warnings: string[] = [];
  const onWarning = (message: string, error?: unknown) =>
    void warnings.push(error === undefined ? message : `${message}: ${String(error)}`);
  const client = openModelClient({ stages: models.stages, metrics, onWarning, limits, workers });
  return {
    models,
    client,
    metrics,
    warnings,
    close: async () => {
      await client.close();
      await models.close();
    },
  };
};

/** Rows of two features as what models of tests take. */
export const features = (...rows: readonly (readonly [number, number])[]): Tensors => ({
  features: { type: 'float32', dims: [rows.length, 2], data: Float32Array.from(rows.flat()) },
});

/** A request that has time, unless something else is said. */
export const ask = (model: string, inputs: Tensors, change: Partial<PredictRequest> = {}): PredictRequest => ({
  tenant: 'tenant-1',
  model,
  inputsFor: () => inputs,
  key: 'customer-1',
  priority: 'interactive',
  deadlineMs: 15_000,
  ...change,
});

/** How many products the model `slow` needs to run for about so many milliseconds on this machine, now. */
export const productsFor = async (client: OpenModelClient, ms: number): Promise<number> => {
  const run = async (products: number) => (await client.predict(ask('slow', features([products, 0])))).runMs;
  await run(1);
  return Math.ceil((4 * ms) / (await run(4)));
};
