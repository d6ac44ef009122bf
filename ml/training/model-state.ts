import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Occurred } from '../../contracts/events/define.ts';
import type { ModelEvent } from '../../contracts/events/models.ts';
import { applyModelEvent } from '../../contracts/models/model-fold.ts';
import { type ModelView, modelIdOf } from '../../contracts/views/model.ts';
import type { EventStore } from '../../infra/event-store/event-store.ts';
import { manifest } from '../registry/manifest.ts';
import type { ServedVersion } from '../serving/model-stages.ts';

/** A model as its own stream tells it now; undefined where it has no version yet. */
export const modelStateOf = async (
  eventStore: Pick<EventStore, 'readStream'>,
  tenant: string,
  name: string,
): Promise<ModelView | undefined> => {
  let state: ModelView | undefined;
  for await (const batch of eventStore.readStream(`model-${modelIdOf(tenant, name)}`)) {
    for (const event of batch) state = applyModelEvent(state, event as unknown as Occurred<ModelEvent>);
  }
  return state;
};

/** The live version of a tenant's model with its files; undefined where none is, or its folder is not on this machine. */
export const liveVersionIn = async (
  modelsDir: string,
  state: ModelView | undefined,
): Promise<ServedVersion | undefined> => {
  if (state?.live == null) return undefined;
  const directory = join(modelsDir, state.tenant, state.name, state.live);
  const text = await readFile(join(directory, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return { version: state.live, directory, manifest: manifest.parse(JSON.parse(text)) };
};

/** The version after the highest that there is: `1.4.0` -> `1.5.0`, and `1.0.0` where there is none. */
export const nextVersion = (taken: readonly string[]): string => {
  const [major, minor] = taken
    .map((version) => /^(\d+)\.(\d+)\./.exec(version))
    .map((parts) => [Number(parts?.[1] ?? 0), Number(parts?.[2] ?? 0)] as const)
    .reduce((highest, one) => (one[0] > highest[0] || (one[0] === highest[0] && one[1] > highest[1]) ? one : highest), [
      0, 0,
    ] as const);
  return major === 0 && minor === 0 ? '1.0.0' : `${major}.${minor + 1}.0`;
};
