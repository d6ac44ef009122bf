import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelComparison } from '../../contracts/events/models.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { modelCardHtml } from './card/model-card-html.ts';
import { collect } from './collect.ts';
import { compareWithLive } from './compare-with-live.ts';
import type { CardBlock } from './model-card.ts';
import { liveVersionIn, modelStateOf, nextVersion } from './model-state.ts';
import type { TrainedModel, Trainer } from './trainer.ts';

export interface TrainingOrder {
  readonly tenant: string;
  /** ISO 8601 UTC instant: nothing that happened later is learned from. */
  readonly asOf: string;
  /** Default: the one after the highest that there is. */
  readonly version?: string | undefined;
  readonly seed?: number | undefined;
}

/** A version that lies ready in a folder, not yet taken in by anybody. */
export interface TrainedVersion {
  readonly name: string;
  readonly version: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly comparison: ModelComparison | null;
}

export interface TrainingPlace {
  readonly eventStore: Pick<EventStore, 'readAll' | 'readStream'>;
  readonly modelsDir: string;
  /** Where `model.onnx`, `manifest.json`, `card.html` and what else belongs to it go. */
  readonly folder: string;
  /** From 0 to 1. */
  readonly onProgress?: (part: number) => void;
}

/** Share of the work that reading the log is, as progress tells it. */
const READING = 0.2;

/**
 * Trains a model from a tenant's events, compares it with the live version on rows that neither has seen, and writes its folder.
 * The manifest is written last: a folder without one is not whole.
 * @throws TooLittleDataError when there is not enough to learn from
 */
export const trainModel = async (
  trainer: Trainer,
  order: TrainingOrder,
  { eventStore, modelsDir, folder, onProgress = () => {} }: TrainingPlace,
): Promise<TrainedVersion> => {
  const state = await modelStateOf(eventStore, order.tenant, trainer.name);
  const version = order.version ?? nextVersion(state?.versions.map((one) => one.version) ?? []);
  const data = await collect(trainer, eventStore, order);
  onProgress(READING);
  const trained = await trainer.train(data, {
    version,
    ...(order.seed === undefined ? {} : { seed: order.seed }),
    onProgress: (part) => onProgress(READING + part * (0.95 - READING)),
  });
  const live = await liveVersionIn(modelsDir, state);
  const comparison = live && (await compareWithLive(trained, live));
  await writeFolder(folder, trained, comparison);
  onProgress(1);
  return { name: trainer.name, version, metrics: trained.manifest.metrics, comparison: comparison ?? null };
};

const writeFolder = async (
  folder: string,
  { onnx, manifest, files = {}, card }: TrainedModel,
  comparison: ModelComparison | undefined,
): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnx);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  const blocks = comparison === undefined ? card.blocks : [...comparisonBlocks(comparison), ...card.blocks];
  await writeFile(join(folder, 'card.html'), await modelCardHtml({ ...card, blocks }));
  const whole = comparison === undefined ? manifest : { ...manifest, comparison };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(whole, null, 2)}\n`);
};

const comparisonBlocks = (comparison: ModelComparison): readonly CardBlock[] => [
  { kind: 'heading', text: `Beside the live version ${comparison.with}` },
  {
    kind: 'table',
    columns: ['rows held out', 'mean loss less', 'from', 'to (95 %)', 'verdict'],
    rows: [[comparison.rows, comparison.gain, comparison.lower, comparison.upper, comparison.verdict]],
  },
];
