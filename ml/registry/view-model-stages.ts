import { setTimeout as pause } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type ModelView, modelIdOf } from '../../contracts/views/model.ts';
import type { Documents } from '../../infra/documents/documents.ts';
import type { ModelStages, ModelTraffic, ServedVersion } from '../serving/model-stages.ts';
import { readBundledModels } from './bundled-models.ts';
import { loadVersion } from './load-version.ts';
import { isAddress, versionFolder } from './model-folders.ts';

export interface ModelStagesOptions {
  readonly documents: Pick<Documents, 'get' | 'find'>;
  /** Collection of the view `models` in its live version. */
  readonly collection: () => string;
  readonly modelsDir: string;
  /** Models that come with the platform, `<name>/<version>/`. */
  readonly bundledDir: string;
  /** Time between two looks at the view. Default 1,000 ms. */
  readonly intervalMs?: number;
  readonly onWarning: (message: string, error?: unknown) => void;
}

/** Versions kept read, beyond those that have traffic. */
const KEPT_VERSIONS = 500;
/** A view is written after its events: what changed so long before the newest change is looked at again. */
const OVERLAP_MS = 5 * 60_000;
/** Every so many looks all models are read, so that none is missed for long. */
const WHOLE_LOOK = 60;

/** What a model's traffic rests on: other changes of the view concern nobody here. */
const trafficKey = ({ live, canary, shadows }: ModelView): string => JSON.stringify([live, canary, shadows]);

/** A model as it was made traffic of. */
interface Known {
  readonly model: ModelView;
  readonly traffic: ModelTraffic;
  /** False: a version could not be read here, and is tried again. */
  readonly isWhole: boolean;
}

/**
 * The stages of all models, by looking at the view `models`. A version whose files are missing here, or are not those that were
 * registered, is left out with a warning and tried again at each look; where it is the live one, the live one before stays.
 * Resolves when the view was read once.
 * @throws Error when a model of the platform itself is not whole
 */
export const openModelStages = async (options: ModelStagesOptions): Promise<ModelStages> => {
  const { documents, collection, modelsDir, onWarning, intervalMs = 1_000 } = options;
  const bundled = await readBundledModels(options.bundledDir);
  const known = new Map<string, Known>();
  const bundledTraffic = new LRUCache<string, ModelTraffic>({ max: 10_000 });
  const versions = new LRUCache<string, Promise<ServedVersion>>({ max: KEPT_VERSIONS });
  const listeners = new Set<(traffic: ModelTraffic) => void>();
  const warned = new Set<string>();

  const read = (model: ModelView, version: string): Promise<ServedVersion> => {
    const directory = versionFolder(modelsDir, { ...model, version });
    const found = versions.get(directory);
    if (found !== undefined) return found;
    const reading = loadVersion(directory, model.versions.find((one) => one.version === version)?.hash);
    versions.set(directory, reading);
    reading.catch(() => versions.delete(directory));
    return reading;
  };
  const tryRead = async (model: ModelView, version: string): Promise<ServedVersion | undefined> => {
    try {
      return await read(model, version);
    } catch (error) {
      const place = `${model.id} ${version}`;
      if (!warned.has(place)) onWarning(`the model ${place} can't be served here`, error);
      warned.add(place);
      return undefined;
    }
  };

  const trafficOf = async (model: ModelView): Promise<Known> => {
    const { tenant, name, live, canary, shadows } = model;
    const served = live === null ? null : await tryRead(model, live);
    const trial = canary && (await tryRead(model, canary.version));
    const beside = await Promise.all(shadows.map((version) => tryRead(model, version)));
    const before = known.get(model.id)?.traffic.live;
    return {
      model,
      traffic: {
        tenant,
        name,
        live: served ?? (live === null ? undefined : before) ?? bundled.get(name)?.[0] ?? null,
        canary: canary && trial ? { ...trial, share: canary.share } : null,
        shadows: beside.filter((one) => one !== undefined),
      },
      isWhole: served !== undefined && trial !== undefined && !beside.includes(undefined),
    };
  };

  const take = async (model: ModelView): Promise<void> => {
    const before = known.get(model.id);
    if (before?.isWhole === true && trafficKey(before.model) === trafficKey(model)) return;
    const next = await trafficOf(model);
    known.set(model.id, next);
    if (before !== undefined && isSameTraffic(before.traffic, next.traffic)) return;
    for (const listener of listeners) listener(next.traffic);
  };

  let looked = { collection: '', newest: '', looks: 0 };
  const look = async (): Promise<void> => {
    const name = collection();
    const isAll = looked.collection !== name || looked.looks % WHOLE_LOOK === 0 || looked.newest === '';
    const since = isAll ? '' : new Date(Date.parse(looked.newest) - OVERLAP_MS).toISOString();
    const { items } = await documents.find<ModelView>(name, isAll ? {} : { filter: { updatedAt: { $gte: since } } });
    const changed = new Set(items.map(({ id }) => id));
    const incomplete = [...known.values()].filter(({ isWhole, model }) => !isWhole && !changed.has(model.id));
    for (const model of [...items, ...incomplete.map((one) => one.model)]) await take(model);
    const newest = [looked.newest, ...items.map(({ updatedAt }) => updatedAt)].toSorted().at(-1) ?? '';
    looked = { collection: name, newest, looks: looked.looks + 1 };
  };

  const stopping = new AbortController();
  let isAway = false;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(intervalMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      await look().then(
        () => {
          isAway = false;
        },
        (error: unknown) => {
          if (!isAway) onWarning('the stages of the models could not be read; those known stay in force', error);
          isAway = true;
        },
      );
    }
  };
  await look();
  const running = run();

  const bundledOf = (tenant: string, name: string): ModelTraffic | undefined => {
    const live = bundled.get(name)?.[0];
    if (live === undefined) return undefined;
    const id = modelIdOf(tenant, name);
    const found = bundledTraffic.get(id) ?? { tenant, name, live, canary: null, shadows: [] };
    bundledTraffic.set(id, found);
    return found;
  };

  return {
    of: (tenant, name) => known.get(modelIdOf(tenant, name))?.traffic ?? bundledOf(tenant, name),
    version: async (tenant, name, version) => {
      if (!isAddress({ tenant, name, version })) return undefined;
      const model = await documents.get<ModelView>(collection(), modelIdOf(tenant, name));
      if (model?.versions.some((one) => one.version === version)) return tryRead(model, version);
      return bundled.get(name)?.find((one) => one.version === version);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      stopping.abort();
      await running;
    },
  };
};

const isSameTraffic = (a: ModelTraffic, b: ModelTraffic): boolean => versionsOf(a) === versionsOf(b);

const versionsOf = ({ live, canary, shadows }: ModelTraffic): string =>
  JSON.stringify([live?.directory, canary?.directory, canary?.share, shadows.map(({ directory }) => directory)]);
