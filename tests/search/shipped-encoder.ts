import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createMetrics } from '../../infra/telemetry/metrics.ts';
import { manifest } from '../../ml/registry/manifest.ts';
import type { ModelStages } from '../../ml/serving/model-stages.ts';
import { type OpenModelClient, openModelClient } from '../../ml/serving/open-model-client.ts';
import { TEXT_EMBEDDING } from '../../ml/text/text-encoder.ts';

/** Folder of the encoder that comes with the platform. */
export const ENCODER_DIRECTORY = fileURLToPath(new URL('../../ml/models/text-embedding/1.0.0', import.meta.url));

/** The pool with the encoder that comes with the platform, live for every tenant; on one thread, as the tests share two cores. */
export const openShippedEncoder = (): OpenModelClient => {
  const shipped = manifest.parse(JSON.parse(readFileSync(`${ENCODER_DIRECTORY}/manifest.json`, 'utf8')));
  const live = { version: shipped.version, directory: ENCODER_DIRECTORY, manifest: shipped };
  const stages: ModelStages = {
    of: (tenant, name) => (name === TEXT_EMBEDDING ? { tenant, name, live, canary: null, shadows: [] } : undefined),
    version: async (_tenant, name, version) => (name === TEXT_EMBEDDING && version === live.version ? live : undefined),
    onChange: () => () => undefined,
    close: async () => undefined,
  };
  return openModelClient({
    stages,
    metrics: createMetrics(false),
    workers: 1,
    onWarning: (message, error) => console.warn(message, error),
  });
};
